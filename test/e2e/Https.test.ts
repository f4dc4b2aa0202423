/**
 * The emulator over https, as other processes meet it.
 */
import * as Certificate from "@batchwave/emulator/Certificate"
import * as Emulator from "@batchwave/emulator/Emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import * as Command from "./Command.ts"

const client = new URL("../../packages/client/src/BatchClient.ts", import.meta.url).href
const jobs = new URL("../../packages/client/src/JobOperations.ts", import.meta.url).href

/** Lists jobs with our client in a process that trusts a file; gives its code and output. */
const listJobs = (
  directory: string,
  account: Command.EmulatorCoordinates,
  trusted: string | undefined
) => {
  const script = join(directory, "list.mjs")
  writeFileSync(
    script,
    `import { BatchClient } from ${JSON.stringify(client)}
     import { JobOperations } from ${JSON.stringify(jobs)}
     import * as Effect from ${JSON.stringify(import.meta.resolve("effect/Effect"))}
     import * as Stream from ${JSON.stringify(import.meta.resolve("effect/Stream"))}
     await JobOperations.use((jobs) => Stream.runCollect(jobs.list())).pipe(
       Effect.provide(BatchClient.layerConfig()),
       Effect.match({
         onFailure: (failure) => console.log(failure._tag, failure.message),
         onSuccess: (found) => console.log("jobs:", found.length)
       }),
       Effect.runPromise
     )`
  )
  return promisify(execFile)(process.execPath, [script], {
    env: {
      PATH: process.env["PATH"],
      AZURE_BATCH_ENDPOINT: account.endpoint,
      AZURE_BATCH_ACCOUNT: account.account,
      AZURE_BATCH_ACCESS_KEY: account.key,
      ...(trusted === undefined ? {} : { NODE_EXTRA_CA_CERTS: trusted })
    }
  }).then(({ stdout }) => stdout)
}

const ready = (emulator: Command.Started): Promise<string> =>
  Command.eventually("the emulator is ready", () => {
    const { stdout } = emulator.output()
    return stdout.endsWith("\n") && stdout
  })

describe("batchwave emulate --https", () => {
  it("is trusted by who trusts its certificate, and by nobody else", async () => {
    const directory = Command.makeDirectory()
    const emulator = Command.start(["emulate", "--https", "--json"], { cwd: directory })
    const account = JSON.parse(await ready(emulator))
    assert.deepStrictEqual(
      Object.keys(account),
      ["endpoint", "account", "key", "pool", "certificate"]
    )
    assert.match(account.endpoint, /^https:\/\/127\.0\.0\.1:\d+$/)
    assert.notInclude(readFileSync(account.certificate, "utf8"), "PRIVATE")
    assert.strictEqual(await listJobs(directory, account, account.certificate), "jobs: 0\n")
    const byName = { ...account, endpoint: account.endpoint.replace("127.0.0.1", "localhost") }
    assert.strictEqual(await listJobs(directory, byName, account.certificate), "jobs: 0\n")
    assert.notInclude(await listJobs(directory, account, undefined), "jobs:")
    emulator.child.kill("SIGINT")
    await emulator.ended
  })

  it("prints lines that a shell can read, with http and with https", async () => {
    for (const flags of [[], ["--https"]]) {
      const directory = Command.makeDirectory()
      const emulator = Command.start(["emulate", "--env", ...flags], { cwd: directory })
      const lines = await ready(emulator)
      const { stdout } = await promisify(execFile)("sh", [
        "-c",
        `${lines}\nexec env`
      ], { env: {} })
      const found = Object.fromEntries(
        stdout.split("\n").map((line) => [line.split("=", 1)[0], line.replace(/^[^=]*=/, "")])
      )
      const isSecure = flags.length > 0
      assert.match(found["AZURE_BATCH_ENDPOINT"] ?? "", isSecure ? /^https:/ : /^http:/)
      assert.strictEqual(found["AZURE_BATCH_ACCOUNT"], "batchwave")
      assert.isNotEmpty(found["AZURE_BATCH_ACCESS_KEY"])
      assert.strictEqual(existsSync(found["NODE_EXTRA_CA_CERTS"] ?? ""), isSecure)
      assert.strictEqual(found["REQUESTS_CA_BUNDLE"], found["NODE_EXTRA_CA_CERTS"])
      emulator.child.kill("SIGINT")
      await emulator.ended
    }
  })

  it("takes a certificate and its key, and refuses them without each other", async () => {
    const directory = Command.makeDirectory()
    const made = Certificate.make(["127.0.0.1"], Date.now())
    for (const [name, text] of Object.entries(made)) writeFileSync(join(directory, name), text)
    const alone = await Command.run(["emulate", "--https", "--cert", "certificate"], {
      cwd: directory
    })
    assert.strictEqual(alone.code, 2)
    assert.include(alone.stderr, "--cert and --key-file go together")
    const emulator = Command.start(
      ["emulate", "--https", "--cert", "certificate", "--key-file", "key", "--json"],
      { cwd: directory }
    )
    const account = JSON.parse(await ready(emulator))
    assert.strictEqual(account.certificate, join(directory, "certificate"))
    const listed = await listJobs(directory, account, join(directory, "authority"))
    assert.strictEqual(listed, "jobs: 0\n")
    emulator.child.kill("SIGINT")
    await emulator.ended
  })

  it("refuses a key that is not the certificate's, and what is no PEM", async () => {
    const dataDirectory = Command.makeDirectory()
    const [one, two] = [1, 2].map(() => Certificate.make(["127.0.0.1"], Date.now()))
    assert.isDefined(one)
    assert.isDefined(two)
    const wrong = [
      { certificate: one?.certificate ?? "", key: two?.key ?? "" },
      { certificate: "none", key: one?.key ?? "" }
    ]
    for (const https of wrong) {
      const error = await Effect.runPromise(
        Effect.flip(Effect.scoped(Emulator.make({ dataDirectory, https })))
      )
      assert.strictEqual(error.reason, "InvalidOptions")
    }
  })
})
