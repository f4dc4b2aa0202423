/**
 * Writes the JSON Schemas of what the command prints for programs, which are below `docs/schemas`.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as PublishedSchemas from "../packages/batchwave/src/schema/PublishedSchemas.ts"

const target = fileURLToPath(new URL("../docs/schemas", import.meta.url))

mkdirSync(target, { recursive: true })
for (const [name, text] of PublishedSchemas.files()) writeFileSync(join(target, name), text)
