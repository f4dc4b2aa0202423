/**
 * The yardstick of the decoders: every member of a page of tasks checked by hand.
 */

/** Throws unless a parsed page holds tasks with members of the right types; returns how many. */
export const checkPage = (page: unknown): number => {
  if (!isRecord(page) || !Array.isArray(page["value"])) throw new Error("not a page")
  for (const task of page["value"]) checkTask(task)
  return page["value"].length
}

const checkTask = (task: unknown): void => {
  if (!isRecord(task)) throw new Error("not a task")
  optionalText(task["id"])
  optionalText(task["eTag"])
  optionalText(task["creationTime"])
  optionalText(task["lastModified"])
  optionalText(task["state"])
  optionalText(task["stateTransitionTime"])
  optionalText(task["previousState"])
  optionalText(task["previousStateTransitionTime"])
  optionalText(task["commandLine"])
  optionalNumber(task["requiredSlots"])
  const constraints = optionalRecord(task["constraints"])
  optionalText(constraints?.["maxWallClockTime"])
  optionalNumber(constraints?.["maxTaskRetryCount"])
  const execution = optionalRecord(task["executionInfo"])
  optionalText(execution?.["startTime"])
  optionalText(execution?.["endTime"])
  optionalNumber(execution?.["exitCode"])
  optionalText(execution?.["result"])
  optionalNumber(execution?.["retryCount"])
  optionalNumber(execution?.["requeueCount"])
  const node = optionalRecord(task["nodeInfo"])
  optionalText(node?.["poolId"])
  optionalText(node?.["nodeId"])
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const optionalText = (value: unknown): void => {
  if (value !== undefined && typeof value !== "string") throw new Error("not a text")
}

const optionalNumber = (value: unknown): void => {
  if (value !== undefined && typeof value !== "number") throw new Error("not a number")
}

const optionalRecord = (value: unknown): Readonly<Record<string, unknown>> | undefined => {
  if (value === undefined) return undefined
  if (!isRecord(value)) throw new Error("not a record")
  return value
}
