/**
 * `batchwave logs --follow`: what tasks write, as they write it, until their nodes have settled.
 *
 * L1 Every byte once and in order, as long as a file only grows; one that became shorter, and that of
 *    another task of the node (a retry), is shown from its start.
 * L2 A file is read once more after its node was seen settled, so that its end is not missed.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as TaskFiles from "../run/TaskFiles.ts"
import type { CommandError } from "./CommandError.ts"

/**
 * A node as the run tells of it.
 *
 * @category models
 */
export interface FollowedNode {
  readonly node: string
  /** Its newest task, if it has one yet. */
  readonly task?: string
  /** Whether nothing more will come of it. */
  readonly isSettled: boolean
}

/**
 * What following needs.
 *
 * @category models
 */
export interface Following {
  /** The nodes as they are now, and the jobs their tasks may be in. */
  readonly locate: Effect.Effect<
    {
      readonly jobs: ReadonlyArray<string>
      readonly nodes: ReadonlyArray<FollowedNode>
      /** Whether no more nodes will come. @default when all of these have settled */
      readonly isOver?: boolean
    },
    CommandError
  >
  readonly find: TaskFiles.Finder<CommandError>
  /** The file, by its path from the task directory. */
  readonly path: string
  /** The byte of a file that is found to begin with. */
  readonly startOf: (file: TaskFiles.TaskFile<CommandError>) => Effect.Effect<number, CommandError>
  readonly intervalMs: number
  /** Shows text of a node's task. */
  readonly show: (followed: FollowedNode, text: string) => Effect.Effect<void>
}

/** What has been shown of one node. */
interface Place {
  readonly task: string
  bytes: number
  readonly decoder: InstanceType<typeof TextDecoder>
}

/**
 * Follows. Answers how many of the nodes had the file.
 *
 * @category operations
 */
export const follow: (following: Following) => Effect.Effect<number, CommandError> = Effect.fn(
  "LogFollowing.follow"
)(function*(following) {
  const places = new Map<string, Place>()
  for (let isFirst = true;; isFirst = false) {
    const { isOver, jobs, nodes } = yield* following.locate
    for (const followed of nodes) {
      yield* look(following, jobs, followed, { places, isFirst })
    }
    if (isOver ?? nodes.every(({ isSettled }) => isSettled)) return places.size
    yield* Effect.sleep(following.intervalMs)
  }
})

const look = Effect.fnUntraced(function*(
  following: Following,
  jobs: ReadonlyArray<string>,
  followed: FollowedNode,
  { isFirst, places }: { readonly places: Map<string, Place>; readonly isFirst: boolean }
) {
  const { node, task } = followed
  if (task === undefined) return
  const file = yield* following.find(jobs, task, following.path)
  if (file === undefined) return
  let place = places.get(node)
  if (place === undefined || place.task !== task || file.contentBytes < place.bytes) {
    // Only what was there before is cut: of what comes, everything is wanted.
    const bytes = place === undefined && isFirst ? yield* following.startOf(file) : 0
    place = { task, bytes, decoder: new TextDecoder() }
    places.set(node, place)
  }
  if (file.contentBytes === place.bytes) return
  const at = place
  yield* file.from(at.bytes).pipe(
    Stream.runForEach((chunk) => {
      at.bytes += chunk.byteLength
      return following.show(followed, at.decoder.decode(chunk, { stream: true }))
    })
  )
})
