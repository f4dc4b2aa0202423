/**
 * From node names, which may be anything, to task ids, which may not, and back.
 *
 * N1 Ids match `^[A-Za-z0-9_-]{1,64}$` and differ when case is ignored.
 * N2 The same plan gives the same ids on every run.
 * N3 A resubmission has an id of its own: the base id with `-r2`, `-r3`, …
 *
 * @source Task_Add 2024-02-01.19.0 (characters and length of a task id)
 */
import type { Plan } from "./Plan.ts"
import type { TaskReference } from "./RunEvent.ts"
import * as Sha256 from "./Sha256.ts"

/**
 * The ids of a plan's tasks.
 *
 * @category models
 */
export interface TaskNaming {
  /** The id of the task that is made for a node the n-th time. */
  readonly idOf: (task: TaskReference) => string
  /** The task an id stands for, or `undefined` when it is none of ours. Case does not matter. */
  readonly taskOf: (id: string) => TaskReference | undefined
}

/**
 * The longest a task id can be, in characters.
 *
 * @category constants
 */
export const idCharactersMax = 64

/**
 * The most characters that the later ids of a task have beyond the first: `-r99999`.
 *
 * @category constants
 */
export const suffixCharactersMax = 7

const baseCharactersMax = 56
const hashCharacters = 8

/**
 * Names the tasks of a plan.
 *
 * @category constructors
 */
export const make = (plan: Plan): TaskNaming => {
  const firstIds = firstIdsOf(plan)
  const nodeOf = new Map<string, number>()
  firstIds.forEach((id, node) => nodeOf.set(id.toLowerCase(), node))
  return {
    idOf: ({ node, submission }) =>
      submission === 1 ? firstIds[node]! : `${firstIds[node]!}-r${submission}`,
    taskOf: (id) => {
      const exact = nodeOf.get(id)
      if (exact !== undefined) return { node: exact, submission: 1 }
      const lower = id.toLowerCase()
      const first = nodeOf.get(lower)
      if (first !== undefined) return { node: first, submission: 1 }
      const match = resubmission.exec(lower)
      const node = match === null ? undefined : nodeOf.get(match[1]!)
      return node === undefined ? undefined : { node, submission: Number(match?.[2]) }
    }
  }
}

/**
 * The ids of the first tasks of a plan's nodes, by index. A name that may be an id is one. They are
 * made once for a plan, however often it is run.
 *
 * @category queries
 */
export const firstIdsOf = (plan: Plan): ReadonlyArray<string> => {
  const known = knownIds.get(plan)
  if (known !== undefined) return known
  const ids = makeFirstIds(plan)
  knownIds.set(plan, ids)
  return ids
}

/** A plan does not change, so neither do its ids. */
const knownIds = new WeakMap<Plan, ReadonlyArray<string>>()

const makeFirstIds = ({ names }: Plan): ReadonlyArray<string> => {
  const taken = new Set<string>()
  return names.map((name) => {
    let id = baseIdOf(name, "")
    for (let salt = 1; taken.has(id.toLowerCase()); salt++) id = baseIdOf(name, `#${salt}`)
    taken.add(id.toLowerCase())
    return id
  })
}

const resubmission = /^(.+)-r(\d{1,5})$/

const baseIdOf = (name: string, salt: string): string => {
  const legal = name.replaceAll(/[^A-Za-z0-9_-]+/g, "_").replace(/^_+|_+$/g, "")
  if (
    legal === name && salt === "" && name.length <= baseCharactersMax
    && !resubmission.test(name.toLowerCase())
  ) return name
  const hash = Sha256.hex(name + salt).slice(0, hashCharacters)
  const stem = legal.slice(0, baseCharactersMax - hashCharacters - 1)
  return stem === "" ? `node-${hash}` : `${stem}-${hash}`
}
