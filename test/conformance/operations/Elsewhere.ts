/**
 * The codes that the emulator answers with and no claim of an operation is about: where they are tested.
 */

/** A code and its test. */
export interface CodeElsewhere {
  readonly code: string
  readonly when: string
  /** From the root of the repository. */
  readonly test: string
}

const byFault = (code: string): CodeElsewhere => ({
  code,
  when: "a fault plan says so",
  test: "packages/emulator/test/FaultInjection.test.ts"
})

const faultMatrix = "test/conformance/faults/ServiceTrials.ts"

/** The codes. */
export const codes: ReadonlyArray<CodeElsewhere> = [
  {
    code: "ResourceNotFound",
    when: "the path is none of the service",
    test: "packages/emulator/test/Requests.test.ts"
  },
  {
    code: "UnsupportedHttpVerb",
    when: "the path is not served under the method",
    test: "packages/emulator/test/Requests.test.ts"
  },
  {
    code: "ActiveJobAndScheduleQuotaReached",
    when: "there are as many jobs as the account may have",
    test: "packages/emulator/test/Durability.test.ts"
  },
  {
    code: "PoolQuotaReached",
    when: "there are as many pools as the account may have",
    test: "packages/emulator/test/Pools.test.ts"
  },
  {
    code: "InsufficientAccountPermissions",
    when: "a task's token is used for another job than its own",
    test: "packages/emulator/test/SpecialTasks.test.ts"
  },
  {
    code: "JobDisabled",
    when: "the switch `tasksOfDisabledJobs` is `locked`",
    test: "packages/emulator/test/Switches.test.ts"
  },
  byFault("InternalError"),
  byFault("OperationTimedOut"),
  byFault("TooManyRequests"),
  { code: "ServerBusy", when: "a fault plan says so", test: faultMatrix }
]
