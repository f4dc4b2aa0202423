/**
 * The operating system user a task runs as.
 */
import * as Schema from "effect/Schema"
import * as OpenEnum from "./OpenEnum.ts"

/** The known scopes of an automatic user. @source AutoUserSpecification.scope 2024-02-01.19.0 */
export const autoUserScopes = ["task", "pool"] as const

/** Whether an automatic user is made for each task or shared by the pool. */
export const AutoUserScope = OpenEnum.make(autoUserScopes)

/** Whether an automatic user is made for each task or shared by the pool. */
export type AutoUserScope = typeof AutoUserScope.Type

/** The known rights of a user. @source ElevationLevel 2024-02-01.19.0 */
export const elevationLevels = ["nonadmin", "admin"] as const

/** The rights of a user. */
export const ElevationLevel = OpenEnum.make(elevationLevels)

/** The rights of a user. */
export type ElevationLevel = typeof ElevationLevel.Type

/** A user the service makes by itself. @source AutoUserSpecification 2024-02-01.19.0 */
export const AutoUserSpecification = Schema.Struct({
  /** `pool` when absent. */
  scope: Schema.optionalKey(AutoUserScope),
  /** `nonadmin` when absent. */
  elevationLevel: Schema.optionalKey(ElevationLevel)
})

/** A user the service makes by itself. */
export interface AutoUserSpecification extends Schema.Schema.Type<typeof AutoUserSpecification> {}

/** The user a task runs as: exactly one of the two. @source UserIdentity 2024-02-01.19.0 */
export const UserIdentity = Schema.Struct({
  /** A user account of the pool. */
  username: Schema.optionalKey(Schema.String),
  autoUser: Schema.optionalKey(AutoUserSpecification)
})

/** The user a task runs as. */
export interface UserIdentity extends Schema.Schema.Type<typeof UserIdentity> {}
