/**
 * The programs of `docs/laptop.md`, as they stand there, against the command it tells to start.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import * as Command from "./Command.ts"

const page = readFileSync(new URL("../../docs/laptop.md", import.meta.url), "utf8")

/** The code blocks of a language that hold a text. */
const block = (language: string, text: string): string => {
  const found = [...page.matchAll(/```(\w+)\n(.*?)```/gs)]
    .filter(([, name, code]) => name === language && code?.includes(text))
    .map(([, , code]) => code)
  assert.lengthOf(found, 1, `the ${language} block with "${text}"`)
  return found[0] ?? ""
}

/** Import specifiers as URLs, so that the program runs outside the workspace. */
const resolved = (code: string): string =>
  code.replaceAll(/from "([^"]+)"/g, (_, specifier: string) => {
    const url = import.meta.resolve(specifier)
    return `from ${JSON.stringify(url)}`
  })

for (const flags of [[], ["--https"]]) {
  describe(`docs/laptop.md ${flags.join(" ")}`, () => {
    const directory = Command.makeDirectory()
    let emulator: Command.Started
    let env: NodeJS.ProcessEnv = {}

    /** Runs a shell script with the account in the environment. */
    const shell = async (script: string): Promise<string> =>
      (await promisify(execFile)("sh", ["-euc", script], { cwd: directory, env })).stdout

    beforeAll(async () => {
      emulator = Command.start(["emulate", "--env", ...flags], { cwd: directory })
      const lines = await Command.eventually("the emulator is ready", () => {
        const { stdout } = emulator.output()
        return stdout.endsWith("\n") && stdout
      })
      writeFileSync(join(directory, "batch.env"), lines)
      env = { PATH: process.env["PATH"], GITHUB_ENV: join(directory, "github.env") }
      const asForCi = "sed 's/^export //' batch.env >> \"$GITHUB_ENV\""
      assert.include(block("yaml", "npx batchwave emulate"), asForCi)
      await shell(asForCi)
      const named = readFileSync(join(directory, "github.env"), "utf8").trimEnd().split("\n")
      env = {
        ...env,
        ...Object.fromEntries(named.map((line) => {
          const end = line.indexOf("=")
          return [line.slice(0, end), line.slice(end + 1)]
        }))
      }
    })

    afterAll(async () => {
      emulator.child.kill("SIGINT")
      await emulator.ended
    })

    it("waits for the account and reads it into the shell", async () => {
      const told = await shell(block("sh", ". ./batch.env"))
      assert.lengthOf(told.trimEnd().split("\n"), 3)
    })

    it("runs a task from TypeScript", async () => {
      writeFileSync(join(directory, "hello.mts"), resolved(block("ts", "hello-ts")))
      assert.strictEqual(
        await shell(`'${process.execPath}' hello.mts`),
        "hello from TypeScript\n"
      )
    })

    it("runs a task from JavaScript", async () => {
      writeFileSync(join(directory, "hello.mjs"), resolved(block("js", "hello-js")))
      assert.strictEqual(await shell(`'${process.execPath}' hello.mjs`), "hello from JavaScript\n")
    })

    it("lists jobs with curl", async (test) => {
      const missing = await shell("command -v curl openssl").then(() => false, () => true)
      if (missing) test.skip("this machine has no curl or no openssl")
      const script = block("sh", "curl --silent")
      const trusting = flags.length === 0
        ? script
        : script.replace("curl --silent", `curl --cacert "$NODE_EXTRA_CA_CERTS" --silent`)
      const { value } = JSON.parse(await shell(trusting))
      assert.deepStrictEqual(
        value.map((job: { readonly id: string }) => job.id).toSorted(),
        ["hello-js", "hello-ts"]
      )
    })
  })
}
