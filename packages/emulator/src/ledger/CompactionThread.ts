/**
 * The thread that writes a snapshot of an emulator with much to remember: it reads what the ledger
 * holds, as the next start would, and writes the outcome to a new file. The emulator goes on meanwhile.
 *
 * Started by `Compaction` as a program of its own; ends with code 0 when the file is complete and on
 * the disk.
 *
 * @internal
 */
import * as Account from "@batchwave/sim/Account"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { closeSync, fsyncSync, openSync } from "node:fs"
import * as Path from "node:path"
import { workerData } from "node:worker_threads"
import * as EmulatorOptions from "../EmulatorOptions.ts"
import * as StateOpening from "../StateOpening.ts"
import * as TruthLog from "../TruthLog.ts"
import type { CompactionOrder } from "./Compaction.ts"
import * as Ledger from "./Ledger.ts"
import * as Snapshot from "./Snapshot.ts"

const carryOut = ({ fromPath, toPath, untilBytes }: CompactionOrder): void => {
  const from = openSync(fromPath, "r")
  const part = Ledger.partOf(from, fromPath, untilBytes)
  // What is stored of the settings comes with the snapshot; the rest changes nothing that is stored.
  const settings = {
    ...EmulatorOptions.settle({ account: part.header.account }),
    dataDirectory: Path.dirname(fromPath)
  }
  const clock = Effect.runSync(Clock.Clock)
  const fresh = StateOpening.makeFresh(settings, TruthLog.make(undefined), clock)
  const state = StateOpening.replay(fresh, part)
  closeSync(from)
  // The emulator has seen to them.
  Account.takeDepartures(state.account)
  const to = openSync(toPath, "wx", 0o600)
  Ledger.writeBegin(to, part.header, Snapshot.take(state))
  fsyncSync(to)
  closeSync(to)
}

// The thread is started with it by `Compaction` alone.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
carryOut(workerData as CompactionOrder)
