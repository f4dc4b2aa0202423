/**
 * `batchwave export`: the tasks of a run or of a pipeline as JSON in the shape of the REST service, as
 * `az batch task create --json-file` takes them.
 *
 * E1 No signature of a URL is printed: what is to be put in its place is.
 * E2 All tasks or none, unless the rest is asked for.
 * E3 Nothing is asked for that the tasks do not name: no container where they hand no files over, and
 *    never its signature.
 */
import { BlobStorage } from "@batchwave/client/BlobStorage"
import type { Plan } from "@batchwave/core/Plan"
import type { DependencyMode } from "@batchwave/core/RunMode"
import * as RunState from "@batchwave/core/RunState"
import * as TaskNaming from "@batchwave/core/TaskNaming"
import { references } from "@batchwave/core/Workflow"
import { ArtifactStore, type ArtifactStoreShape } from "@batchwave/engine/ArtifactStore"
import * as BlobStore from "@batchwave/engine/BlobStore"
import * as DirectoryStore from "@batchwave/engine/DirectoryStore"
import * as JobPlace from "@batchwave/engine/JobPlace"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as ExportedTasks from "../run/ExportedTasks.ts"
import * as NamingStore from "../run/NamingStore.ts"
import * as RunDirectory from "../run/RunDirectory.ts"
import * as RunId from "../run/RunId.ts"
import * as RunQuery from "../run/RunQuery.ts"
import * as RunSession from "../run/RunSession.ts"
import { storeVariable } from "../run/Settings.ts"
import * as StoreChoice from "../run/StoreChoice.ts"
import { clean } from "../screen/CleanText.ts"
import { Screen } from "../screen/Screen.ts"
import { counted, listed } from "../screen/Words.ts"
import { type CommandError, storage, usage } from "./CommandError.ts"
import * as KnownRun from "./KnownRun.ts"
import * as OutFile from "./OutFile.ts"
import * as PipelineFile from "./PipelineFile.ts"
import * as Planning from "./Planning.ts"
import * as RecordedRun from "./RecordedRun.ts"
import * as Target from "./Target.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface ExportSettings {
  /** A run, or the file of a pipeline. @default the newest run */
  readonly target: Option.Option<string>
  readonly node: ReadonlyArray<string>
  readonly param: ReadonlyArray<string>
  /** Of a pipeline: the run it would be. */
  readonly runId: Option.Option<string>
  readonly mode: Option.Option<DependencyMode>
  /** Of a pipeline: the container its files would be in; a signature is of no use. */
  readonly store: Option.Option<Redacted.Redacted>
  /** Prints what is known although something is not. */
  readonly partial: boolean
  readonly out: Option.Option<string>
  readonly data: string
}

interface Source extends Omit<ExportedTasks.ExportedRun, "store"> {
  readonly store: NamingStore.NamingStore
  /** The nodes whose tasks are wanted. */
  readonly chosen: ReadonlySet<number>
  /** Whether the files of this machine are in the store already. */
  readonly isStored: boolean
}

/**
 * Prints them. Fails when one of them cannot be known before a run gets there, and nothing less is
 * asked for.
 *
 * @category operations
 */
export const run = Effect.fn("ExportCommand.run")(function*(settings: ExportSettings) {
  const source = Target.isFile(settings.target)
    ? yield* ofPipeline(settings, settings.target.value)
    : yield* ofRun(settings)
  const exported = yield* ExportedTasks.make(source, source.chosen)
  const { left, tasks, without } = exported
  if (left.length > 0 && !(settings.partial && tasks.length > 0)) {
    return yield* usage(
      `${counted(left.length, "task")} of ${left.length + tasks.length} cannot be told:\n${
        leftText(left)
      }\nleave them out by --partial, or export a run that has come so far`
    )
  }
  if (tasks.length === 0) {
    return yield* usage(`no task was made for ${clean(listed(without, namesMax))}`)
  }
  yield* OutFile.print(`${JSON.stringify(tasks, undefined, 2)}\n`, settings.out)
  yield* tellUses(source, exported)
}, Effect.scoped)

