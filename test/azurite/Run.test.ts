/** Pipelines whose files travel through a container in Azurite. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Command from "../e2e/Command.ts"
import * as Azurite from "./Azurite.ts"
import type { ContainerClient } from "./StorageLibrary.ts"

const example = fileURLToPath(new URL("../../examples/01-flights.ts", import.meta.url))

let azurite: Azurite.Azurite
let container: ContainerClient

beforeAll(async () => {
  azurite = await Azurite.start()
  container = azurite.service.getContainerClient("artifacts")
  await container.create()
})
afterAll(() => azurite?.stop())

/** The files of a run that hold a signature, the emulator's own left out: it has to know the URLs. */
const filesWithSignature = (directory: string): ReadonlyArray<string> =>
  readdirSync(join(directory, ".batchwave"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes("/emulator/"))
    .filter((path) => readFileSync(path, "latin1").includes("sig="))

describe("examples/01-flights.ts with its files in a container", () => {
  it("reaches the known figures in the embedded emulator, and is told again on resume", async () => {
    const directory = Command.makeDirectory()
    const store = await Azurite.containerUrl(container, "rcw")
    const args = ["run", example, "--json", "--run-id", "blobs", "--store", store]
    const ended = await Command.run(args, { cwd: directory })
    assert.strictEqual(ended.code, 0, ended.stderr)
    const document = JSON.parse(ended.stdout)
    assert.strictEqual(document.outcome, "succeeded")
    assert.strictEqual(document.retries, 1)
    const summary = JSON.parse(readFileSync(document.results.summary, "utf8"))
    assert.strictEqual(summary.flights, 200_000)
    assert.closeTo(summary.meanDelayMinutes, 7.500795, 1e-9)
    const blobs = await Azurite.names(container)
    assert.isTrue(blobs.every((name) => name.startsWith("blobs/")), blobs.join("\n"))
    assert.isTrue(blobs.some((name) => name.endsWith("/summary.json")))
    assert.isTrue(blobs.some((name) => name.endsWith("/flights-200k.json")))
    assert.notInclude(ended.stdout + ended.stderr, "sig=")
    assert.deepStrictEqual(filesWithSignature(directory), [])

    const again = await Command.run(
      ["run", example, "--json", "--resume", "--run-id", "blobs"],
      { cwd: directory, env: { AZURE_STORAGE_CONTAINER_SAS_URL: store } }
    )
    assert.strictEqual(again.code, 0, again.stderr)
    assert.deepStrictEqual(JSON.parse(again.stdout).results, document.results)
    const without = await Command.run(["run", example, "--resume", "--run-id", "blobs"], {
      cwd: directory
    })
    assert.strictEqual(without.code, 2)
    assert.include(without.stderr, "AZURE_STORAGE_CONTAINER_SAS_URL")
  })

  it("runs against an emulator that allows no directory of this machine", async () => {
    const directory = Command.makeDirectory()
    const elsewhere = Command.makeDirectory()
    const emulator = Command.start(["emulate", "--json", "--allow", elsewhere], { cwd: elsewhere })
    const account = JSON.parse(
      await Command.eventually("the emulator is ready", () => {
        const { stdout } = emulator.output()
        return stdout.endsWith("\n") && stdout
      })
    )
    const ended = await Command.run(
      ["run", example, "--json", "--param", "shards=3", "--param", "flaky=none"].concat(
        ["--run-id", "far", "--store", await Azurite.containerUrl(container, "rcw")]
      ),
      {
        cwd: directory,
        env: {
          AZURE_BATCH_ENDPOINT: account.endpoint,
          AZURE_BATCH_ACCOUNT: account.account,
          AZURE_BATCH_ACCESS_KEY: account.key
        }
      }
    )
    assert.strictEqual(ended.code, 0, ended.stderr)
    const document = JSON.parse(ended.stdout)
    assert.closeTo(document.results.meanDelayMinutes, 7.500795, 1e-9)
    emulator.child.kill("SIGINT")
    await emulator.ended
  })

  it("says what to do when the signature is wrong, without telling it", async () => {
    const directory = Command.makeDirectory()
    const store = Azurite.forged(await Azurite.containerUrl(container, "rcw"))
    const ended = await Command.run(["run", example, "--store", store], { cwd: directory })
    assert.notStrictEqual(ended.code, 0)
    assert.include(ended.stderr, "403")
    assert.notInclude(ended.stdout + ended.stderr, "sig=")
  })
})
