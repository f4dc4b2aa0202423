/**
 * The bundles of the published packages, installed side by side as a user has them.
 */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import { bundle, bundledPackages } from "../../scripts/Bundle.ts"
import { root } from "./SourceTree.ts"

const packagesPath = join(root, "packages")

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly publishConfig: Readonly<Record<string, unknown>>
}

/** Installs the bundles in a directory, uses it and removes it. */
const withInstalled = async (use: (path: string) => void | Promise<void>): Promise<void> => {
  const path = mkdtempSync(join(tmpdir(), "batchwave-bundles-"))
  try {
    for (const name of bundledPackages) {
      const directory = join(packagesPath, name)
      const manifest: Manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"))
      const target = join(path, "node_modules", manifest.name)
      await bundle(packagesPath, name, join(target, "bundle"))
      writeFileSync(
        join(target, "package.json"),
        JSON.stringify({ ...manifest, ...manifest.publishConfig })
      )
      for (const needed of Object.keys(manifest.dependencies ?? {})) {
        if (!needed.startsWith("@batchwave/")) link(directory, needed, path)
      }
    }
    await use(path)
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

const link = (from: string, name: string, path: string): void => {
  const target = join(path, "node_modules", name)
  mkdirSync(dirname(target), { recursive: true })
  rmSync(target, { force: true })
  symlinkSync(realpathSync(join(from, "node_modules", name)), target)
}

/** Runs a program in the directory and answers what it printed as JSON. */
const run = (path: string, program: string): unknown => {
  const file = join(path, "program.mjs")
  writeFileSync(file, program)
  const { status, stderr, stdout } = spawnSync(process.execPath, [file], { encoding: "utf8" })
  assert.strictEqual(status, 0, stderr)
  return JSON.parse(stdout)
}

const publicModules = (name: string): ReadonlyArray<string> =>
  readdirSync(join(packagesPath, name, "src"))
    .filter((file) => file.endsWith(".ts") && file !== "index.ts")
    .map((file) => file.slice(0, -".ts".length))

/** The compiled modules that the entry of `batchwave` loads, which no test before has compiled. */
const compileOwnModules = (path: string): void => {
  const target = join(path, "node_modules", "batchwave", "dist")
  mkdirSync(target)
  for (const module of ["Batchwave", "Config", "Promises"]) {
    const text = readFileSync(join(packagesPath, "batchwave", "src", `${module}.ts`), "utf8")
    writeFileSync(
      join(target, `${module}.js`),
      stripTypeScriptTypes(text).replaceAll(/(from "\.[^"]+)\.ts"/g, "$1.js\"")
    )
  }
}

describe("bundles", () => {
  it("have every sub-path with the names of its source, each the one of its package", async () => {
    const whole = bundledPackages.filter((name) => name !== "batchwave")
    const paths = whole.flatMap((name) => publicModules(name).map((module) => ({ name, module })))
    const expected = await Promise.all(paths.map(async ({ module, name }) => {
      const source = join(packagesPath, name, "src", `${module}.ts`)
      const exported: object = await import(pathToFileURL(source).href)
      return { path: `@batchwave/${name}/${module}`, names: Object.keys(exported).toSorted() }
    }))
    assert.isAbove(expected.length, 150)
    await withInstalled((path) => {
      const seen = run(
        path,
        `const seen = []
for (const { module, name } of ${JSON.stringify(paths)}) {
  const path = \`@batchwave/\${name}/\${module}\`
  const one = await import(path)
  const whole = (await import(\`@batchwave/\${name}\`))[module] ?? {}
  const names = Object.keys(one).toSorted()
  for (const each of names) if (one[each] !== whole[each]) throw new Error(path + " " + each)
  seen.push({ path, names })
}
console.log(JSON.stringify(seen))
`
      )
      assert.deepStrictEqual(seen, expected)
    })
  })

  it("of the laboratory load no effect, so that its threads are soon ready", async () => {
    await withInstalled((path) => {
      const imported = (name: string) =>
        Array.from(
          readFileSync(join(path, "node_modules/@batchwave", name, "bundle/index.js"), "utf8")
            .matchAll(/^(?:import|export) .*?from "([^"]+)"/gm),
          ([, from]) => from
        )
      assert.sameMembers(imported("lab"), ["@batchwave/core", "@batchwave/sim"])
      assert.sameMembers(imported("sim"), ["@batchwave/core"])
      assert.sameMembers(imported("core"), [])
    })
  })

  it("share classes and values, and are few files", async () => {
    await withInstalled((path) => {
      compileOwnModules(path)
      const seen = run(
        path,
        `import { registerHooks } from "node:module"
const files = []
registerHooks({ load: (url, context, next) => {
  if (/batchwave\\/(?:\\w+\\/)?(?:bundle|dist)\\//.test(url)) files.push(url)
  return next(url, context)
} })
const batchwave = await import("batchwave")
const loaded = files.map((url) => url.replace(/.*node_modules./, "")).toSorted()
const { PipelineError } = await import("@batchwave/pipeline/PipelineError")
const { retry } = await import("@batchwave/core/Policy")
let error
try {
  batchwave.plan(batchwave.Pipeline.make("empty", {}, () => {}), {})
} catch (thrown) {
  error = thrown
}
console.log(JSON.stringify({
  loaded,
  names: Object.keys(batchwave).toSorted(),
  isOne: [batchwave.PipelineError === PipelineError, batchwave.Policy.retry === retry],
  isInstance: error instanceof PipelineError
}))
`
      )
      assert.deepStrictEqual(seen, {
        loaded: [
          "@batchwave/core/bundle/index.js",
          "@batchwave/pipeline/bundle/index.js",
          "batchwave/bundle/index.js",
          "batchwave/dist/Batchwave.js",
          "batchwave/dist/Config.js",
          "batchwave/dist/Promises.js"
        ],
        names: [
          "Backoff",
          "Batchwave",
          "Failure",
          "File",
          "Output",
          "Pipeline",
          "PipelineError",
          "Policy",
          "RetrySchedule",
          "RunFailed",
          "Trigger",
          "defineConfig",
          "plan",
          "run",
          "sh"
        ],
        isOne: [true, true],
        isInstance: true
      })
    })
  })

  it("refuse a public module that the package's index leaves out", async () => {
    const path = mkdtempSync(join(tmpdir(), "batchwave-index-"))
    try {
      const source = join(path, "core", "src")
      mkdirSync(source, { recursive: true })
      writeFileSync(join(source, "index.ts"), "export * as One from \"./One.ts\"\n")
      writeFileSync(join(source, "One.ts"), "export const one = 1\n")
      await bundle(path, "core", join(path, "bundle"))
      writeFileSync(join(source, "Two.ts"), "export const two = 2\n")
      const problem = await bundle(path, "core", join(path, "bundle")).then(
        () => "",
        (error: unknown) => String(error)
      )
      assert.match(problem, /index\.ts does not export Two; add it/)
    } finally {
      rmSync(path, { recursive: true, force: true })
    }
  })
})