const chosenOf = (
  plan: Plan,
  { node }: ExportSettings
): Effect.Effect<ReadonlySet<number>, CommandError> => {
  const named = RunQuery.nodesNamed(plan, node)
  if (Result.isFailure(named)) return Effect.fail(usage(named.failure))
  return Effect.succeed(new Set(node.length === 0 ? plan.names.keys() : named.success))
}

const leftMax = 10
const namesMax = 10

const leftText = (left: ExportedTasks.ExportedTasks["left"]): string =>
  clean([
    ...left.slice(0, leftMax).map(({ node, reason }) => `- ${node}: ${reason}`),
    ...(left.length > leftMax ? [`- and ${left.length - leftMax} more`] : [])
  ].join("\n"))

const ofRun = Effect.fnUntraced(function*(settings: ExportSettings) {
  const given = [
    ...(settings.param.length > 0 ? ["--param"] : []),
    ...(Option.isSome(settings.runId) ? ["--run-id"] : []),
    ...(Option.isSome(settings.mode) ? ["--mode"] : []),
    ...(Option.isSome(settings.store) ? ["--store"] : [])
  ]
  if (given.length > 0) return yield* Target.ofRunAlready(given)
  const directory = yield* KnownRun.find(settings.data, settings.target)
  const { batches, header, plan } = yield* RecordedRun.read(directory)
  const state = RunState.make(plan)
  const job = JobPlace.make(header.jobId)
  for (const { atMs, events } of batches) {
    for (const event of events) {
      if (event._tag === "JobReplaced") JobPlace.replace(job, event.jobId, state)
      RunState.evolve(state, event, atMs)
    }
  }
  const container = RunDirectory.describe(directory)?.store
  const base = yield* container === undefined
    ? storeOf(DirectoryStore.layer(directory.artifacts))
    : inContainer(container, directory)
  return {
    runId: directory.runId,
    plan,
    chosen: yield* chosenOf(plan, settings),
    state,
    job,
    store: NamingStore.make(base, true),
    isStored: true
  } satisfies Source
})

/** The run that a pipeline would be, unless another name is given. */
const runIdDefault = "export"

const ofPipeline = Effect.fnUntraced(function*(settings: ExportSettings, file: string) {
  const given = yield* Planning.parameters(settings.param)
  const pipeline = yield* PipelineFile.load(file)
  const { plan } = yield* Planning.plan(pipeline, given)
  const runId = Option.getOrElse(settings.runId, () => runIdDefault)
  if (!RunId.isRunId(runId)) {
    return yield* usage(`--run-id ${runId}: ${RunId.rule}`)
  }
  const state = RunState.make(plan)
  RunState.evolve(state, {
    _tag: "RunStarted",
    seed: 0,
    dependencyMode: Option.getOrElse(settings.mode, () => "eager" as const),
    failureMode: "keepGoing"
  }, 0)
  const directory = RunDirectory.make(settings.data, runId)
  const chosen = yield* chosenOf(plan, settings)
  const names = handingOver(plan, chosen)
  const base = yield* names.length === 0
    ? Effect.succeed(nowhere)
    : inContainer(yield* containerFor(settings, names), directory)
  return {
    runId,
    plan,
    chosen,
    state,
    job: JobPlace.make(RunId.jobIdOf(runId)),
    store: NamingStore.make(base, false),
    isStored: false
  } satisfies Source
})

/** Of the nodes chosen, those whose tasks name places in the store (E3). */
const handingOver = (plan: Plan, chosen: ReadonlySet<number>): ReadonlyArray<string> => {
  const { names, workflow: { nodes } } = plan
  const own = new Set(RunSession.nodesWithFiles(plan))
  const isFile = (from: string, output: string): boolean =>
    nodes[plan.indexOf(from) ?? -1]?.outputs.some(({ _tag, name }) =>
      _tag === "File" && name === output
    ) === true
  return names.filter((name, index) =>
    chosen.has(index) && (own.has(name)
      || references(nodes[index]!).some(({ node, output }) => isFile(node, output)))
  )
}

