/**
 * Puts all modules of a package into one file, because loading a module costs about a millisecond
 * whatever is in it.
 *
 * B1 Every sub-path stays: a small module of its name hands out what the one file holds, so there is one
 *    instance of each class and key, whichever way it is imported.
 * B2 A bundle takes what it needs of another bundled package from that package's one file.
 * B3 Of `batchwave` only the entry is bundled, for B2: its own modules are loaded when they are used, and
 *    some find their neighbours by file name.
 * B4 The laboratory has copies of the few modules of `wire` it needs, which load nothing: the one file of
 *    `wire` loads Effect, and each thread of the laboratory would load it.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { type Plugin, rolldown } from "rolldown"

/** Packages that become one file each, by their directory. */
const wholePackages: ReadonlyArray<string> = ["core", "wire", "client", "pipeline", "sim", "lab"]

/** The package whose entry alone is bundled. */
const entryPackage = "batchwave"

/** Directories of the packages that have a bundle. */
export const bundledPackages: ReadonlyArray<string> = [...wholePackages, entryPackage]

/**
 * Writes the bundle of one package, made of its sources in `packagesPath`, into `target`, which is
 * replaced. Fails when something cannot be resolved, and when a public module is missing from the
 * package's `index.ts`.
 */
export const bundle = async (packagesPath: string, name: string, target: string): Promise<void> => {
  const source = join(packagesPath, name, "src")
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  const build = await rolldown({
    input: { index: join(source, "index.ts") },
    platform: "node",
    plugins: [
      ...(name === "lab" ? [copies(packagesPath)] : []),
      acrossPackages(packagesPath),
      ...(name === entryPackage ? [ownModules] : [])
    ],
    external: /^(?:node:|effect|@effect\/|@azure\/|undici|@batchwave\/[a-z]+$)/,
    onLog: (_level, log) => {
      throw new Error(`cannot bundle ${name}: ${log.message}`)
    }
  })
  await build.write({ dir: target, format: "esm", sourcemap: true })
  await build.close()
  if (name !== entryPackage) await writeSubPaths(source, target)
}

/** Writes a module for each public one, which hands out what the one file holds of it. */
const writeSubPaths = async (source: string, target: string): Promise<void> => {
  const indexPath = join(source, "index.ts")
  const index = await exportsOf(indexPath)
  for (const file of readdirSync(source)) {
    if (!file.endsWith(".ts") || file === "index.ts") continue
    const module = file.slice(0, -".ts".length)
    const names = await exportsOf(join(source, file))
    if (names.length > 0 && !index.includes(module)) {
      throw new Error(`${indexPath} does not export ${module}; add it`)
    }
    writeFileSync(join(target, `${module}.js`), handingOut(module, "./index.js", names))
  }
}

const subPath = /^@batchwave\/(?<name>[a-z]+)\/(?<module>\w+)$/

/** B4: functions and plain values, of which it does not matter that there are two. */
const copied: ReadonlySet<string> = new Set([
  "@batchwave/wire/Resilience",
  "@batchwave/wire/RetryBudget",
  "@batchwave/wire/Throttle"
])

const copies = (packagesPath: string): Plugin => ({
  name: "copies",
  resolveId: (id) => {
    const { module = "", name = "" } = subPath.exec(id)?.groups ?? {}
    return copied.has(id) ? join(packagesPath, name, "src", `${module}.ts`) : undefined
  }
})

/** Marks a sub-path that is read as a member of its package's one file. */
const memberMark = "\0"

/** B2. Sub-paths of packages that are no bundle are left as they are. */
const acrossPackages = (packagesPath: string): Plugin => ({
  name: "across-packages",
  resolveId: (id) => {
    const name = subPath.exec(id)?.groups?.["name"]
    if (name === undefined) return undefined
    return wholePackages.includes(name) ? `${memberMark}${id}` : { id, external: true }
  },
  load: async (id) => {
    if (!id.startsWith(memberMark)) return undefined
    const { module, name } = subPath.exec(id.slice(memberMark.length))?.groups ?? {}
    if (module === undefined || name === undefined) return undefined
    const names = await exportsOf(join(packagesPath, name, "src", `${module}.ts`))
    return handingOut(module, `@batchwave/${name}`, names)
  }
})

/** B3: leaves the modules beside the entry where the compiler puts them. */
const ownModules: Plugin = {
  name: "own-modules",
  resolveId: (id) =>
    id.startsWith("./")
      ? { id: `../dist/${id.slice("./".length).replace(/\.ts$/, ".js")}`, external: true }
      : undefined
}

/** The text of a module that hands out the members of a namespace. */
const handingOut = (module: string, from: string, names: ReadonlyArray<string>): string =>
  names.length === 0
    ? "export {}\n"
    : `import { ${module} as module$ } from ${JSON.stringify(from)}\n`
      + `export const { ${names.join(", ")} } = module$\n`

/** Names that a module exports, types left out. */
const exportsOf = async (path: string): Promise<ReadonlyArray<string>> => {
  const module: object = await import(pathToFileURL(path).href)
  return Object.keys(module)
}
