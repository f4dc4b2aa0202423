/**
 * The security of a pool's virtual machines: trusted launch and encryption.
 */
import * as Schema from "effect/Schema"
import * as OpenEnum from "./OpenEnum.ts"

/** The known security types. @source SecurityProfile.securityType 2024-02-01.19.0 */
export const securityTypes = ["trustedLaunch"] as const

/** The security type of a virtual machine. */
export const SecurityType = OpenEnum.make(securityTypes)

/** The security type of a virtual machine. */
export type SecurityType = typeof SecurityType.Type

/** The known disks to encrypt. @source DiskEncryptionConfiguration.targets 2024-02-01.19.0 */
export const diskEncryptionTargets = ["osdisk", "temporarydisk"] as const

/** A disk to encrypt. */
export const DiskEncryptionTarget = OpenEnum.make(diskEncryptionTargets)

/** A disk to encrypt. */
export type DiskEncryptionTarget = typeof DiskEncryptionTarget.Type

/** What the firmware checks at start; needs a security type. @source UefiSettings 2024-02-01.19.0 */
export const UefiSettings = Schema.Struct({
  secureBootEnabled: Schema.optionalKey(Schema.Boolean),
  vTpmEnabled: Schema.optionalKey(Schema.Boolean)
})

/** What the firmware checks at start; needs a security type. */
export interface UefiSettings extends Schema.Schema.Type<typeof UefiSettings> {}

/** The security of a virtual machine. @source SecurityProfile 2024-02-01.19.0 */
export const SecurityProfile = Schema.Struct({
  securityType: Schema.optionalKey(SecurityType),
  /** Encrypts all disks, temporary ones too. */
  encryptionAtHost: Schema.optionalKey(Schema.Boolean),
  uefiSettings: Schema.optionalKey(UefiSettings)
})

/** The security of a virtual machine. */
export interface SecurityProfile extends Schema.Schema.Type<typeof SecurityProfile> {}

/** Which disks of a node are encrypted; none when absent. @source DiskEncryptionConfiguration 2024-02-01.19.0 */
export const DiskEncryptionConfiguration = Schema.Struct({
  targets: Schema.optionalKey(Schema.Array(DiskEncryptionTarget))
})

/** Which disks of a node are encrypted; none when absent. */
export interface DiskEncryptionConfiguration
  extends Schema.Schema.Type<typeof DiskEncryptionConfiguration>
{}
