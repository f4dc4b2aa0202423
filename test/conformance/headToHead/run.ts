/**
 * Runs the comparison and prints its page, or writes it to `docs/head-to-head.md` with `--write`.
 */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as HeadToHead from "./HeadToHead.ts"

const text = HeadToHead.page(await HeadToHead.run())
if (process.argv.includes("--write")) {
  const path = fileURLToPath(new URL("../../../docs/head-to-head.md", import.meta.url))
  writeFileSync(path, text)
  console.log(`written: ${path}; run \`npm run format\` to align its table`)
} else console.log(text)
