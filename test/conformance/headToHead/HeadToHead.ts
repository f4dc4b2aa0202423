/**
 * Runs both clients through all situations, each trial in its own process against its own service,
 * and writes the table of what came out.
 */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as ScriptedService from "./ScriptedService.ts"
import { type Situation, situations } from "./Situation.ts"

/** The clients by the names that `trial.ts` knows. */
export type Client = "batchwave" | "official"

/** What one client did in one situation. */
export interface Trial {
  readonly client: Client
  readonly situation: string
  /** Requests that the service saw. */
  readonly calls: number
  readonly outcome: string
  /** From the call to its end; absent when it was given up on. */
  readonly elapsedMs?: number
  /** Whether every repeated request had a date and a request id of its own; absent without one. */
  readonly isSignedAnew?: boolean
}

/** Longest time a trial may take, in milliseconds; our client gives a silent service one minute. */
const trialMsMax = 90_000

/** A date of whole seconds is up to a second old when it is sent; the rest is for a busy machine. */
const freshDateMsMax = 5000

/**
 * Runs all trials: those that wait side by side, and then, on a quiet machine, those that do not, one
 * after another.
 */
export const run = async (): Promise<ReadonlyArray<Trial>> => {
  const silence = situations.filter(({ fault }) => fault._tag === "Silence")
  const trials = await Promise.all([
    ...situations.map((situation) => runTrial("official", situation)),
    ...silence.map((situation) => runTrial("batchwave", situation))
  ])
  for (const situation of situations) {
    if (!silence.includes(situation)) trials.push(await runTrial("batchwave", situation))
  }
  return trials
}

/** Whether each request after the first was dated, named and so signed for itself. */
export const isSignedAnew = (
  seen: ReadonlyArray<ScriptedService.SeenRequest>
): boolean | undefined => {
  if (seen.length < 2) return undefined
  const ids = new Set(seen.map(({ clientRequestId }) => clientRequestId))
  return ids.size === seen.length && seen.every(({ dateAgeMs }) => dateAgeMs < freshDateMsMax)
}

const runTrial = async (client: Client, situation: Situation): Promise<Trial> => {
  const service = await ScriptedService.start(situation.fault)
  try {
    const { elapsedMs, ending } = await runProcess(client, service.endpoint)
    const signedAnew = isSignedAnew(service.seen)
    return {
      client,
      situation: situation.id,
      calls: service.seen.length,
      outcome: ending,
      ...(elapsedMs === undefined ? {} : { elapsedMs }),
      ...(signedAnew === undefined ? {} : { isSignedAnew: signedAnew })
    }
  } finally {
    await service.close()
  }
}

interface ProcessEnding {
  readonly ending: string
  readonly elapsedMs?: number
}

const program = fileURLToPath(new URL("trial.ts", import.meta.url))

const runProcess = (client: Client, endpoint: string): Promise<ProcessEnding> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, client, endpoint], {
      stdio: ["ignore", "pipe", "pipe"]
    })
    const texts = { stdout: "", stderr: "" }
    child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (texts.stderr += text))
    let isGivenUp = false
    const timer = setTimeout(() => {
      isGivenUp = true
      child.kill("SIGKILL")
    }, trialMsMax)
    child.once("error", reject)
    child.once("close", (code) => {
      clearTimeout(timer)
      if (isGivenUp) return resolve({ ending: `still waiting after ${trialMsMax / 1000} s` })
      if (code !== 0) return reject(new Error(`${client} ended with ${code}:\n${texts.stderr}`))
      const ending: ProcessEnding = JSON.parse(texts.stdout)
      resolve(ending)
    })
  })

const introduction = `# Head to head

Both JavaScript clients add ten tasks to a service on loopback that fails once, in one of nine ways, and then works.
\`@azure/batch\` 10.2.0 is the official client; both run with their defaults. This page is written by
\`node test/conformance/headToHead/run.ts --write\`; \`npm run test:conformance\` holds every column but the seconds
against a run of its own.

- _calls_: requests that reached the service, reading back included.
- _signed anew_: whether each repeated request had its own date, request id and so signature; the service refuses a
  date that is more than 15 minutes off.
`

const closing =
  `After a connection that broke and after a reply that was cut, Batchwave lists the tasks before it sends anything
again, which is the extra call of the one row and the reason why nothing is sent twice in the other. What it then finds
under its ids is compared with what it sent. The minute in the row without an answer is the default time of an attempt,
\`attemptTimeoutMs\`.
`

/** The page with the table. */
export const page = (trials: ReadonlyArray<Trial>): string =>
  [
    introduction,
    "| the service, once | `@azure/batch`: calls | outcome | seconds | signed anew | Batchwave: calls | outcome | seconds | signed anew |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...situations.map(({ id, title }) =>
      `| ${
        [
          title,
          ...cells(trialOf(trials, "official", id)),
          ...cells(trialOf(trials, "batchwave", id))
        ]
          .join(" | ")
      } |`
    ),
    "",
    closing
  ].join("\n")

/** The columns of a page that must be the same in every run: all but the seconds, without padding. */
export const lastingPart = (text: string): ReadonlyArray<ReadonlyArray<string>> =>
  text.split("\n").filter((line) => line.startsWith("|")).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim()).filter((_, index) =>
      index !== 3 && index !== 7
    ).map((cell) => cell.replace(/^-+$/, "-"))
  )

/** What one client did in one situation. */
export const trialOf = (
  trials: ReadonlyArray<Trial>,
  client: Client,
  situation: string
): Trial => {
  const found = trials.find((trial) => trial.client === client && trial.situation === situation)
  if (found === undefined) throw new Error(`there is no trial of ${client} in ${situation}`)
  return found
}

const cells = ({ calls, elapsedMs, isSignedAnew, outcome }: Trial): ReadonlyArray<string> => [
  String(calls),
  outcome.replace(/^fails: (.*)$/, "**fails**: `$1`"),
  elapsedMs === undefined ? "–" : (elapsedMs / 1000).toFixed(1),
  isSignedAnew === undefined ? "–" : isSignedAnew ? "yes" : "**no**"
]
