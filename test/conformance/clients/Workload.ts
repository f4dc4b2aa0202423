/**
 * What pieces of work are made of.
 */
import type { Step } from "./Scenario.ts"

/** A piece of work; `$job` begins the name of every job and pool in it. */
export interface Workload {
  readonly name: string
  readonly steps: ReadonlyArray<Step>
}

/** More slots than the emulator's nodes have, so that a task stays active. */
export const tooManySlots = 200

/** Says of steps that they are in a job. */
export const inJob = (jobId: string, steps: ReadonlyArray<Step>): ReadonlyArray<Step> =>
  steps.map((step) => Object.assign({ jobId }, step))

/** A command line for a shell. */
export const shell = (script: string): string => `/bin/sh -c '${script}'`