/** The container that flag or environment names, without its signature. */
const containerFor = Effect.fnUntraced(function*(
  { store }: ExportSettings,
  names: ReadonlyArray<string>
) {
  const found = yield* StoreChoice.environment.pipe(
    Effect.mapError((error) => usage(`the environment is wrong: ${error.message}`, error))
  )
  const container = StoreChoice.named({ given: store, found })
  if (Result.isFailure(container)) return yield* usage(container.failure)
  if (Option.isSome(container.success)) return container.success.value
  return yield* usage(
    `the pipeline hands files over (${
      listed(names, 3)
    }); say in which blob container, by --store or ${storeVariable}`
  )
})

/** Stands for the signature of a container's URL (E1). */
const signature = "SIGNATURE"

const inContainer = (container: string, { artifacts, runId }: RunDirectory.RunDirectory) =>
  storeOf(Layer.provide(
    BlobStore.layer({
      containerUrl: Redacted.make(`${container}?${signature}`),
      prefix: runId,
      directory: artifacts
    }),
    BlobStorage.layer()
  ))

const storeOf = <E extends { readonly message: string }>(
  layer: Layer.Layer<ArtifactStore, E>
) =>
  Layer.build(layer).pipe(
    Effect.map((services): ArtifactStoreShape => Context.get(services, ArtifactStore)),
    Effect.mapError((error) => storage(error.message, error))
  )

/** Of a pipeline that hands no files over. */
const nowhere: ArtifactStoreShape = {
  putFile: () => Effect.die("no file is handed over"),
  putBytes: () => Effect.die("no file is handed over"),
  sourceUrl: (key) => key,
  destination: (path) => ({ containerUrl: "", path }),
  locate: () => Effect.die("no file is handed over")
}

/** Edges between the nodes of the tasks that no task names in `dependsOn`. */
const heldCount = (plan: Plan, tasks: ExportedTasks.ExportedTasks["tasks"]): number => {
  const naming = TaskNaming.make(plan)
  const nodes = new Set(tasks.map(({ id }) => naming.taskOf(id)?.node))
  let count = 0
  for (const { dependsOn, id } of tasks) {
    const node = plan.workflow.nodes[naming.taskOf(id)?.node ?? -1]
    const parents = node?.after.filter((name) => nodes.has(plan.indexOf(name))) ?? []
    count += parents.length - (dependsOn?.taskIds?.length ?? 0)
  }
  return count
}

/** What has to be done before a service can take them, as far as it follows from them. */
const tellUses = Effect.fnUntraced(function*(
  { isStored, plan, store }: Source,
  { left, tasks, without }: ExportedTasks.ExportedTasks
) {
  const { say } = yield* Screen
  if (left.length > 0) {
    yield* say(`left out, since they cannot be told:\n${leftText(left)}`)
  }
  if (without.length > 0) {
    yield* say(`left out, since no task was made for them: ${clean(listed(without, namesMax))}`)
  }
  const held = heldCount(plan, tasks)
  if (held > 0) {
    yield* say(
      `${
        counted(held, "edge")
      } between them that batchwave run keeps, and no service does: add a task when its parents have `
        + "succeeded"
    )
  }
  if (tasks.some(({ dependsOn }) => dependsOn !== undefined)) {
    yield* say("the job they are added to has to use task dependencies (usesTaskDependencies)")
  }
  const urls = tasks.flatMap(({ outputFiles = [], resourceFiles = [] }) => [
    ...resourceFiles.map(({ httpUrl = "" }) => httpUrl),
    ...outputFiles.map(({ destination }) => destination.container?.containerUrl ?? "")
  ])
  if (urls.some((url) => url.startsWith("file:"))) {
    yield* say("their files are on this machine (file:), where only an emulator of it finds them")
  }
  if (urls.some((url) => url.endsWith(`?${signature}`))) {
    yield* say(`their files need the signature of the container in the place of ${signature}`)
  }
  if (!isStored) {
    for (const [url, path] of store.files) {
      yield* say(`to be uploaded first: ${clean(path)} to ${url.replace(`?${signature}`, "")}`)
    }
  }
})
