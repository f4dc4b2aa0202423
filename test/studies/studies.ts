/**
 * Runs the studies of examples/lab again and holds their page against what they say.
 *
 * Usage: `npm run test:studies`, with names such as `memory polling` for those alone; `--write` puts the
 * new figures on the page, which then wants `npm run format`. Exit code 1 when any differ.
 */
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { parseArgs, promisify } from "node:util"
import * as Study from "./Study.ts"

const bin = fileURLToPath(new URL("../../packages/batchwave/src/bin.ts", import.meta.url))
const execute = promisify(execFile)

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { write: { type: "boolean", default: false } }
})
const known = Study.all.map(({ name }) => name)
const unknown = positionals.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  throw new Error(`there is no study ${unknown.join(", ")}; there are ${known.join(", ")}`)
}

let differing = 0
for (const study of Study.all) {
  if (positionals.length > 0 && !positionals.includes(study.name)) continue
  const runs = Study.runsOf(study)
  if (runs.length === 0) {
    console.log(Study.reasonOf(study))
    continue
  }
  const figures: Array<string> = []
  for (const { arguments: options, title } of runs) {
    const { stdout } = await execute(process.execPath, [bin, ...options], { maxBuffer: 1 << 26 })
    figures.push(Study.figuresOf(study, { report: stdout, title }))
  }
  const found = figures.join("\n\n")
  const [told, said] = [Study.cellsOf(Study.onPage(study.name)), Study.cellsOf(found)]
  const wrong = said.filter((line) => !told.includes(line))
  const isSame = wrong.length === 0 && told.length === said.length
  console.log(`${study.name}: ${isSame ? "as the page says" : "the page says otherwise"}`)
  if (values.write) Study.replace(study.name, found)
  else if (!isSame) {
    differing++
    for (const line of wrong) console.log(`  ${line}`)
  }
}
process.exitCode = differing === 0 ? 0 : 1
