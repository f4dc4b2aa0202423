/**
 * A short text that changes when what would run changes.
 *
 * F1 The order of object keys does not matter; the order of nodes and of every list does.
 * F2 Names, commands, inputs, files, outputs, environment, slots, run time limits, dependencies,
 *    trigger rules, being a finalizer and being cached count. The workflow's own name, groups, estimates,
 *    priorities, pools, mutexes and policies do not.
 * F3 It tells apart accidents, not attacks: the hash is 128 bits wide and not cryptographic.
 *
 * @source bryc, cyrb128 (public domain)
 */
import type { Workflow, WorkflowNode } from "./Workflow.ts"

/**
 * Fingerprints a workflow: 32 lower-case hexadecimal digits. `O(size of the workflow)`.
 *
 * @category queries
 */
export const ofWorkflow = (workflow: Workflow): string => {
  const lanes = start()
  absorbText(lanes, "workflow 1")
  absorbNumber(lanes, workflow.nodes.length)
  for (const node of workflow.nodes) absorb(lanes, decisive(node))
  return finish(lanes)
}

/**
 * Fingerprints one node as `ofWorkflow` does.
 *
 * @category queries
 */
export const ofNode = (node: WorkflowNode): string => {
  const lanes = start()
  absorbText(lanes, "node 1")
  absorb(lanes, decisive(node))
  return finish(lanes)
}

const decisive = (node: WorkflowNode): ReadonlyArray<unknown> => [
  node.name,
  node.after,
  node.command,
  node.inputs,
  node.files,
  node.outputs,
  node.environment,
  node.slots,
  node.runTimeMsMax,
  // Named, and only where they are there, so that older workflows keep their fingerprint.
  ...(node.when === undefined ? [] : [{ when: node.when }]),
  ...(node.finalizer === true ? [{ finalizer: true }] : []),
  ...(node.cache === undefined ? [] : [{ cache: true }])
]

type Lanes = Uint32Array

const start = (): Lanes =>
  Uint32Array.of(1_779_033_703, 3_144_134_277, 1_013_904_242, 2_773_480_762)

/**
 * Absorbs a JSON value depth first with an own stack. Each value begins with a mark of its kind and
 * its length, so that different values never give the same stream.
 */
const absorb = (lanes: Lanes, root: unknown): void => {
  const stack: Array<unknown> = [root]
  while (stack.length > 0) {
    const value = stack.pop()
    if (typeof value === "string") absorbText(lanes, value)
    else if (typeof value === "number") absorbNumber(lanes, value)
    else if (Array.isArray(value)) {
      absorbUnit(lanes, mark.list)
      absorbUnit(lanes, value.length)
      for (let index = value.length - 1; index >= 0; index--) stack.push(value[index])
    } else if (typeof value === "object" && value !== null) pushEntries(lanes, stack, value)
    else absorbUnit(lanes, value === true ? mark.yes : value === false ? mark.no : mark.nothing)
  }
}

const pushEntries = (lanes: Lanes, stack: Array<unknown>, value: object): void => {
  const entries = Object.entries(value)
    .filter((entry) => entry[1] !== undefined)
    .toSorted((left, right) => left[0] < right[0] ? 1 : -1)
  absorbUnit(lanes, mark.record)
  absorbUnit(lanes, entries.length)
  for (const [key, item] of entries) stack.push(item, key)
}

const mark = { list: 1, record: 2, text: 3, number: 4, yes: 5, no: 6, nothing: 7 } as const

const absorbNumber = (lanes: Lanes, value: number): void => {
  absorbUnit(lanes, mark.number)
  const text = JSON.stringify(value)
  absorbUnit(lanes, text.length)
  absorbUnits(lanes, text)
}

const absorbText = (lanes: Lanes, text: string): void => {
  absorbUnit(lanes, mark.text)
  absorbUnit(lanes, text.length)
  absorbUnits(lanes, text)
}

const absorbUnits = (lanes: Lanes, text: string): void => {
  let a = lanes[0]!
  let b = lanes[1]!
  let c = lanes[2]!
  let d = lanes[3]!
  for (let position = 0; position < text.length; position++) {
    const unit = text.charCodeAt(position)
    a = b ^ Math.imul(a ^ unit, 597_399_067)
    b = c ^ Math.imul(b ^ unit, 2_869_860_233)
    c = d ^ Math.imul(c ^ unit, 951_274_213)
    d = a ^ Math.imul(d ^ unit, 2_716_044_179)
  }
  lanes[0] = a
  lanes[1] = b
  lanes[2] = c
  lanes[3] = d
}

const absorbUnit = (lanes: Lanes, unit: number): void => {
  const a = lanes[1]! ^ Math.imul(lanes[0]! ^ unit, 597_399_067)
  const b = lanes[2]! ^ Math.imul(lanes[1]! ^ unit, 2_869_860_233)
  const c = lanes[3]! ^ Math.imul(lanes[2]! ^ unit, 951_274_213)
  lanes[3] = a ^ Math.imul(lanes[3]! ^ unit, 2_716_044_179)
  lanes[0] = a
  lanes[1] = b
  lanes[2] = c
}

const finish = (lanes: Lanes): string => {
  let a = Math.imul(lanes[2]! ^ (lanes[0]! >>> 18), 597_399_067)
  let b = Math.imul(lanes[3]! ^ (lanes[1]! >>> 22), 2_869_860_233)
  let c = Math.imul(a ^ (lanes[2]! >>> 17), 951_274_213)
  let d = Math.imul(b ^ (lanes[3]! >>> 19), 2_716_044_179)
  a ^= b ^ c ^ d
  b ^= a
  c ^= a
  d ^= a
  return [a, b, c, d].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("")
}
