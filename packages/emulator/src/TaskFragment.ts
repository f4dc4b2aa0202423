/**
 * What a task is told with that nobody can change, kept as text. Tasks of a job are often alike but for
 * their command lines, so the rest is one text for as many as have it in common.
 *
 * @internal
 */
import type { TaskAddParameter } from "@batchwave/wire/Task"
import * as Predicate from "effect/Predicate"
import * as Problem from "./Problem.ts"
import * as ProgramInput from "./ProgramInput.ts"

/** The members of one task. */
export interface TaskFragment {
  /** The command line as JSON. */
  readonly command: string
  /** All other members but `requiredSlots`, as a JSON object. */
  readonly rest: string
}

/** The members that were read last, and their text: the next task most likely has the same. */
interface Latest {
  readonly members: ReadonlyArray<unknown>
  readonly rest: string
}

let latest: Latest = { members: [], rest: "" }

/** The latest texts, so that alike tasks share theirs though others come between. */
const texts = new Map<string, string>()
const textsMax = 256

/** Writes the members of a task; a problem when they lie too deep in each other. */
export const make = (task: TaskAddParameter): TaskFragment | Problem.Problem => {
  const members = [
    task.displayName,
    task.exitConditions,
    task.resourceFiles,
    task.outputFiles,
    task.environmentSettings,
    task.affinityInfo,
    task.dependsOn,
    task.applicationPackageReferences,
    task.authenticationTokenSettings,
    task.multiInstanceSettings,
    task.userIdentity
  ]
  if (!isSame(members, latest.members, Problem.bodyDepthMax)) {
    if (Problem.isDeeper(members, Problem.bodyDepthMax)) return Problem.tooDeep
    latest = { members, rest: shared(write(task)) }
  }
  return { command: JSON.stringify(task.commandLine), rest: latest.rest }
}

/** The members read back from their texts. */
export const parse = ({ command, rest }: TaskFragment): object => {
  const value: unknown = JSON.parse(rest)
  return { commandLine: JSON.parse(command), ...(Predicate.isObject(value) ? value : {}) }
}

const shared = (text: string): string => {
  const known = texts.get(text)
  if (known !== undefined) return known
  if (texts.size >= textsMax) texts.clear()
  texts.set(text, text)
  return text
}

const write = (task: TaskAddParameter): string =>
  JSON.stringify({
    displayName: task.displayName,
    exitConditions: task.exitConditions,
    resourceFiles: listed(task.resourceFiles),
    outputFiles: listed(task.outputFiles),
    environmentSettings: listed(task.environmentSettings),
    affinityInfo: task.affinityInfo,
    dependsOn: task.dependsOn,
    applicationPackageReferences: listed(task.applicationPackageReferences),
    authenticationTokenSettings: task.authenticationTokenSettings,
    multiInstanceSettings: task.multiInstanceSettings &&
      { numberOfInstances: 1, ...task.multiInstanceSettings },
    userIdentity: ProgramInput.userOf(task)
  })

/** Empty lists are not told. */
const listed = <A>(items: ReadonlyArray<A> | undefined): ReadonlyArray<A> | undefined =>
  items?.length === 0 ? undefined : items

/** Compares two values of JSON, down to a depth. */
const isSame = (left: unknown, right: unknown, depthMax: number): boolean => {
  if (left === right) return true
  if (depthMax === 0) return false
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length &&
      left.every((item, index) => isSame(item, right[index], depthMax - 1))
  }
  if (!Predicate.isObject(left) || !Predicate.isObject(right)) return false
  let count = 0
  for (const name in left) {
    if (!isSame(left[name], right[name], depthMax - 1)) return false
    count++
  }
  for (const _ in right) count--
  return count === 0
}
