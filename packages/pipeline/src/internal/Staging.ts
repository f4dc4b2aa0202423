/**
 * The files one task gets in its working directory. A source is staged once, at the path its author
 * chose or at `files/<index>/<name>`, however often it is used.
 *
 * @internal
 */
import type { StagedFile } from "@batchwave/core/Workflow"
import { isLocalFile, type LocalFile } from "../File.ts"
import { type FileRef, isFileRef, type Report } from "../Ref.ts"

/**
 * The files of one task while it is authored.
 *
 * @internal
 */
export interface Staging {
  readonly files: ReadonlyArray<StagedFile>
  /**
   * Answers the path of a source, and stages it when that has not been done yet; `undefined` for a
   * file that cannot be staged, which is reported.
   */
  readonly pathOf: (file: FileRef | LocalFile) => string | undefined
}

/**
 * Starts with the files whose paths the author chose.
 *
 * @internal
 */
export const make = (
  chosen: { readonly [path: string]: FileRef | LocalFile },
  report: Report
): Staging => {
  const files: Array<StagedFile> = []
  const pathBySource = new Map<string, string>()
  let automaticCount = 0
  const add = (path: string, file: FileRef | LocalFile): void => {
    files.push({
      path,
      source: isLocalFile(file)
        ? { _tag: "Local", path: file.path }
        : { _tag: "Output", from: file.from }
    })
  }
  for (const [path, file] of Object.entries(chosen)) {
    if (!isFileRef(file) && !isLocalFile(file)) {
      report(`files["${path}"] is neither a file output of a task nor File.local(…)`)
    } else if (isLocalFile(file) && file.problem !== undefined) report(file.problem)
    else {
      add(path, file)
      if (!pathBySource.has(sourceKey(file))) pathBySource.set(sourceKey(file), path)
    }
  }
  return {
    files,
    pathOf: (file) => {
      if (isLocalFile(file) && file.problem !== undefined) {
        report(file.problem)
        return undefined
      }
      const key = sourceKey(file)
      const known = pathBySource.get(key)
      if (known !== undefined) return known
      const path = `files/${automaticCount++}/${baseName(file.path)}`
      pathBySource.set(key, path)
      add(path, file)
      return path
    }
  }
}

const sourceKey = (file: FileRef | LocalFile): string =>
  isLocalFile(file)
    ? JSON.stringify(["local", file.path])
    : JSON.stringify([file.from.node, file.from.output])

const baseName = (path: string): string => path.split(/[/\\]/).findLast((part) => part !== "") ?? ""
