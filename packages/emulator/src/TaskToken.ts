/**
 * The tokens tasks get to call the service with: each opens the operations on the task's own job, for
 * as long as the task is on a node. They are made of the account's key and kept nowhere.
 *
 * @source AuthenticationTokenSettings 2024-02-01.19.0; that a token ends with its task is our choice
 * @internal
 */
import type { Job } from "@batchwave/sim/Job"
import { isPlaced, type Task } from "@batchwave/sim/Task"
import { Buffer } from "node:buffer"
import { createHmac, timingSafeEqual } from "node:crypto"
import * as ErrorReply from "./ErrorReply.ts"
import type { Exchange, Reply } from "./Exchange.ts"
import type { State } from "./State.ts"

/** Begins every token, so that it is told from the tokens the emulator was started with. */
const mark = "batchwave-task"

/** Makes the token of a task. */
export const make = (state: State, job: Job, task: Task): string => {
  const subject = `${mark}.${job.index}.${task.index}.${task.createdNumber}`
  return `${subject}.${signatureOf(state, subject)}`
}

/** The token of a request that carries one of ours. */
export const ofRequest = (headers: Exchange["headers"]): string | undefined => {
  const token = bearerForm.exec(headers["authorization"] ?? "")?.[1]
  return token?.startsWith(`${mark}.`) === true ? token : undefined
}

/** The job a token opens; nothing when it is forged or its task is on no node any more. */
export const jobOf = (state: State, token: string): Job | undefined => {
  const [, jobIndex, taskIndex, createdNumber, signature = ""] = token.split(".")
  const subject = `${mark}.${jobIndex}.${taskIndex}.${createdNumber}`
  const given = Buffer.from(signature, "utf8")
  const expected = Buffer.from(signatureOf(state, subject), "utf8")
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  const task = state.account.tasks[Number(taskIndex)]
  if (task === undefined || task.createdNumber !== Number(createdNumber) || !isPlaced(task)) {
    return undefined
  }
  return [...state.account.jobs.values()].find(({ index }) => index === Number(jobIndex))
}

/** Refuses a request about anything but the job of its token. */
export const confine = (
  occasion: ErrorReply.Occasion,
  job: Job,
  parameters: Exchange["parameters"]
): Reply | undefined =>
  parameters["jobId"]?.toLowerCase() === job.id.toLowerCase()
    ? undefined
    : ErrorReply.make(occasion, "InsufficientAccountPermissions")

const bearerForm = /^Bearer +([\x21-\x7e]+) *$/i

const signatureOf = ({ credential }: State, subject: string): string =>
  createHmac("sha256", credential.key).update(subject, "utf8").digest("base64url")
