/**
 * Sends the request of an official example, with the ids of what there is, and tells which members of
 * its reply were missing.
 */
import * as Effect from "effect/Effect"
import * as RawBatch from "../../../packages/emulator/test/RawBatch.ts"
import * as OperationWorld from "./OperationWorld.ts"
import type { SpecExample } from "./SpecExamples.ts"
import * as Usual from "./Usual.ts"

/** What became of an example. */
export interface Replay {
  readonly status: number
  readonly code: unknown
  readonly missing: ReadonlyArray<string>
}

/** Replays an example. Files are read by the path of ours, as the examples' are of Windows nodes. */
export const replay = Effect.fnUntraced(function*(
  world: OperationWorld.World,
  example: SpecExample
): Effect.fn.Return<Replay> {
  const { given, operation, pool, query } = example
  const names = yield* OperationWorld.make(world, { operation, given })
  if (pool !== undefined) {
    names.pool = `shown-${names.job}`
    const body = { ...pool, id: names.pool, targetDedicatedNodes: 0 }
    yield* RawBatch.expect(201, RawBatch.call(world.raw, "POST", "/pools", { body }))
  }
  const { method, path } = Usual.callOf(operation)
  const body = bodyOf(example, names)
  const answer = yield* RawBatch.call(world.raw, method, OperationWorld.named(path, names), {
    query: Object.fromEntries(
      Object.entries(query)
        .filter(([name]) => name !== "api-version")
        .map(([name, value]) => [name, String(value)])
    ),
    ...(body === undefined ? {} : { body })
  })
  const told = new Set(membersOf(answer.json, ""))
  return {
    status: answer.status,
    code: answer.json["code"],
    missing: example.members.filter((member) => !told.has(member))
  }
})

const bodyOf = (
  { body, operation }: SpecExample,
  { job, pool, task }: OperationWorld.Names
): object | undefined => {
  if (body === undefined) return undefined
  const ids: Readonly<Record<string, string>> = {
    Job_Add: job,
    Task_Add: task,
    Pool_Add: `pool-${job}`
  }
  const id = ids[operation]
  const { poolInfo } = body
  const namesPool = typeof poolInfo === "object" && poolInfo !== null && "poolId" in poolInfo
  return {
    ...body,
    ...(id === undefined ? {} : { id }),
    ...(namesPool ? { poolInfo: { poolId: pool } } : {})
  }
}

/** The paths of all members, with `[]` for what is in a list, as the extracted examples have them. */
const membersOf = (value: unknown, prefix: string): ReadonlyArray<string> => {
  if (Array.isArray(value)) return value.flatMap((item) => membersOf(item, `${prefix}[]`))
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`
    return [path].concat(membersOf(member, path))
  })
}
