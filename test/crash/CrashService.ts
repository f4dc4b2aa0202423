/**
 * The service that outlives the orchestrators: an emulator in a process of its own, whose tasks take
 * their time by a scenario, and what it says has really happened.
 */
import type { TruthEvent } from "@batchwave/emulator/TruthEvent"
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Command from "../e2e/Command.ts"
import * as CrashStory from "./CrashStory.ts"

/** A running service. */
export interface CrashService {
  /** For the runs' own files as well. */
  readonly directory: string
  readonly coordinates: Command.EmulatorCoordinates
  /** What has happened so far in the jobs of a run. */
  readonly truthOf: (runId: string) => ReadonlyArray<TruthEvent>
  /** Forgets the jobs of a run. */
  readonly forget: (runId: string) => void
  /** Ends the service. */
  readonly halt: () => Promise<void>
  /** The same, and removes the directory. */
  readonly stop: () => Promise<void>
}

/** Starts the service in a new temporary directory, which goes with it. */
export const start = async (): Promise<CrashService> => {
  const directory = mkdtempSync(join(tmpdir(), "batchwave-crash-"))
  const truth = join(directory, "truth.ndjson")
  const scenario = join(directory, "scenario.json")
  writeFileSync(scenario, JSON.stringify(CrashStory.scenario))
  const emulator = await Command.startEmulator(directory, [
    "--data",
    join(directory, "emulator"),
    "--truth",
    truth,
    "--executor",
    "simulated",
    "--scenario",
    scenario,
    "--slots",
    "256"
  ])
  const reader = readTruth(truth)
  const halt = async (): Promise<void> => {
    await Command.stop(emulator.started)
    reader.close()
  }
  return {
    directory,
    coordinates: emulator.coordinates,
    truthOf: reader.truthOf,
    forget: reader.forget,
    halt,
    stop: async () => {
      await halt()
      rmSync(directory, { recursive: true, force: true })
    }
  }
}

const chunkBytes = 1_048_576

/** Reads on where it stopped, and keeps the lines by run. */
const readTruth = (file: string) => {
  const descriptor = openSync(file, "r")
  const byRun = new Map<string, Array<TruthEvent>>()
  const buffer = Buffer.alloc(chunkBytes)
  let offset = 0
  let rest = Buffer.alloc(0)
  const readOn = (): void => {
    while (offset < fstatSync(descriptor).size) {
      const count = readSync(descriptor, buffer, 0, chunkBytes, offset)
      offset += count
      const bytes = Buffer.concat([rest, buffer.subarray(0, count)])
      const end = bytes.lastIndexOf(10) + 1
      rest = bytes.subarray(end)
      for (const line of bytes.toString("utf8", 0, end).split("\n")) if (line !== "") note(line)
    }
  }
  const note = (line: string): void => {
    const event: TruthEvent = JSON.parse(line)
    if (!("jobId" in event)) return
    // A job in the place of a lost one is named after it.
    const runId = event.jobId.replace(/-j\d+$/, "")
    const events = byRun.get(runId)
    if (events === undefined) byRun.set(runId, [event])
    else events.push(event)
  }
  return {
    truthOf: (runId: string): ReadonlyArray<TruthEvent> => {
      readOn()
      return [...byRun.get(runId) ?? []]
    },
    forget: (runId: string): void => void byRun.delete(runId),
    close: () => closeSync(descriptor)
  }
}
