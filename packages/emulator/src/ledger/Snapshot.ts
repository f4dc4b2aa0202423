/**
 * The whole of what an emulator must not forget, as bytes, and back.
 *
 * The account and the records are plain data, so they are stored as they are, with everything they
 * hold and every reference between them: a new member of a task or a job is stored without a word
 * here. A new member of `State` has to be named in `fates`, or it does not compile.
 *
 * @internal
 */
import type { Pool } from "@batchwave/sim/Pool"
import type { Buffer } from "node:buffer"
import { DefaultDeserializer, DefaultSerializer } from "node:v8"
import * as EmulatorOptions from "../EmulatorOptions.ts"
import { type PoolRecord, poolRecordOf, type State } from "../State.ts"

/**
 * What becomes of each member of the state at a restart: `kept` is stored as it is, `stored` is stored
 * in a form of its own, `anew` begins again.
 */
const fates = {
  settings: "stored",
  account: "kept",
  clock: "anew",
  credential: "anew",
  random: "kept",
  times: "anew",
  tags: "kept",
  renderedTasks: "anew",
  taskTemplates: "anew",
  taskRecords: "kept",
  goneRecords: "anew",
  jobRecords: "kept",
  poolRecords: "stored",
  hosts: "anew",
  faults: "anew",
  requests: "anew",
  endpoint: "anew",
  requestsInHand: "anew",
  provideFiles: "anew",
  inputsCount: "kept",
  ledger: "anew",
  truth: "anew",
  removals: "kept",
  orders: "anew",
  leaving: "kept"
} as const satisfies Record<keyof State, "kept" | "stored" | "anew">

/** The members that are stored as they are. */
export type Kept = Pick<
  State,
  { readonly [K in keyof typeof fates]: (typeof fates)[K] extends "kept" ? K : never }[
    keyof typeof fates
  ]
>

interface Image extends Kept {
  readonly settings: EmulatorOptions.StoredSettings
  readonly poolRecords: ReadonlyMap<Pool, PoolRecord>
}

declare module "node:v8" {
  interface Deserializer {
    /** @source node:v8 DefaultDeserializer */
    _readHostObject(): unknown
  }
}

/** Copies typed arrays out of the bytes, which would otherwise be held as long as they are. */
class CopyingDeserializer extends DefaultDeserializer {
  override _readHostObject(): unknown {
    const value = super._readHostObject()
    return value instanceof Uint32Array || value instanceof Float64Array ||
        value instanceof Int32Array || value instanceof Uint8Array
      ? value.slice()
      : value
  }
}

/** The bytes of a state as it is now. */
export const take = (state: State): Buffer => {
  const { account, inputsCount, jobRecords, leaving, random, removals, tags, taskRecords } = state
  const image: Image = {
    account: { ...account, facts: undefined, history: undefined },
    inputsCount,
    jobRecords,
    leaving,
    random,
    removals,
    tags,
    taskRecords,
    settings: EmulatorOptions.storedOf(state.settings),
    poolRecords: new Map(
      Array.from(account.pools.values(), (pool) => [pool, poolRecordOf(state, pool)])
    )
  }
  const serializer = new DefaultSerializer()
  serializer.writeHeader()
  serializer.writeValue(image)
  return serializer.releaseBuffer()
}

/**
 * The state the bytes were taken of; what begins anew, and the settings that are not stored, are
 * those of `fresh`.
 */
export const restore = (fresh: State, bytes: Buffer): State => {
  const deserializer = new CopyingDeserializer(bytes)
  deserializer.readHeader()
  // The record's checksum and the version of its file vouch for the shape.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { poolRecords, settings, ...kept } = deserializer.readValue() as Image
  return {
    ...fresh,
    ...kept,
    settings: EmulatorOptions.recalled(fresh.settings, settings),
    poolRecords: new WeakMap(poolRecords)
  }
}
