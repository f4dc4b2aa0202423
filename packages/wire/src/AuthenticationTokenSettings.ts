/**
 * A token the service hands to a task so that it can call the service itself.
 */
import * as Schema from "effect/Schema"
import * as OpenEnum from "./OpenEnum.ts"

/** The known things a token opens. @source AuthenticationTokenSettings.access 2024-02-01.19.0 */
export const tokenAccesses = ["job"] as const

/** What a task's token opens. */
export const TokenAccess = OpenEnum.make(tokenAccesses)

/** What a task's token opens: `job` is every operation on the task's own job. */
export type TokenAccess = typeof TokenAccess.Type

/** The token of a task. @source AuthenticationTokenSettings 2024-02-01.19.0 */
export const AuthenticationTokenSettings = Schema.Struct({
  access: Schema.optionalKey(Schema.Array(TokenAccess))
})

/** The token of a task. */
export interface AuthenticationTokenSettings
  extends Schema.Schema.Type<typeof AuthenticationTokenSettings>
{}
