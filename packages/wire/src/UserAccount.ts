/**
 * The user accounts a pool makes on each of its nodes.
 */
import * as Schema from "effect/Schema"
import * as OpenEnum from "./OpenEnum.ts"
import { Int32 } from "./Scalar.ts"
import { ElevationLevel } from "./UserIdentity.ts"

/** The known login modes. @source WindowsUserConfiguration.loginMode 2024-02-01.19.0 */
export const loginModes = ["batch", "interactive"] as const

/** How a user logs in on Windows nodes. */
export const LoginMode = OpenEnum.make(loginModes)

/** How a user logs in on Windows nodes. */
export type LoginMode = typeof LoginMode.Type

/** A user on Linux nodes; both ids or none. @source LinuxUserConfiguration 2024-02-01.19.0 */
export const LinuxUserConfiguration = Schema.Struct({
  uid: Schema.optionalKey(Int32),
  gid: Schema.optionalKey(Int32),
  /** A secret without a passphrase, for logging in from node to node. */
  sshPrivateKey: Schema.optionalKey(Schema.String)
})

/** A user on Linux nodes; both ids or none. */
export interface LinuxUserConfiguration extends Schema.Schema.Type<typeof LinuxUserConfiguration> {}

/** A user on Windows nodes. @source WindowsUserConfiguration 2024-02-01.19.0 */
export const WindowsUserConfiguration = Schema.Struct({
  /** `batch` on pools of virtual machines, `interactive` on those of cloud services, when absent. */
  loginMode: Schema.optionalKey(LoginMode)
})

/** A user on Windows nodes. */
export interface WindowsUserConfiguration
  extends Schema.Schema.Type<typeof WindowsUserConfiguration>
{}

/** A user account made on each node. @source UserAccount 2024-02-01.19.0 */
export const UserAccount = Schema.Struct({
  /** At most 20 characters. */
  name: Schema.String,
  /** A secret: required on the way in, and never told by the service. */
  password: Schema.optionalKey(Schema.String),
  /** `nonadmin` when absent. */
  elevationLevel: Schema.optionalKey(ElevationLevel),
  linuxUserConfiguration: Schema.optionalKey(LinuxUserConfiguration),
  windowsUserConfiguration: Schema.optionalKey(WindowsUserConfiguration)
})

/** A user account made on each node. */
export interface UserAccount extends Schema.Schema.Type<typeof UserAccount> {}
