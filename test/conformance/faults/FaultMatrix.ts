/**
 * The faults that concern a client, numbered as in the whole matrix, and the trials that prove what
 * the client makes of each.
 */
import * as ConnectionTrials from "./ConnectionTrials.ts"
import * as ForeignReplyTrials from "./ForeignReplyTrials.ts"
import * as IdentityTrials from "./IdentityTrials.ts"
import * as LostReplyTrials from "./LostReplyTrials.ts"
import * as ReadTrials from "./ReadTrials.ts"
import * as ServiceTrials from "./ServiceTrials.ts"
import type { Trial } from "./Trial.ts"

/** One fault. */
export interface FaultRow {
  readonly row: number
  readonly fault: string
  /** Why there is no trial of it; absent when there is one. */
  readonly reason?: string
}

const row = (number: number, fault: string): FaultRow => ({ row: number, fault })

/** The faults, in order. */
export const rows: ReadonlyArray<FaultRow> = [
  row(1, "no connection: refused, or the name does not resolve"),
  row(2, "reset before the service has the whole request"),
  row(3, "reset between the request and its reply"),
  row(4, "reply lost after the service added tasks"),
  row(5, "reply lost after the service reactivated a task"),
  row(6, "reply lost after the service deleted, ended or changed something"),
  row(7, "reply that never begins"),
  row(8, "reply that crawls, byte by byte"),
  row(9, "reply that breaks off inside its JSON, with status 200"),
  row(10, "reply with a spoilt encoding or a wrong length"),
  row(11, "page of a gateway: 502, 503 or 407"),
  row(12, "kept connection that is closed when it is used again"),
  row(13, "latency around and above the time of an attempt"),
  row(14, "black hole for a while"),
  row(15, "TLS that fails, or a certificate of one's own making"),
  row(16, "redirect to another host"),
  row(17, "reply without measure"),
  row(18, "429 with every form of hint, and with nonsense"),
  row(19, "503 in bursts"),
  row(20, "500 for ever on some tasks"),
  row(21, "500 OperationTimedOut after the service acted"),
  row(22, "429 after the service acted"),
  row(23, "server error on some tasks of a collection"),
  row(24, "client error on some tasks of a collection"),
  row(25, "results missing, doubled, made up or out of order"),
  row(26, "413 for a body within the stated limits"),
  row(27, "task larger than any request may be"),
  row(28, "id that is taken by the same task"),
  row(29, "id that is taken by another task"),
  row(30, "task that cannot be read yet, right after its add"),
  row(31, "listing that lags behind"),
  row(32, "pages that are empty, change, loop or lead elsewhere"),
  row(33, "next link that has expired"),
  row(34, "change that listings show late, and a service clock that is behind"),
  row(46, "task changed by somebody else in between"),
  row(47, "304 on a conditional read"),
  row(48, "401, and token providers that fail or hang"),
  row(49, "403 for a clock, a key or a role"),
  row(50, "account key renewed while the client runs"),
  row(51, "values, members and sizes that nobody knows")
]

/** All trials, in the order of the faults. */
export const trials: ReadonlyArray<Trial> = [
  ConnectionTrials.trials,
  ForeignReplyTrials.trials,
  IdentityTrials.trials,
  LostReplyTrials.trials,
  ReadTrials.trials,
  ServiceTrials.trials
].flat().toSorted((left, right) => left.row - right.row)

/** The trials of one fault. */
export const trialsOf = ({ row }: FaultRow): ReadonlyArray<Trial> =>
  trials.filter((trial) => trial.row === row)
