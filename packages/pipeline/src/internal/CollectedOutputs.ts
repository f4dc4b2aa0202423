/**
 * The outputs of many tasks in the hand of an author.
 *
 * @internal
 */
import * as Ref from "../Ref.ts"

/**
 * Gathers the outputs of many tasks. No task at all leaves unknown what each would have declared, so
 * the answer is a reference to an empty JSON list and an empty list of files in one.
 *
 * @internal
 */
export const collect = (outputs: ReadonlyArray<unknown>, report: Ref.Report): unknown => {
  const sources: Array<Ref.RefSource> = []
  for (const output of outputs) if (Ref.isRef(output)) sources.push(output.source)
  const list = Ref.make({ _tag: "List", items: sources }, report)
  if (outputs.length === 0) return Object.assign([], list)
  if (sources.length === outputs.length) return list
  const files = outputs.filter((output) => Ref.isFileRef(output) || Ref.isFilesRef(output))
  return files.length === outputs.length ? files : undefined
}
