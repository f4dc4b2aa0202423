/**
 * The account that clients are pointed at: an emulator of its own, with a file for tasks to read and
 * a directory for what they upload.
 */
import { Emulator } from "@batchwave/emulator/Emulator"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** What a client is told of the account. */
export interface Target {
  readonly endpoint: string
  readonly account: string
  /** The account key in base64. */
  readonly key: string
}

/** A running account. */
export interface RunningTarget extends Target {
  readonly poolId: string
  /** A directory that tasks of the account may read from and upload to. */
  readonly directory: string
  readonly close: () => Promise<void>
}

/** Slots of the account's only node. */
export const slots = 2

/** Starts an emulator. */
export const start = async (): Promise<RunningTarget> => {
  const directory = mkdtempSync(join(tmpdir(), "batchwave-conformance-"))
  mkdirSync(join(directory, "out"))
  writeFileSync(join(directory, "input.txt"), "the input\n")
  const runtime = ManagedRuntime.make(Emulator.layer({
    dataDirectory: join(directory, "emulator"),
    allowedDirectories: [directory],
    slotsPerNode: slots
  }))
  const emulator = await runtime.runPromise(Emulator)
  return {
    endpoint: emulator.endpoint,
    account: emulator.account,
    key: emulator.key,
    poolId: emulator.pool,
    directory,
    close: async () => {
      await runtime.dispose()
      rmSync(directory, { recursive: true, force: true })
    }
  }
}
