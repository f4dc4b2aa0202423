/**
 * From a module to the arms in it: its default export and its named ones, each an arm or a policy. The
 * default export may also be a list of arms. Named exports come in the order of the alphabet, as modules
 * have them.
 */
import * as Arm from "@batchwave/lab/Arm"
import { existsSync } from "node:fs"
import { basename, extname, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { cleanLine } from "../screen/CleanText.ts"

/**
 * The arms of a file, or what is wrong with it, one sentence each.
 *
 * @category models
 */
export interface Loaded {
  readonly arms: ReadonlyArray<Arm.Arm>
  readonly problems: ReadonlyArray<string>
}

/** Stands for the pipeline with its own policies. */
export const pipelineArm = "pipeline"

/**
 * Loads the arms of one `--arm`, and never rejects. A policy becomes an arm with the name of its export, or
 * of the file when it is the default export.
 *
 * @category operations
 */
export const load = (file: string): Promise<Loaded> => {
  if (file === pipelineArm) {
    return Promise.resolve({ arms: [Arm.make(pipelineArm)], problems: [] })
  }
  const path = resolve(file)
  if (!existsSync(path)) {
    return Promise.resolve(
      broken(`the arm file ${file} does not exist (looked for ${path}); check the path`)
    )
  }
  return import(pathToFileURL(path).href).then(
    (loaded: unknown) => armsOf(file, loaded),
    (cause: unknown) => {
      const why = cleanLine(cause instanceof Error ? cause.message : String(cause))
      return broken(`the arm file ${file} could not be loaded: ${why}`)
    }
  )
}

const broken = (problem: string): Loaded => ({ arms: [], problems: [problem] })

const armsOf = (file: string, loaded: unknown): Loaded => {
  const arms: Array<Arm.Arm> = []
  const wrong: Array<string> = []
  for (const [name, value] of Object.entries(loaded ?? {})) {
    const own = name === "default" ? basename(file, extname(file)) : name
    if (name === "default" && Array.isArray(value) && value.every(Arm.isArm)) arms.push(...value)
    else if (Arm.isPolicy(value)) arms.push(Arm.make(own, { policy: value }))
    else if (Arm.isArm(value)) arms.push(value)
    else wrong.push(`"${name}"${oddityOf(value)}`)
  }
  const advice = "export policies, or arms such as `{ name: \"patient\", policy: Policy.retry(…) }`"
  if (wrong.length > 0) {
    return {
      arms,
      problems: [`the arm file ${file} exports ${wrong.join(", ")}, which is no arm; ${advice}`]
    }
  }
  return arms.length > 0
    ? { arms, problems: arms.flatMap((arm) => policyProblemsOf(file, arm)) }
    : { arms, problems: [`the arm file ${file} exports nothing; ${advice}`] }
}

/** What keeps an object with a name, or the first such object of a list, from being an arm. */
const oddityOf = (value: unknown): string => {
  const odd: unknown = [value].flat().find((each) => !Arm.isArm(each))
  if (typeof odd !== "object" || odd === null || !("name" in odd)) return ""
  const unknown = Arm.unknownOf(odd)
  // Something else altogether, such as a pipeline, has many.
  if (unknown.length > 2) return ""
  const why = unknown[0]?.replace(/\.$/, "") ?? "its policy is none"
  return ` (of "${String(odd.name)}": ${why})`
}

const policyProblemsOf = (file: string, { name, policy }: Arm.Arm): ReadonlyArray<string> =>
  (policy?.problems ?? []).map((problem) => `the policy of arm "${name}" in ${file}: ${problem}`)
