/**
 * Tells whether a task found in the service is the one that was meant, when its id was taken.
 *
 * A task that carries the environment setting `BATCHWAVE_FINGERPRINT` is compared by its value alone.
 * Any other task is compared field by field: everything that was sent must be there, and what the
 * service adds (defaults, states, times) does not matter; what it never adds, such as files, parents or
 * environment settings, must not be there unless it was sent. Spellings the service changes do not count:
 * the case of ids and enumerations, the form of durations, empty lists, and the queries of URLs,
 * which hold signatures that differ from one sending to the next. Passwords are not compared.
 */
import { durationToMs } from "@batchwave/wire/Iso8601Duration"
import type { CloudTask, TaskAddParameter } from "@batchwave/wire/Task"
import { isRecord } from "./internal/Json.ts"

/** The environment setting that carries a task's fingerprint. */
export const settingName = "BATCHWAVE_FINGERPRINT"

/** The fingerprint a task carries, if it carries one. */
export const fingerprintOf = (
  task: Pick<CloudTask, "environmentSettings">
): string | undefined =>
  task.environmentSettings?.find((setting) => setting.name === settingName)?.value

/** The top-level properties that must be read to compare with this task. */
export const selectOf = (sent: TaskAddParameter): ReadonlyArray<string> =>
  fingerprintOf(sent) === undefined
    ? Array.from(new Set([...Object.keys(sent), ...neverAdded]))
    : ["id", "environmentSettings"]

/** The paths of the fields that differ; empty when the task found is the one sent. */
export const differencesOf = (sent: TaskAddParameter, found: CloudTask): ReadonlyArray<string> => {
  const fingerprint = fingerprintOf(sent)
  if (fingerprint !== undefined) {
    return fingerprintOf(found) === fingerprint ? [] : [`environmentSettings.${settingName}`]
  }
  const extra = neverAdded.filter((name) => isEmpty(sent[name]) && !isEmpty(found[name]))
  return [...differencesOfFields(sent, found), ...extra]
}

/** Members of a task that have no default, so that only whoever added the task can have given them. */
const neverAdded = [
  "resourceFiles",
  "outputFiles",
  "environmentSettings",
  "dependsOn",
  "containerSettings",
  "multiInstanceSettings",
  "applicationPackageReferences"
] as const satisfies ReadonlyArray<keyof TaskAddParameter & keyof CloudTask>

/** The paths under which something sent is missing or different in what was found. */
export const differencesOfFields = (sent: object, found: object): ReadonlyArray<string> => {
  const differences: Array<string> = []
  compare(sent, found, "", "", differences)
  return differences
}

/** Members whose values are spelt in any case. */
const caseless = new Set([
  "id",
  "scope",
  "elevationLevel",
  "uploadCondition",
  "dependencyAction",
  "jobAction",
  "workingDirectory",
  "access",
  "onAllTasksComplete",
  "onTaskFailure"
])

/** Members the service does not give back. */
const unreadable = new Set(["password"])

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0)
  || (isRecord(value) && !Array.isArray(value) && Object.values(value).every(isEmpty))

const compare = (
  sent: unknown,
  found: unknown,
  name: string,
  path: string,
  differences: Array<string>
): void => {
  if (isEmpty(sent) || unreadable.has(name)) return
  if (Array.isArray(sent)) {
    if (!Array.isArray(found) || found.length !== sent.length) differences.push(path)
    else {sent.forEach((item, index) => {
        compare(item, found[index], name, `${path}[${index}]`, differences)
      })}
  } else if (isRecord(sent)) {
    if (!isRecord(found)) differences.push(path)
    else {
      for (const [key, value] of Object.entries(sent)) {
        compare(value, found[key], key, path === "" ? key : `${path}.${key}`, differences)
      }
    }
  } else if (!sameScalar(sent, found, name)) differences.push(path)
}

/** True when both texts are durations of the same length, whatever their form. */
const sameDuration = (left: string, right: string): boolean => {
  const leftMs = durationToMs(left)
  return leftMs !== undefined && leftMs === durationToMs(right)
}

const urlQuery = /^([a-z][a-z0-9+.-]*:\/\/[^?]*)\?.*$/is

const sameScalar = (sent: unknown, found: unknown, name: string): boolean => {
  if (sent === found) return true
  if (typeof sent !== "string" || typeof found !== "string") return false
  if (caseless.has(name) && sent.toLowerCase() === found.toLowerCase()) return true
  const plain = sent.replace(urlQuery, "$1")
  return (plain !== sent && plain === found.replace(urlQuery, "$1")) || sameDuration(sent, found)
}
