/**
 * The properties each listing can be filtered by, with builders that only take what the service
 * takes, and a check of filters that came as text.
 *
 * @source OData filters in Batch
 */
import { computeNodeStates } from "./ComputeNodeState.ts"
import { jobPreparationTaskStates, jobReleaseTaskStates } from "./JobPreparationAndReleaseStatus.ts"
import { jobStates } from "./JobState.ts"
import {
  boolean,
  compare,
  type ComparisonOperator,
  comparisonOperators,
  type Filter,
  integer,
  type Literal,
  startsWith,
  text,
  timestamp
} from "./OData.ts"
import { allocationStates, poolStates } from "./PoolState.ts"
import { startTaskStates } from "./StartTask.ts"
import { taskExecutionResults, taskStates } from "./TaskState.ts"

/**
 * A property by what it is compared with. A name is a text that has no order, a keyword one from a
 * closed list.
 */
export type Property =
  | { readonly kind: "Text" | "Name" | "Integer" | "Boolean" | "Timestamp" }
  | { readonly kind: "Keyword"; readonly values: ReadonlyArray<string> }

/** The properties of a listing by name. */
export type Properties = Readonly<Record<string, Property>>

const textProperty = { kind: "Text" } as const
const nameProperty = { kind: "Name" } as const
const booleanProperty = { kind: "Boolean" } as const
const integerProperty = { kind: "Integer" } as const
const timestampProperty = { kind: "Timestamp" } as const

/** What tasks can be filtered by. `lastModifiedTime` is another name for `lastModified`. */
export const taskProperties = {
  id: textProperty,
  state: { kind: "Keyword", values: taskStates },
  stateTransitionTime: timestampProperty,
  creationTime: timestampProperty,
  lastModified: timestampProperty,
  lastModifiedTime: timestampProperty,
  "executionInfo/startTime": timestampProperty,
  "executionInfo/endTime": timestampProperty,
  "executionInfo/exitCode": integerProperty,
  "executionInfo/result": { kind: "Keyword", values: taskExecutionResults }
} as const satisfies Properties

/** What jobs can be filtered by. */
export const jobProperties = {
  id: textProperty,
  state: { kind: "Keyword", values: jobStates },
  stateTransitionTime: timestampProperty,
  creationTime: timestampProperty,
  lastModified: timestampProperty,
  lastModifiedTime: timestampProperty,
  "executionInfo/startTime": timestampProperty,
  "executionInfo/endTime": timestampProperty,
  "executionInfo/poolId": textProperty
} as const satisfies Properties

/** What files can be filtered by; only `startswith` is documented. */
export const fileProperties = { name: textProperty } as const satisfies Properties

/** What pools can be filtered by. `lastModifiedTime` is another name for `lastModified`. */
export const poolProperties = {
  id: textProperty,
  state: { kind: "Keyword", values: poolStates },
  stateTransitionTime: timestampProperty,
  allocationState: { kind: "Keyword", values: allocationStates },
  allocationStateTransitionTime: timestampProperty,
  creationTime: timestampProperty,
  lastModified: timestampProperty,
  lastModifiedTime: timestampProperty,
  enableAutoScale: booleanProperty,
  enableInterNodeCommunication: booleanProperty,
  vmSize: nameProperty
} as const satisfies Properties

/** What nodes can be filtered by. */
export const nodeProperties = {
  state: { kind: "Keyword", values: computeNodeStates },
  stateTransitionTime: timestampProperty,
  lastBootTime: timestampProperty,
  allocationTime: timestampProperty,
  "startTaskInfo/state": { kind: "Keyword", values: startTaskStates },
  "startTaskInfo/result": { kind: "Keyword", values: taskExecutionResults },
  "startTaskInfo/exitCode": integerProperty,
  "startTaskInfo/startTime": timestampProperty,
  "startTaskInfo/endTime": timestampProperty
} as const satisfies Properties

/** What the status of a job's preparation and release tasks can be filtered by. */
export const preparationAndReleaseTaskStatusProperties = {
  poolId: nameProperty,
  nodeId: nameProperty,
  "jobPreparationTaskExecutionInfo/state": { kind: "Keyword", values: jobPreparationTaskStates },
  "jobPreparationTaskExecutionInfo/startTime": timestampProperty,
  "jobPreparationTaskExecutionInfo/endTime": timestampProperty,
  "jobPreparationTaskExecutionInfo/exitCode": integerProperty,
  "jobReleaseTaskExecutionInfo/state": { kind: "Keyword", values: jobReleaseTaskStates },
  "jobReleaseTaskExecutionInfo/startTime": timestampProperty,
  "jobReleaseTaskExecutionInfo/endTime": timestampProperty,
  "jobReleaseTaskExecutionInfo/exitCode": integerProperty
} as const satisfies Properties

