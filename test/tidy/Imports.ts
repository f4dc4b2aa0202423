/**
 * How modules are imported: relative ones by their file name, those of other packages by sub-path, since
 * loading a barrel loads everything behind it.
 */
import { importedModules } from "./SourceText.ts"
import type { Problem, SourceFile } from "./SourceTree.ts"

const barrels = /^(?:effect|@effect\/[\w-]+|batchwave|@batchwave\/[\w-]+)$/
const umbrellaPath = "packages/batchwave/src/index.ts"

/** Relative imports that do not name a file, and barrels imported in a package's sources. */
export const importFormProblems = (tree: ReadonlyArray<SourceFile>): ReadonlyArray<Problem> =>
  tree.filter(({ path }) => path.endsWith(".ts")).flatMap((file) =>
    importedModules(file.text).flatMap(({ line, specifier }) => {
      const message = problemOf(file.path, specifier)
      return message === undefined ? [] : [{ path: file.path, line, message }]
    })
  )

const problemOf = (path: string, specifier: string): string | undefined => {
  if (/^\.\.?(?:\/|$)/.test(specifier)) {
    return /\.(?:ts|json)$/.test(specifier) ? undefined : `"${specifier}" does not end in .ts`
  }
  if (!/^packages\/[^/]+\/src\//.test(path) || !barrels.test(specifier)) return undefined
  // The umbrella exists to gather our own packages; Effect's barrel stays out of it all the same.
  if (path === umbrellaPath && specifier.startsWith("@batchwave/")) return undefined
  return `"${specifier}" is a barrel; import the module, such as "${specifier}/${
    specifier === "effect" ? "Effect" : "Module"
  }"`
}
