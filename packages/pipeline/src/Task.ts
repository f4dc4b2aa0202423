/**
 * What an author says about one task, and the handle that later tasks refer to it by.
 */
import type { Policy } from "@batchwave/core/Policy"
import type { TriggerRule } from "@batchwave/core/TriggerRule"
import type * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import type { LocalFile } from "./File.ts"
import type { Outputs } from "./Output.ts"
import type { AnyRef, FileRef, FilesRef, Ref } from "./Ref.ts"
import type { Command } from "./Shell.ts"

/**
 * The key that marks a handle.
 *
 * @category type ids
 */
export const TypeId = "~@batchwave/pipeline/Handle"

/**
 * What may be given as an input: JSON, references, files, and lists and records of them. A file
 * is staged like in `sh`, and its path in the working directory is what the task reads.
 *
 * @category models
 */
export type Input =
  | null
  | boolean
  | number
  | string
  | AnyRef
  | FileRef
  | LocalFile
  | ReadonlyArray<Input>
  | { readonly [name: string]: Input }

/**
 * Whether the result of a task is kept across runs and taken from there: not at all, always when
 * everything that makes it is the same, or the same under a version that the author changes when the
 * command does something else although its text is the same.
 *
 * @category models
 */
export type Cache = boolean | { readonly version: string }

/**
 * When a task counts as stuck and is ended; an absent limit is that of the run, and `Infinity` none.
 *
 * @category models
 */
export interface Watchdog {
  /** In the queue of the service. */
  readonly queueWait?: Duration.Input
  /** From the start of its process; unlike `timeout`, which the service itself watches. */
  readonly runTime?: Duration.Input
  /** Without a byte written to standard output or standard error. */
  readonly noOutput?: Duration.Input
  /** Times the service puts it back in its queue, since its compute node was preempted or lost. */
  readonly requeues?: number
}

/**
 * What holds for every task that says nothing else of its own.
 *
 * @category models
 */
export interface TaskDefaults {
  /** Of all tasks but finalizers. @default false */
  readonly cache?: Cache
  /** Each limit by itself. @default the run's */
  readonly watchdog?: Watchdog
}

/**
 * What an author says about a task in either form, besides what it runs and what it waits for.
 *
 * @category models
 */
export interface TaskSettings {
  /** Environment settings of the process. */
  readonly env?: { readonly [name: string]: string }
  /** Task slots it occupies on its compute node. @default 1 */
  readonly slots?: number
  /** Longest run of one attempt. @default no limit */
  readonly timeout?: Duration.Input
  /** What happens after a failed attempt. @default that of the pipeline or graph, else the run's */
  readonly policy?: Policy
  /** The expected run time, for the critical path of a plan. */
  readonly estimate?: Duration.Input
  /** When it may run, by how its parents ended. @default "allSucceeded", for a finalizer "allDone" */
  readonly when?: TriggerRule
  /** Runs when every other task has settled, whatever happened. @default false */
  readonly finalizer?: boolean
  /** Of the tasks that could go, one of higher priority goes first. @default 0 */
  readonly priority?: number
  /** Takes one place in each of these concurrency pools of the pipeline (`p.pool`) or graph. */
  readonly pools?: ReadonlyArray<string>
  /** At most one task of a mutex is in the service at a time. */
  readonly mutex?: string
  /** Whether its result is kept across runs. Not for finalizers. @default the pipeline's, else no */
  readonly cache?: Cache
  /** When it counts as stuck. @default the pipeline's limits, else the run's */
  readonly watchdog?: Watchdog
}

/**
 * What an author says about one task. References in `run`, `inputs` and `files` become edges.
 *
 * @category models
 */
export interface TaskSpec<O extends Outputs | undefined> extends TaskSettings {
  /** The command, run by `/bin/sh -c` in the task's own working directory. */
  readonly run: Command
  /** What it leaves behind: one output, or a record of outputs by name. */
  readonly output?: O
  /** Handed over as one JSON object in the file named by `BATCHWAVE_INPUTS_FILE`. */
  readonly inputs?: { readonly [name: string]: Input }
  /** Files to stage, by path relative to the working directory. */
  readonly files?: { readonly [path: string]: FileRef | LocalFile }
  /** Tasks to wait for although nothing is read from them. */
  readonly after?: ReadonlyArray<Handle>
  /**
   * When it may run, by how its parents ended; conditions over parents are made with `Trigger`. Under
   * any rule but `allSucceeded` what it reads may be missing: its JSON inputs are options, as the
   * schema `Schema.Option` encodes them, and its command cannot hold a parent's value.
   * @default "allSucceeded", for a finalizer "allDone"
   */
  readonly when?: TriggerRule
}

/**
 * One or several tasks to wait for.
 *
 * @category models
 */
export interface Handle {
  readonly [TypeId]: typeof TypeId
  readonly name: string
  /** The names of the nodes it stands for. */
  readonly nodes: ReadonlyArray<string>
}

/**
 * A declared task. `Out` is what its declared outputs look like in the author's hand.
 *
 * @category models
 */
export interface TaskHandle<out Out> extends Handle {
  readonly _tag: "Task"
  /** The reference to a single output, a record of references by name, or `undefined`. */
  readonly output: Out
}

/**
 * A declared fan-out: one task an item.
 *
 * @category models
 */
export interface EachHandle<Out> extends Handle {
  readonly _tag: "Each"
  /** The keys in item order. */
  readonly keys: ReadonlyArray<string>
  /** The tasks in item order. */
  readonly tasks: ReadonlyArray<TaskHandle<Out>>
  /** The single output of every task, in item order; for named outputs see `outputsOf`. */
  readonly outputs: Collected<Out>
  /** The output `name` of every task, in item order. */
  readonly outputsOf: <Name extends OutputName<Out>>(name: Name) => Collected<Out[Name]>
  /** The task of one key; an unknown key is a problem of the pipeline. */
  readonly byKey: (key: string) => TaskHandle<Out>
}

/**
 * The outputs of many tasks: one reference to a JSON list, or a list of file references.
 *
 * @category models
 */
export type Collected<Out> = Out extends Ref<infer A> ? Ref<ReadonlyArray<A>>
  : Out extends FileRef | FilesRef<string> ? ReadonlyArray<Out>
  : undefined

/**
 * The names of the outputs that were declared as a record.
 *
 * @category models
 */
export type OutputName<Out> = Out extends AnyRef | FileRef | FilesRef<string> | undefined ? never
  : Extract<keyof Out, string>

/**
 * The tasks of a fan-out.
 *
 * @category models
 */
export interface EachOptions<A> extends TaskDefaults {
  /** The stable name of an item; never its index, which moves when items are added. */
  readonly key: (item: A) => string
  /** The most items allowed. @default 1_000 */
  readonly max?: number
  /** The policy of every item that has none of its own. @default the pipeline's policy */
  readonly policy?: Policy
}

/**
 * The most items of a fan-out that does not say its own cap.
 *
 * @category constants
 */
export const itemsMaxDefault = 1_000

/**
 * Tells a handle from other values.
 *
 * @category guards
 */
export const isHandle = (value: unknown): value is TaskHandle<unknown> | EachHandle<unknown> =>
  Predicate.hasProperty(value, TypeId)
