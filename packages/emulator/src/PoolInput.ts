/**
 * A pool as a client sends it, turned into what the model takes and what only the wire keeps.
 *
 * @internal
 */
import type { PoolSpec } from "@batchwave/sim/Pool"
import type { PoolResize } from "@batchwave/sim/PoolOperations"
import * as Decode from "@batchwave/wire/Decode"
import * as Iso8601Duration from "@batchwave/wire/Iso8601Duration"
import * as Limits from "@batchwave/wire/Limits"
import * as OpenEnum from "@batchwave/wire/OpenEnum"
import { PoolAddParameter } from "@batchwave/wire/Pool"
import { PoolResizeParameter } from "@batchwave/wire/PoolResize"
import { computeNodeDeallocationOptions } from "@batchwave/wire/PoolState"
import { nodeFillTypes } from "@batchwave/wire/TaskSchedulingPolicy"
import * as Result from "effect/Result"
import * as Problem from "./Problem.ts"
import type { PoolMembers } from "./State.ts"

/** A pool that may be offered to the account. */
export interface PoolInput {
  readonly spec: PoolSpec
  readonly members: PoolMembers
}

/** A change of size that may be offered to a pool. */
export interface PoolResizeInput {
  readonly change: PoolResize
  readonly resizeTimeout: string
}

/** The members processes on this machine cannot honour. */
const unsupportedMembers = [
  "startTask",
  "autoScaleFormula",
  "autoScaleEvaluationInterval",
  "certificateReferences",
  "applicationPackageReferences",
  "mountConfiguration"
] as const

/** Reads the body of an add. */
export const read = (input: unknown): PoolInput | Problem.Problem => {
  const decoded = Decode.decodePoolAddParameter(input)
  if (Result.isFailure(decoded)) return Problem.ofDecode(decoded.failure, input)
  const { id, userAccounts: _userAccounts, ...members } = decoded.success
  const problem = check(decoded.success)
  if (problem !== undefined) return problem
  const { targetDedicatedNodes, targetLowPriorityNodes, taskSlotsPerNode } = members
  const fillType = members.taskSchedulingPolicy?.nodeFillType ?? "spread"
  return {
    spec: {
      id,
      slotsPerNode: taskSlotsPerNode ?? 1,
      isInterNode: members.enableInterNodeCommunication ?? false,
      targetDedicatedNodes: targetDedicatedNodes ?? 0,
      targetLowPriorityNodes: targetLowPriorityNodes ?? 0,
      ...(OpenEnum.isKnown(nodeFillTypes, fillType) ? { fillType } : {})
    },
    members
  }
}

/** Reads the body of a resize. */
export const readResize = (input: unknown): PoolResizeInput | Problem.Problem => {
  const decoded = Decode.decodePoolResizeParameter(input)
  if (Result.isFailure(decoded)) return Problem.ofDecode(decoded.failure, input)
  const resize = decoded.success
  const problem = Problem.ofValues(PoolResizeParameter, resize, "") ??
    checkTimeout(resize.resizeTimeout)
  if (problem !== undefined) return problem
  const { nodeDeallocationOption = "requeue", targetDedicatedNodes, targetLowPriorityNodes } =
    resize
  if (targetDedicatedNodes === undefined && targetLowPriorityNodes === undefined) {
    return Problem.ofProperty(
      "MissingRequiredProperty",
      "targetDedicatedNodes",
      "A resize needs a target for dedicated nodes, low-priority nodes or both"
    )
  }
  return {
    change: {
      ...(targetDedicatedNodes === undefined ? {} : { targetDedicatedNodes }),
      ...(targetLowPriorityNodes === undefined ? {} : { targetLowPriorityNodes }),
      ...(OpenEnum.isKnown(computeNodeDeallocationOptions, nodeDeallocationOption)
        ? { deallocation: nodeDeallocationOption }
        : {})
    },
    resizeTimeout: resize.resizeTimeout ?? Limits.resizeTimeoutDefault
  }
}

const check = (pool: PoolAddParameter): Problem.Problem | undefined => {
  for (const name of unsupportedMembers) {
    const value = pool[name]
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue
    return unsupported(name)
  }
  if (pool.enableAutoScale === true) return unsupported("enableAutoScale")
  const { cloudServiceConfiguration: cloud, virtualMachineConfiguration: machine } = pool
  if (machine === undefined && cloud === undefined) {
    return Problem.ofProperty(
      "MissingRequiredProperty",
      "virtualMachineConfiguration",
      "A pool needs a configuration of its machines"
    )
  }
  if (machine !== undefined && cloud !== undefined) {
    return Problem.ofProperty(
      "InvalidPropertyValue",
      "cloudServiceConfiguration",
      "A pool has either this or virtualMachineConfiguration"
    )
  }
  if (machine?.containerConfiguration !== undefined) {
    return unsupported("virtualMachineConfiguration.containerConfiguration")
  }
  return Problem.ofValues(PoolAddParameter, pool, "") ?? checkTimeout(pool.resizeTimeout)
}

const checkTimeout = (resizeTimeout: string | undefined): Problem.Problem | undefined => {
  const timeoutMs = resizeTimeout === undefined
    ? undefined
    : Iso8601Duration.durationToMs(resizeTimeout)
  return timeoutMs === undefined || timeoutMs >= Limits.resizeTimeoutMsMin
    ? undefined
    : Problem.ofProperty("InvalidPropertyValue", "resizeTimeout", "It must be at least PT5M")
}

const unsupported = (name: string): Problem.Problem =>
  Problem.ofProperty(
    "UnsupportedProperty",
    name,
    "The nodes of the emulator are directories of this machine and do not support it"
  )
