/**
 * The layers of the packages: who may import whom, and which packages from outside each may load. A
 * lower layer never imports a higher one, and packages of one layer never import each other.
 */
import { importedModules } from "./SourceText.ts"
import { packageOf, packageSources, type Problem, type SourceFile } from "./SourceTree.ts"

/** What one package may depend on. */
export interface Layer {
  /** 0 at the bottom. */
  readonly level: number
  /** Directories under `packages/` it may import. */
  readonly imports: ReadonlyArray<string>
  /** Packages from outside it may load when it runs. */
  readonly external: ReadonlyArray<string>
  /** Whether it may touch the platform, that is `node:*`. */
  readonly platform: boolean
}

/** The table of `docs/STYLE.md`. A package that is not in it may be imported by nobody. */
export const layers: Readonly<Record<string, Layer>> = {
  core: { level: 0, imports: [], external: [], platform: false },
  wire: { level: 0, imports: [], external: ["effect"], platform: false },
  client: {
    level: 1,
    imports: ["wire"],
    external: ["effect", "@effect/platform-node", "undici"],
    platform: true
  },
  pipeline: { level: 1, imports: ["core"], external: ["effect"], platform: true },
  sim: { level: 1, imports: ["core"], external: [], platform: false },
  engine: { level: 2, imports: ["core", "client", "wire"], external: ["effect"], platform: true },
  emulator: {
    level: 2,
    imports: ["core", "wire", "client", "sim"],
    external: ["effect", "@effect/platform-node"],
    platform: true
  },
  lab: {
    level: 2,
    imports: ["core", "wire", "sim", "pipeline"],
    external: ["effect"],
    platform: true
  },
  batchwave: {
    level: 3,
    imports: ["core", "wire", "client", "pipeline", "sim", "engine", "emulator", "lab"],
    external: ["effect", "@effect/platform-node"],
    platform: true
  }
}

/** Private packages above all layers: they may import anything, and nothing may import them. */
export const outsideLayers: ReadonlyArray<string> = ["bench"]

/** Entries of a table that break the two rules every table must obey. */
export const tableProblems = (
  table: Readonly<Record<string, Layer>>
): ReadonlyArray<string> =>
  Object.entries(table).flatMap(([name, layer]) =>
    layer.imports
      .filter((imported) => (table[imported]?.level ?? Infinity) >= layer.level)
      .map((imported) => `${name} (layer ${layer.level}) may not import ${imported}`)
  )

/** Imports and dependencies that the table does not allow, and packages it does not know. */
export const layerProblems = (tree: ReadonlyArray<SourceFile>): ReadonlyArray<Problem> => [
  ...unknownPackages(tree),
  ...packageSources(tree).flatMap(importProblems),
  ...tree.filter(({ path }) => isManifest(path)).flatMap(dependencyProblems)
]

const isManifest = (path: string): boolean => /^packages\/[^/]+\/package\.json$/.test(path)

const unknownPackages = (tree: ReadonlyArray<SourceFile>): ReadonlyArray<Problem> =>
  tree
    .filter(({ path }) => isManifest(path) && !isKnown(packageOf(path) ?? ""))
    .map(({ path }) => ({
      path,
      message: "this package is not in the table of layers; add it to Layers.ts"
    }))

const isKnown = (name: string): boolean =>
  Object.hasOwn(layers, name) || outsideLayers.includes(name)

const importProblems = (file: SourceFile): ReadonlyArray<Problem> => {
  const layer = layers[packageOf(file.path) ?? ""]
  if (layer === undefined) return []
  return importedModules(file.text).flatMap(({ line, specifier }) => {
    const refusal = refusalOf(file.path, layer, specifier)
    return refusal === undefined ? [] : [{ path: file.path, line, message: refusal }]
  })
}

const refusalOf = (path: string, layer: Layer, specifier: string): string | undefined => {
  const name = packageOf(path)
  if (specifier.startsWith(".")) {
    return leavesPackage(path, specifier)
      ? `"${specifier}" leaves the package; import it by its name`
      : undefined
  }
  if (specifier.startsWith("node:")) {
    return layer.platform ? undefined : `${name} is pure and may not import "${specifier}"`
  }
  const target = packageName(specifier)
  const ours = ownPackage(target)
  if (ours !== undefined) {
    return ours === name || layer.imports.includes(ours)
      ? undefined
      : `${name} may not import "${specifier}"`
  }
  return layer.external.includes(target) ? undefined : `${name} may not load "${specifier}"`
}

/** Whether a relative import climbs above `packages/<name>/src`. */
const leavesPackage = (path: string, specifier: string): boolean => {
  let depth = path.split("/").length - 4
  for (const part of specifier.split("/")) {
    if (part === "..") depth -= 1
    else if (part !== ".") depth += 1
    if (depth < 0) return true
  }
  return false
}

const packageName = (specifier: string): string =>
  specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/")

const ownPackage = (name: string): string | undefined =>
  name === "batchwave" ? name : /^@batchwave\/(.+)$/.exec(name)?.[1]

const dependencyProblems = (file: SourceFile): ReadonlyArray<Problem> => {
  const name = packageOf(file.path) ?? ""
  const layer = layers[name]
  const allowed = (dependency: string): boolean => {
    const ours = ownPackage(dependency)
    if (layer === undefined) return ours === undefined || !outsideLayers.includes(ours)
    return ours === undefined ? layer.external.includes(dependency) : layer.imports.includes(ours)
  }
  const manifest: { readonly dependencies?: Readonly<Record<string, string>> } = JSON.parse(
    file.text
  )
  return Object.keys(manifest.dependencies ?? {})
    .filter((dependency) => !allowed(dependency))
    .map((dependency) => ({ path: file.path, message: `${name} may not depend on ${dependency}` }))
}
