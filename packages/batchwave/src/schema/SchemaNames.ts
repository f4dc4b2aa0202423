/**
 * What has a published JSON Schema, by name; without the schemas, so that help need not load them.
 */

/**
 * The names.
 *
 * @category constants
 */
export const schemaNames = [
  "events",
  "run",
  "status",
  "report",
  "runs",
  "explain",
  "steer",
  "retry",
  "compare",
  "plan",
  "plan-cache",
  "workflow",
  "export",
  "lab",
  "lab-grid",
  "lab-search",
  "lab-sensitivity",
  "config",
  "doctor",
  "gc",
  "gc-cache",
  "emulate"
] as const

/**
 * One of them.
 *
 * @category models
 */
export type SchemaName = typeof schemaNames[number]
