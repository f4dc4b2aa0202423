/**
 * What tests of pipelines and of programs around the engine are made of: a Batch account in this
 * process whose tasks go as a scenario says, and a time in which weeks pass at once.
 *
 * @example
 * ```ts
 * import { TestRun, VirtualTime } from "batchwave/testing"
 *
 * const { report } = await Effect.runPromise(
 *   VirtualTime.run(TestRun.run(pipeline, { scenario: { tasks: [{ duration: { _tag: "Fixed", value: 3_600_000 } }] } }))
 * )
 * ```
 */

/** Programs in a time of their own: `run`. */
export * as VirtualTime from "./virtual/VirtualTime.ts"

/** A Batch account without sockets and processes, and its client: `make`, `clientOf`. */
export * as SimulatedService from "./virtual/SimulatedService.ts"

/** A pipeline run on such an account: `run`. */
export * as TestRun from "./virtual/TestRun.ts"

/** An artifact store in memory: `layer`. */
export * as MemoryStore from "./virtual/MemoryStore.ts"
