/**
 * What has a published JSON Schema, by name; without the schemas, so that help need not load them.
 */

/**
 * The names.
 *
 * @category constants
 */
export const schemaNames = ["events", "run", "status", "report"] as const

/**
 * One of them.
 *
 * @category models
 */
export type SchemaName = typeof schemaNames[number]