type NameOf<P extends Properties, Kind extends Property["kind"]> =
  & {
    [K in keyof P]: P[K]["kind"] extends Kind ? K : never
  }[keyof P]
  & string

type ValueOf<P extends Property> = P extends { readonly values: ReadonlyArray<infer V> } ? V
  : P extends { readonly kind: "Integer" } ? number
  : P extends { readonly kind: "Boolean" } ? boolean
  : string

type Ordered = "Text" | "Integer" | "Timestamp"

/** Makes comparisons of known properties with values of the right kind. */
export interface FilterBuilder<P extends Properties> {
  readonly eq: <K extends keyof P & string>(property: K, value: ValueOf<P[K]>) => Filter
  readonly ne: <K extends keyof P & string>(property: K, value: ValueOf<P[K]>) => Filter
  readonly gt: <K extends NameOf<P, Ordered>>(property: K, value: ValueOf<P[K]>) => Filter
  readonly ge: <K extends NameOf<P, Ordered>>(property: K, value: ValueOf<P[K]>) => Filter
  readonly lt: <K extends NameOf<P, Ordered>>(property: K, value: ValueOf<P[K]>) => Filter
  readonly le: <K extends NameOf<P, Ordered>>(property: K, value: ValueOf<P[K]>) => Filter
  readonly startsWith: (property: NameOf<P, "Text">, prefix: string) => Filter
}

const literalOf = (property: Property | undefined, value: string | number | boolean): Literal => {
  if (typeof value === "number") return integer(value)
  if (typeof value === "boolean") return boolean(value)
  return property?.kind === "Timestamp" ? timestamp(value) : text(value)
}

/** Makes the builder of a listing's filters. */
export const builder = <const P extends Properties>(properties: P): FilterBuilder<P> => {
  const of =
    (operator: ComparisonOperator) => (name: string, value: string | number | boolean): Filter =>
      compare(name, operator, literalOf(properties[name], value))
  return {
    eq: of("eq"),
    ne: of("ne"),
    gt: of("gt"),
    ge: of("ge"),
    lt: of("lt"),
    le: of("le"),
    startsWith
  }
}

/** Makes filters of tasks. */
export const TaskFilter = builder(taskProperties)

/** Makes filters of jobs. */
export const JobFilter = builder(jobProperties)

/** Makes filters of files. */
export const FileFilter = builder(fileProperties)

/** Makes filters of pools. */
export const PoolFilter = builder(poolProperties)

/** Makes filters of nodes. */
export const NodeFilter = builder(nodeProperties)

/** Makes filters of the status of preparation and release tasks. */
export const PreparationAndReleaseTaskStatusFilter = builder(
  preparationAndReleaseTaskStatusProperties
)

const ordered: ReadonlySet<Property["kind"]> = new Set(["Text", "Integer", "Timestamp"])

const operatorsOf = (property: Property): ReadonlyArray<ComparisonOperator> =>
  ordered.has(property.kind) ? comparisonOperators : ["eq", "ne"]

const literalKindOf = (property: Property): Literal["_tag"] =>
  property.kind === "Keyword" || property.kind === "Name" ? "Text" : property.kind

const isKeyword = (values: ReadonlyArray<string>, value: string): boolean =>
  values.some((candidate) => candidate.toLowerCase() === value.toLowerCase())

const comparisonProblems = (
  filter: Filter & { readonly _tag: "Comparison" },
  property: Property
): ReadonlyArray<string> => {
  const { property: name, operator, literal } = filter
  if (!operatorsOf(property).includes(operator)) {
    return [`The property ${name} cannot be compared with ${operator}.`]
  }
  if (literal._tag !== literalKindOf(property)) {
    return [`The property ${name} takes ${literalKindOf(property)} values, not ${literal._tag}.`]
  }
  if (
    property.kind === "Keyword" && literal._tag === "Text" &&
    !isKeyword(property.values, literal.value)
  ) {
    return [`The property ${name} has no value '${literal.value}'.`]
  }
  return []
}

/** Lists everything in a filter that a listing with these properties does not take. */
export const problems = (filter: Filter, properties: Properties): ReadonlyArray<string> => {
  if (filter._tag === "And" || filter._tag === "Or") {
    return filter.operands.flatMap((operand) => problems(operand, properties))
  }
  const property = Object.hasOwn(properties, filter.property)
    ? properties[filter.property]
    : undefined
  if (property === undefined) return [`There is no property ${filter.property} to filter by.`]
  if (filter._tag === "Comparison") return comparisonProblems(filter, property)
  return property.kind === "Text"
    ? []
    : [`The property ${filter.property} cannot be used with startswith.`]
}
