/**
 * The managed identities of a pool.
 */
import * as Schema from "effect/Schema"
import * as OpenEnum from "./OpenEnum.ts"

/** The known kinds of identities. @source BatchPoolIdentity.type 2024-02-01.19.0 */
export const poolIdentityTypes = ["UserAssigned", "None"] as const

/** Whether a pool has managed identities. */
export const PoolIdentityType = OpenEnum.make(poolIdentityTypes)

/** Whether a pool has managed identities. */
export type PoolIdentityType = typeof PoolIdentityType.Type

/** A managed identity. @source UserAssignedIdentity 2024-02-01.19.0 */
export const UserAssignedIdentity = Schema.Struct({
  /** The full resource id. */
  resourceId: Schema.String,
  clientId: Schema.optionalKey(Schema.String),
  principalId: Schema.optionalKey(Schema.String)
})

/** A managed identity. */
export interface UserAssignedIdentity extends Schema.Schema.Type<typeof UserAssignedIdentity> {}

/** The managed identities of a pool. @source BatchPoolIdentity 2024-02-01.19.0 */
export const BatchPoolIdentity = Schema.Struct({
  type: PoolIdentityType,
  userAssignedIdentities: Schema.optionalKey(Schema.Array(UserAssignedIdentity))
})

/** The managed identities of a pool. */
export interface BatchPoolIdentity extends Schema.Schema.Type<typeof BatchPoolIdentity> {}
