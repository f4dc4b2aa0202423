/**
 * The special tasks of a job: its manager, its preparation and its release.
 */
import * as Schema from "effect/Schema"
import { ApplicationPackageReference } from "./ApplicationPackageReference.ts"
import { AuthenticationTokenSettings } from "./AuthenticationTokenSettings.ts"
import { EnvironmentSetting } from "./EnvironmentSetting.ts"
import { OutputFile } from "./OutputFile.ts"
import { ResourceFile } from "./ResourceFile.ts"
import { Duration, Int32 } from "./Scalar.ts"
import { TaskConstraints } from "./TaskConstraints.ts"
import { TaskContainerSettings } from "./TaskContainerSettings.ts"
import { UserIdentity } from "./UserIdentity.ts"

const program = {
  commandLine: Schema.String,
  containerSettings: Schema.optionalKey(TaskContainerSettings),
  resourceFiles: Schema.optionalKey(Schema.Array(ResourceFile)),
  environmentSettings: Schema.optionalKey(Schema.Array(EnvironmentSetting)),
  userIdentity: Schema.optionalKey(UserIdentity)
}

/** A task that starts with the job and runs it. @source JobManagerTask 2024-02-01.19.0 */
export const JobManagerTask = Schema.Struct({
  id: Schema.String,
  displayName: Schema.optionalKey(Schema.String),
  outputFiles: Schema.optionalKey(Schema.Array(OutputFile)),
  constraints: Schema.optionalKey(TaskConstraints),
  /** 1 when absent. */
  requiredSlots: Schema.optionalKey(Int32),
  /** Ends the job with the manager; true when absent. */
  killJobOnCompletion: Schema.optionalKey(Schema.Boolean),
  /** Takes the whole node; true when absent. */
  runExclusive: Schema.optionalKey(Schema.Boolean),
  applicationPackageReferences: Schema.optionalKey(Schema.Array(ApplicationPackageReference)),
  authenticationTokenSettings: Schema.optionalKey(AuthenticationTokenSettings),
  /** True when absent. */
  allowLowPriorityNode: Schema.optionalKey(Schema.Boolean),
  ...program
})

/** A task that starts with the job and runs it. */
export interface JobManagerTask extends Schema.Schema.Type<typeof JobManagerTask> {}

/** Runs on a node before the job's first task there. @source JobPreparationTask 2024-02-01.19.0 */
export const JobPreparationTask = Schema.Struct({
  /** `jobpreparation` when absent. */
  id: Schema.optionalKey(Schema.String),
  constraints: Schema.optionalKey(TaskConstraints),
  /** Holds the tasks back until it has succeeded; true when absent. */
  waitForSuccess: Schema.optionalKey(Schema.Boolean),
  /** True when absent. */
  rerunOnNodeRebootAfterSuccess: Schema.optionalKey(Schema.Boolean),
  ...program
})

/** Runs on a node before the job's first task there. */
export interface JobPreparationTask extends Schema.Schema.Type<typeof JobPreparationTask> {}

/** Runs at the end of the job where its preparation ran. @source JobReleaseTask 2024-02-01.19.0 */
export const JobReleaseTask = Schema.Struct({
  /** `jobrelease` when absent. */
  id: Schema.optionalKey(Schema.String),
  /** 15 minutes at most, and when absent. */
  maxWallClockTime: Schema.optionalKey(Duration),
  retentionTime: Schema.optionalKey(Duration),
  ...program
})

/** Runs at the end of the job where its preparation ran. */
export interface JobReleaseTask extends Schema.Schema.Type<typeof JobReleaseTask> {}
