/**
 * The disks of a pool's virtual machines.
 */
import * as Schema from "effect/Schema"
import * as OpenEnum from "./OpenEnum.ts"
import { Int32 } from "./Scalar.ts"

/** The known ways of caching a disk. @source CachingType 2024-02-01.19.0 */
export const cachingTypes = ["none", "readonly", "readwrite"] as const

/** How a disk is cached. */
export const CachingType = OpenEnum.make(cachingTypes)

/** How a disk is cached. */
export type CachingType = typeof CachingType.Type

/** The known kinds of disk storage. @source StorageAccountType 2024-02-01.19.0 */
export const storageAccountTypes = ["standard_lrs", "premium_lrs", "standardssd_lrs"] as const

/** What a disk is stored on. */
export const StorageAccountType = OpenEnum.make(storageAccountTypes)

/** What a disk is stored on. */
export type StorageAccountType = typeof StorageAccountType.Type

/** The known places of an ephemeral disk. @source DiffDiskPlacement 2024-02-01.19.0 */
export const diffDiskPlacements = ["CacheDisk"] as const

/** Where an ephemeral disk lies. */
export const DiffDiskPlacement = OpenEnum.make(diffDiskPlacements)

/** Where an ephemeral disk lies. */
export type DiffDiskPlacement = typeof DiffDiskPlacement.Type

/** A data disk of each node; unformatted. @source DataDisk 2024-02-01.19.0 */
export const DataDisk = Schema.Struct({
  /** From 0 to 63, another for each disk. */
  lun: Int32,
  /** `readwrite` when absent. */
  caching: Schema.optionalKey(CachingType),
  /** The size in gigabytes. */
  diskSizeGB: Int32,
  /** `standard_lrs` when absent. */
  storageAccountType: Schema.optionalKey(StorageAccountType)
})

/** A data disk of each node; unformatted. */
export interface DataDisk extends Schema.Schema.Type<typeof DataDisk> {}

/** An ephemeral disk. @source DiffDiskSettings 2024-02-01.19.0 */
export const DiffDiskSettings = Schema.Struct({
  placement: Schema.optionalKey(DiffDiskPlacement)
})

/** An ephemeral disk. */
export interface DiffDiskSettings extends Schema.Schema.Type<typeof DiffDiskSettings> {}

/** What a managed disk is stored on. @source ManagedDisk 2024-02-01.19.0 */
export const ManagedDisk = Schema.Struct({
  storageAccountType: Schema.optionalKey(StorageAccountType)
})

/** What a managed disk is stored on. */
export interface ManagedDisk extends Schema.Schema.Type<typeof ManagedDisk> {}

/** The operating system disk of each node. @source OSDisk 2024-02-01.19.0 */
export const OSDisk = Schema.Struct({
  ephemeralOSDiskSettings: Schema.optionalKey(DiffDiskSettings),
  caching: Schema.optionalKey(CachingType),
  managedDisk: Schema.optionalKey(ManagedDisk),
  /** The size in gigabytes. */
  diskSizeGB: Schema.optionalKey(Int32),
  writeAcceleratorEnabled: Schema.optionalKey(Schema.Boolean)
})

/** The operating system disk of each node. */
export interface OSDisk extends Schema.Schema.Type<typeof OSDisk> {}
