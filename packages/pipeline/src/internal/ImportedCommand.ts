/**
 * Looks at the commands of a workflow that did not come through `sh`: its values and files are
 * quoted when a task is made, so they must stand where quoting protects.
 *
 * @internal
 */
import type { CommandPart, Workflow } from "@batchwave/core/Workflow"
import { type ShellPiece, unsafeHoles } from "./ShellContext.ts"

/**
 * Lists the unsafe places, each with its task.
 *
 * @internal
 */
export const holeProblems = (workflow: Workflow): ReadonlyArray<string> =>
  workflow.nodes.flatMap((node) =>
    unsafeHoles(node.command.map(toPiece)).map((problem) => `task "${node.name}": ${problem}`)
  )

const toPiece = (part: CommandPart): ShellPiece =>
  part._tag === "Text" ? { _tag: "Source", text: part.text } : { _tag: "Hole" }
