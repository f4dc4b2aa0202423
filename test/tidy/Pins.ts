/**
 * Versions of dependencies: exact, so that two installs of one commit are the same install.
 */
import type { Problem, SourceFile } from "./SourceTree.ts"

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const exactVersion = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/
const exactAlias = /^npm:(?:@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+(?:-[\w.]+)?$/

/** Whether a version is exact, taken from the workspace's catalogue, or a package of the workspace. */
export const isPinned = (version: string): boolean =>
  version === "catalog:" || version === "workspace:^" || exactVersion.test(version)
  || exactAlias.test(version)

/** Dependencies that may resolve to more than one version. Peers are promises, so they may be ranges. */
export const pinProblems = (tree: ReadonlyArray<SourceFile>): ReadonlyArray<Problem> => [
  ...tree.filter(({ path }) => /(?:^|\/)package\.json$/.test(path)).flatMap(manifestProblems),
  ...tree.filter(({ path }) => path === "pnpm-workspace.yaml").flatMap(catalogProblems)
]

/**
 * Whether the engines of packages are checked against the Node that runs them: a difference is a warning
 * for each package, or a silence that hides one.
 */
export const nodeProblems = (tree: ReadonlyArray<SourceFile>): ReadonlyArray<Problem> => {
  const textOf = (name: string): string => tree.find(({ path }) => path === name)?.text ?? ""
  const manifest: Manifest = JSON.parse(textOf("package.json"))
  const pinned = manifest.devDependencies?.["node"]
  const checked = /^nodeVersion: *(\S+)$/m.exec(textOf("pnpm-workspace.yaml"))?.[1]
  return pinned === checked ? [] : [{
    path: "pnpm-workspace.yaml",
    message: `nodeVersion is ${checked}; package.json pins node to ${pinned}`
  }]
}

const manifestProblems = ({ path, text }: SourceFile): ReadonlyArray<Problem> => {
  const manifest: Manifest = JSON.parse(text)
  return [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies]
    .flatMap((group) => Object.entries(group ?? {}))
    .filter(([, version]) => !isPinned(version))
    .map(([name, version]) => ({ path, message: `${name} is "${version}"; pin it to one version` }))
}

const catalogProblems = ({ path, text }: SourceFile): ReadonlyArray<Problem> => {
  const catalog = /^catalog:\n((?:[ \t]+.*\n?)*)/m.exec(text)?.[1] ?? ""
  return [...catalog.matchAll(/^\s+"?([^":\s]+)"?:\s*"?([^"\n]+?)"?\s*$/gm)]
    .filter(([, , version = ""]) => !exactVersion.test(version))
    .map(([, name, version]) => ({
      path,
      message: `${name} is "${version}"; pin it to one version`
    }))
}
