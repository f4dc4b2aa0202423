/**
 * The entry behind the npm scripts, run in checkouts made for one test each: a copy of `scripts/`, a
 * lockfile, and an `npx` on PATH that stands where the network would be.
 */
import { assert, describe, it } from "@effect/vitest"
import { type ChildProcess, spawn } from "node:child_process"
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { root } from "./SourceTree.ts"

interface Checkout {
  readonly path: string
  /** Lines written by each run of the installer. */
  readonly installs: () => number
  readonly start: (...commandArguments: ReadonlyArray<string>) => ChildProcess
  readonly run: (...commandArguments: ReadonlyArray<string>) => Promise<Ending>
}

interface Ending {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

const installerText = (checkout: string, body: string): string =>
  `#!/bin/sh
echo "$@" >> "${checkout}/installs"
echo "installer says this"
${body}
`

const worksAt = (checkout: string): string =>
  `mkdir -p "${checkout}/node_modules/.bin"
ln -sf "${process.execPath}" "${checkout}/node_modules/.bin/node"
printf '#!/bin/sh\\necho vitest "$@"\\n' > "${checkout}/node_modules/.bin/vitest"
chmod +x "${checkout}/node_modules/.bin/vitest"`

const program = `
if (process.argv[2] === "wait") {
  process.on("SIGINT", () => { console.log("got SIGINT") })
  setInterval(() => {}, 1000)
  console.log("ready")
} else {
  console.log(JSON.stringify({ arguments: process.argv.slice(2), directory: process.cwd() }))
  process.exitCode = Number(process.argv[2] ?? 0)
}
`

const withCheckout = async (
  use: (checkout: Checkout) => Promise<void>,
  installer: (path: string) => string = worksAt
): Promise<void> => {
  const path = mkdtempSync(join(tmpdir(), "batchwave-bootstrap-"))
  try {
    cpSync(join(root, "scripts"), join(path, "scripts"), { recursive: true })
    writeFileSync(join(path, "pnpm-lock.yaml"), "first\n")
    writeFileSync(join(path, "package.json"), "{ \"type\": \"module\" }\n")
    mkdirSync(join(path, "packages", "batchwave", "src"), { recursive: true })
    writeFileSync(join(path, "packages", "batchwave", "src", "bin.ts"), program)
    mkdirSync(join(path, "machine"))
    writeFileSync(join(path, "machine", "npx"), installerText(path, installer(path)))
    chmodSync(join(path, "machine", "npx"), 0o755)
    await use(checkoutAt(path))
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

const checkoutAt = (path: string): Checkout => {
  const start = (...commandArguments: ReadonlyArray<string>): ChildProcess =>
    spawn(process.execPath, [join(path, "scripts", "bootstrap.mjs"), ...commandArguments], {
      cwd: path,
      env: {
        ...process.env,
        INIT_CWD: join(path, "machine"),
        PATH: [join(path, "machine"), process.env["PATH"] ?? ""].join(delimiter)
      },
      // Its own process group: a developer's terminal must not look like the one it runs in.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"]
    })
  return {
    path,
    installs: () => {
      const log = join(path, "installs")
      return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").length : 0
    },
    start,
    run: (...commandArguments) => ended(start(...commandArguments))
  }
}

const ended = (child: ChildProcess): Promise<Ending> =>
  new Promise((resolve, reject) => {
    const output = { stdout: "", stderr: "" }
    child.stdout?.on("data", (chunk: Buffer) => (output.stdout += chunk.toString("utf8")))
    child.stderr?.on("data", (chunk: Buffer) => (output.stderr += chunk.toString("utf8")))
    child.once("error", reject)
    child.once("close", (code, signal) => resolve({ code, signal, ...output }))
  })

const saying = (child: ChildProcess, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let seen = ""
    child.stdout?.on("data", (chunk: Buffer) => {
      seen += chunk.toString("utf8")
      if (seen.includes(text)) resolve()
    })
    child.once("close", () => reject(new Error(`ended without saying ${text}; said ${seen}`)))
  })

describe("bootstrap", () => {
  it("installs with the pinned pnpm on first use, and not again", async () => {
    await withCheckout(async (checkout) => {
      await checkout.run("batchwave")
      assert.strictEqual(
        readFileSync(join(checkout.path, "installs"), "utf8"),
        "--yes pnpm@12.21.0 install --frozen-lockfile\n"
      )
      const second = await checkout.run("batchwave")
      assert.strictEqual(checkout.installs(), 1)
      assert.strictEqual(second.stderr, "")
    })
  })

  it("installs again when the lockfile changed, or a tool is gone", async () => {
    await withCheckout(async (checkout) => {
      await checkout.run("batchwave")
      writeFileSync(join(checkout.path, "pnpm-lock.yaml"), "second\n")
      await checkout.run("batchwave")
      assert.strictEqual(checkout.installs(), 2)
      rmSync(join(checkout.path, "node_modules", ".bin"), { recursive: true })
      await checkout.run("batchwave")
      assert.strictEqual(checkout.installs(), 3)
    })
  })

  it("installs once when two commands start together in a new checkout", async () => {
    await withCheckout(async (checkout) => {
      const endings = await Promise.all([checkout.run("batchwave"), checkout.run("batchwave")])
      assert.deepStrictEqual(endings.map(({ code }) => code), [0, 0])
      assert.strictEqual(checkout.installs(), 1)
    })
  })

  it("keeps stdout for the command-line program, on first use too", async () => {
    await withCheckout(async (checkout) => {
      const first = await checkout.run("batchwave", "0", "a b", "--c=\"d\"")
      assert.strictEqual(first.code, 0)
      assert.deepStrictEqual(JSON.parse(first.stdout), {
        arguments: ["0", "a b", "--c=\"d\""],
        directory: join(checkout.path, "machine")
      })
      assert.include(first.stderr, "batchwave: installing")
      assert.notInclude(first.stderr, "installer says this")
    })
  })

  it("shows the installer's progress on stderr to the other commands", async () => {
    await withCheckout(async (checkout) => {
      const ending = await checkout.run("test", "packages/core")
      assert.strictEqual(ending.stdout, "vitest run packages/core\n")
      assert.include(ending.stderr, "installer says this")
    })
  })

  it("ends with the exit code of the tool", async () => {
    await withCheckout(async (checkout) => {
      assert.strictEqual((await checkout.run("batchwave", "7")).code, 7)
    })
  })

  it("passes SIGTERM on and ends by it like the tool", async () => {
    await withCheckout(async (checkout) => {
      const child = checkout.start("batchwave", "wait")
      const ending = ended(child)
      await saying(child, "ready")
      child.kill("SIGTERM")
      assert.strictEqual((await ending).signal, "SIGTERM")
    })
  })

  it("passes an interrupt on once, though npm repeats it", async () => {
    await withCheckout(async (checkout) => {
      const child = checkout.start("batchwave", "wait")
      const ending = ended(child)
      await saying(child, "ready")
      child.kill("SIGINT")
      child.kill("SIGINT")
      await saying(child, "got SIGINT")
      child.kill("SIGTERM")
      assert.strictEqual((await ending).stdout, "ready\ngot SIGINT\n")
    })
  })

  it("says that the registry could not be reached, and leaves nothing that looks installed", async () => {
    await withCheckout(async (checkout) => {
      const ending = await checkout.run("batchwave")
      assert.strictEqual(ending.code, 1)
      assert.strictEqual(ending.stdout, "")
      assert.include(ending.stderr, "npm error code ENOTFOUND")
      assert.include(ending.stderr, "batchwave: the install could not reach the package registry")
      await checkout.run("batchwave")
      assert.strictEqual(checkout.installs(), 2)
    }, () => "echo 'npm error code ENOTFOUND' >&2; exit 1")
  })

  it("says that the install failed for another reason, with the installer's own words", async () => {
    await withCheckout(async (checkout) => {
      const ending = await checkout.run("batchwave")
      assert.strictEqual(ending.code, 1)
      assert.include(ending.stderr, "ERR_PNPM_OUTDATED_LOCKFILE")
      assert.include(ending.stderr, "pnpm 12.21.0 ended with code 4")
    }, () => "echo 'ERR_PNPM_OUTDATED_LOCKFILE'; exit 4")
  })

  it("says which Node is needed when the machine's is too old", async () => {
    const entry = JSON.stringify(join(root, "scripts", "bootstrap.mjs"))
    const script = `
      Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.1" } })
      import(${entry})`
    const child = spawn(process.execPath, ["--input-type=module", "-e", script])
    const ending = await ended(child)
    assert.strictEqual(ending.code, 1)
    assert.include(ending.stderr, "Node 18.20.1 is too old")
    assert.include(ending.stderr, "Install Node 20 or newer")
  })

  it("names the commands it knows when asked for another", async () => {
    await withCheckout(async (checkout) => {
      const ending = await checkout.run("tidy")
      assert.strictEqual(ending.code, 1)
      assert.include(ending.stderr, "unknown command \"tidy\"")
      assert.include(ending.stderr, "start, batchwave, test")
      assert.strictEqual(checkout.installs(), 0)
    })
  })
})
