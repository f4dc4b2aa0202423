/**
 * How the operating systems of a pool's nodes are upgraded.
 */
import * as Schema from "effect/Schema"
import * as OpenEnum from "./OpenEnum.ts"
import { Duration, Int32 } from "./Scalar.ts"

/** The known ways of upgrading. @source UpgradePolicy.mode 2024-02-01.19.0 */
export const upgradeModes = ["automatic", "manual", "rolling"] as const

/** How upgrades reach the nodes. */
export const UpgradeMode = OpenEnum.make(upgradeModes)

/** How upgrades reach the nodes. */
export type UpgradeMode = typeof UpgradeMode.Type

/** The upgrades the service starts by itself. @source AutomaticOSUpgradePolicy 2024-02-01.19.0 */
export const AutomaticOSUpgradePolicy = Schema.Struct({
  disableAutomaticRollback: Schema.optionalKey(Schema.Boolean),
  enableAutomaticOSUpgrade: Schema.optionalKey(Schema.Boolean),
  useRollingUpgradePolicy: Schema.optionalKey(Schema.Boolean),
  /** Waits while tasks run. */
  osRollingUpgradeDeferral: Schema.optionalKey(Schema.Boolean)
})

/** The upgrades the service starts by itself. */
export interface AutomaticOSUpgradePolicy
  extends Schema.Schema.Type<typeof AutomaticOSUpgradePolicy>
{}

/** The batches of a rolling upgrade. @source RollingUpgradePolicy 2024-02-01.19.0 */
export const RollingUpgradePolicy = Schema.Struct({
  enableCrossZoneUpgrade: Schema.optionalKey(Schema.Boolean),
  /** From 5 to 100. */
  maxBatchInstancePercent: Schema.optionalKey(Int32),
  /** From 5 to 100, and not below the batch. */
  maxUnhealthyInstancePercent: Schema.optionalKey(Int32),
  /** From 0 to 100. */
  maxUnhealthyUpgradedInstancePercent: Schema.optionalKey(Int32),
  pauseTimeBetweenBatches: Schema.optionalKey(Duration),
  prioritizeUnhealthyInstances: Schema.optionalKey(Schema.Boolean),
  rollbackFailedInstancesOnPolicyBreach: Schema.optionalKey(Schema.Boolean)
})

/** The batches of a rolling upgrade. */
export interface RollingUpgradePolicy extends Schema.Schema.Type<typeof RollingUpgradePolicy> {}

/** How the nodes of a pool are upgraded. @source UpgradePolicy 2024-02-01.19.0 */
export const UpgradePolicy = Schema.Struct({
  mode: UpgradeMode,
  automaticOSUpgradePolicy: Schema.optionalKey(AutomaticOSUpgradePolicy),
  rollingUpgradePolicy: Schema.optionalKey(RollingUpgradePolicy)
})

/** How the nodes of a pool are upgraded. */
export interface UpgradePolicy extends Schema.Schema.Type<typeof UpgradePolicy> {}
