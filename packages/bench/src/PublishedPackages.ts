/**
 * Our packages as a user of the published ones has them: compiled and bundled, with the entry points of
 * their `publishConfig`, installed side by side in a directory of their own.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { bundle, bundledPackages } from "../../../scripts/Bundle.ts"
import * as ScratchDirectory from "./ScratchDirectory.ts"

/** A directory in which a program can import the packages. */
export interface PublishedPackages {
  /** Writes a program that imports a module and answers its path. */
  readonly program: (name: string, module: string) => string
  /** Copies a program to where it imports the packages and answers its path. */
  readonly copy: (path: string) => string
  readonly remove: () => void
}

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly publishConfig?: Readonly<Record<string, unknown>>
}

const packagesPath = fileURLToPath(new URL("../..", import.meta.url))

/** Installs the packages, or says why that is not possible. */
export const install = async (): Promise<PublishedPackages | { readonly reason: string }> => {
  const found = readdirSync(packagesPath).flatMap((name) => {
    const directory = join(packagesPath, name)
    const manifestPath = join(directory, "package.json")
    if (!existsSync(manifestPath)) return []
    const manifest: Manifest = JSON.parse(readFileSync(manifestPath, "utf8"))
    return manifest.private === true ? [] : [{ directory, manifest }]
  })
  const missing = found.filter(({ directory }) => !existsSync(join(directory, "dist")))
  if (missing.length > 0) {
    const names = missing.map(({ manifest }) => manifest.name).join(", ")
    return { reason: `${names} are not compiled; run tsc -b first` }
  }
  const root = ScratchDirectory.make("published")
  const modules = join(root, "node_modules")
  for (const { directory, manifest } of found) {
    const target = join(modules, manifest.name)
    mkdirSync(target, { recursive: true })
    cpSync(join(directory, "dist"), join(target, "dist"), { recursive: true })
    const name = basename(directory)
    if (bundledPackages.includes(name)) {
      await bundle(packagesPath, name, join(target, "bundle"))
    }
    const published = { ...manifest, ...manifest.publishConfig }
    writeFileSync(join(target, "package.json"), JSON.stringify(published))
    linkDependencies(directory, manifest, modules)
  }
  writeFileSync(join(root, "package.json"), "{\"type\":\"module\"}")
  return {
    program: (name, module) => {
      const path = join(root, `${name}.js`)
      writeFileSync(path, `import ${JSON.stringify(module)}\n`)
      return path
    },
    copy: (path) => {
      const copied = join(root, basename(path))
      cpSync(path, copied)
      return copied
    },
    remove: () => ScratchDirectory.remove(root)
  }
}

const linkDependencies = (directory: string, manifest: Manifest, modules: string): void => {
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    const installed = join(directory, "node_modules", name)
    const link = join(modules, name)
    if (name.startsWith("@batchwave/") || existsSync(link) || !existsSync(installed)) continue
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(realpathSync(installed), link)
  }
}
