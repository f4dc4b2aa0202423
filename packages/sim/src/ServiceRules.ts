/**
 * What the service does where nobody has written it down: each guess of ours with its alternative, so
 * that a client can be tried against both.
 *
 * The first choice of each rule is the default.
 */

/**
 * The rules of an account.
 *
 * @category models
 */
export interface ServiceRules {
  /** Whether a preempted node's tasks count a requeue. */
  readonly preemptions: "uncounted" | "requeues"
  /** What a process that was ended by its wall clock leaves as exit code. */
  readonly wallClockExitCode: "signal" | "windows" | "none"
  /** Whether the wall clock of a task begins anew with each try. */
  readonly wallClockOfRetries: "fresh" | "kept"
  /** What a retry count below -1 means. */
  readonly retryCountsBelowMinusOne: "refused" | "unlimited"
  /** Whom a job's new retry count reaches: also the tasks that still have its old one, or not. */
  readonly jobRetryCounts: "newTasks" | "allTasks"
  /** How the ids of parents are compared. */
  readonly parentIds: "anyCase" | "exactCase"
  /** Whether a task may depend on one that is not there yet. */
  readonly unknownParents: "awaited" | "refused"
  /** What becomes of tasks that depend on each other. */
  readonly dependencyCycles: "stuck" | "refused"
  /** Whether a parent that succeeds after a reactivation satisfies its dependents. */
  readonly reactivatedParents: "satisfy" | "block"
  /** Whether a parent that was deleted after it satisfied counts for later dependents. */
  readonly deletedParents: "remembered" | "forgotten"
  /** Which exit condition holds where a code and a range overlap. */
  readonly exitCodeOverlaps: "code" | "range"
  /** What becomes of a task that needs more slots than any node of its pool has. */
  readonly unfitTasks: "stuck" | "refused"
  /** Whether the constraints of a completed task can be updated. */
  readonly updatesOfCompletedTasks: "refused" | "accepted"
  /** Whether tasks of a disabled job can be terminated, deleted and updated. */
  readonly tasksOfDisabledJobs: "writable" | "locked"
  /** Whether tasks of a job that is over can be deleted. */
  readonly tasksOfEndedJobs: "deletable" | "locked"
}

/**
 * Our best guesses.
 *
 * @category values
 */
export const defaults: ServiceRules = {
  preemptions: "uncounted",
  wallClockExitCode: "signal",
  wallClockOfRetries: "fresh",
  retryCountsBelowMinusOne: "refused",
  jobRetryCounts: "newTasks",
  parentIds: "anyCase",
  unknownParents: "awaited",
  dependencyCycles: "stuck",
  reactivatedParents: "satisfy",
  deletedParents: "remembered",
  exitCodeOverlaps: "code",
  unfitTasks: "stuck",
  updatesOfCompletedTasks: "refused",
  tasksOfDisabledJobs: "writable",
  tasksOfEndedJobs: "deletable"
}
