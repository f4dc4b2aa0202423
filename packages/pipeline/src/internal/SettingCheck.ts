/**
 * Which settings of tasks, fan-outs and pipelines there are. Modules of authors run as they are, and nobody
 * may have checked their types: a setting that is misspelt would count for nothing, and a task whose `needs`
 * is would not wait.
 *
 * @internal
 */
import * as MemberCheck from "@batchwave/core/MemberCheck"
import * as Suggestion from "@batchwave/core/Suggestion"
import * as Predicate from "effect/Predicate"
import type { GraphTask } from "../GraphTask.ts"
import type { Outputs } from "../Output.ts"
import type { GraphOptions, PipelineOptions } from "../Pipeline.ts"
import type { Report } from "../Ref.ts"
import type { Cache, EachOptions, TaskDefaults, TaskSettings, TaskSpec, Watchdog } from "../Task.ts"

const watchdogMembers: MemberCheck.Known<Watchdog> = {
  queueWait: true,
  runTime: true,
  noOutput: true,
  requeues: true
}

const cacheMembers: MemberCheck.Known<Exclude<Cache, boolean>> = { version: true }

const defaults: MemberCheck.Known<TaskDefaults> = { cache: true, watchdog: true }

const settings: MemberCheck.Known<TaskSettings> = {
  ...defaults,
  env: true,
  slots: true,
  timeout: true,
  policy: true,
  estimate: true,
  when: true,
  finalizer: true,
  priority: true,
  pools: true,
  mutex: true
}

const ofTask: MemberCheck.Known<TaskSpec<Outputs | undefined>> = {
  run: true,
  output: true,
  inputs: true,
  files: true,
  after: true,
  ...settings
}

const ofGraphTask: MemberCheck.Known<GraphTask<string>> = {
  run: true,
  needs: true,
  files: true,
  ...settings
}

const ofEach: MemberCheck.Known<EachOptions<unknown>> = {
  key: true,
  max: true,
  policy: true,
  ...defaults
}

const ofPipeline: MemberCheck.Known<PipelineOptions<{}>> = {
  params: true,
  policy: true,
  classify: true,
  ...defaults
}

const ofGraph: MemberCheck.Known<GraphOptions> = {
  policy: true,
  pools: true,
  classify: true,
  ...defaults
}

const members = { ofTask, ofGraphTask, ofEach, ofPipeline, ofGraph }

/**
 * Reports the settings that there are not, those of `watchdog` and `cache` included. `place` begins the
 * sentence: `task "a"`.
 *
 * @internal
 */
export const check = (
  place: string,
  kind: keyof typeof members,
  value: TaskDefaults,
  report: Report
): void => {
  if (!Predicate.isObject(value)) return
  reportUnknown(place, "", value, members[kind], report)
  reportUnknown(place, "watchdog.", value.watchdog, watchdogMembers, report)
  reportUnknown(place, "cache.", value.cache, cacheMembers, report)
}

const reportUnknown = (
  place: string,
  prefix: string,
  value: unknown,
  known: { readonly [name: string]: true },
  report: Report
): void => {
  if (!Predicate.isObject(value)) return
  for (const name of MemberCheck.unknownNames(value, known)) {
    report(
      `${place} has no setting "${prefix}${name}"; ${Suggestion.advice(name, Object.keys(known))}`
    )
  }
}
