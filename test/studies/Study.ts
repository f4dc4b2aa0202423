/**
 * The studies of examples/lab and the figures that their page gives: tables between two comments, as the
 * command prints them. What is compared is what they say, not how wide their columns are.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** One study: what `batchwave` is called with, once or for each recorded workflow. */
export interface Study {
  readonly name: string
  /** Without `--format`. `trace` is the path of a recorded workflow. */
  readonly argumentsOf: (trace: string) => ReadonlyArray<string>
  readonly isForTraces: boolean
  /** The tables that the page gives, by the beginning of their titles. */
  readonly tables: ReadonlyArray<string>
}

const examples = fileURLToPath(new URL("../../examples/lab/", import.meta.url))
const page = join(examples, "README.md")

/** A study that is an experiment of its own, in the file of its name. */
export const alone = (name: string): Study => ({
  name,
  argumentsOf: () => ["lab", join(examples, `${name}.ts`)],
  isForTraces: false,
  tables: ["Verdicts against", "Means over trials"]
})

/** In the order of the page. */
export const all: ReadonlyArray<Study> = [
  alone("throttling"),
  {
    name: "sweep",
    argumentsOf: () => ["lab", "search", join(examples, "sweep.ts")],
    isForTraces: false,
    tables: ["Verdicts against", "Means over trials"]
  },
  alone("memory"),
  alone("preemption"),
  alone("outage"),
  alone("polling"),
  {
    name: "modes",
    argumentsOf: (trace) =>
      ["lab", trace, "--arm", join(examples, "modes.ts"), "--scenario", "steady"]
        .concat("--trials", "40", "--measure", "makespan", "--measure", "requests"),
    isForTraces: true,
    tables: ["Verdicts against"]
  }
]

/** Where recorded workflows are, unless `BATCHWAVE_TRACES` says otherwise. */
const traces = process.env["BATCHWAVE_TRACES"]
  ?? fileURLToPath(new URL("../../../shared/wfinstances", import.meta.url))

/** What each run of a study is called with, and the title of its tables; none where there are no traces. */
export const runsOf = (
  study: Study
): ReadonlyArray<{ readonly title: string; readonly arguments: ReadonlyArray<string> }> => {
  const markdown = (
    trace: string
  ) => [...study.argumentsOf(trace), "--format", "markdown", "--quiet"]
  if (!study.isForTraces) return [{ title: "", arguments: markdown("") }]
  return tracesIn(traces).map((name) => ({ title: name, arguments: markdown(join(traces, name)) }))
}

/** Why a study has no runs. */
export const reasonOf = ({ name }: Study): string =>
  `${name}: ${traces} has no recorded workflows; name a directory of WfFormat files by BATCHWAVE_TRACES`

const tracesIn = (directory: string): ReadonlyArray<string> => {
  try {
    return readdirSync(directory).filter((name) => name.endsWith(".json")).toSorted()
  } catch {
    return []
  }
}

/** The figures of one run, from the report that it printed as Markdown. */
export const figuresOf = (
  { tables }: Study,
  { report, title }: { readonly report: string; readonly title: string }
): string =>
  report.split(/^## /m).slice(1).flatMap((section) => {
    const [head = "", ...lines] = section.split("\n")
    if (!tables.some((begin) => head.startsWith(begin))) return []
    const rows = lines.filter((line) => line.startsWith("|"))
    return [`${title === "" ? "" : `${title}: `}${head}\n\n${rows.join("\n")}`]
  }).join("\n\n")

const begin = (name: string): string => `<!-- figures: ${name} -->`
const end = "<!-- end -->"

/** The figures of a study on the page. Throws when it has none. */
export const onPage = (name: string): string => {
  const text = readFileSync(page, "utf8")
  const { from, until } = placeOf(text, name)
  return text.slice(from, until).trim()
}

const placeOf = (text: string, name: string) => {
  const at = text.indexOf(begin(name))
  const from = at + begin(name).length
  const until = text.indexOf(end, from)
  if (at < 0 || until < 0) {
    throw new Error(`${page} has no "${begin(name)}" with "${end}" after it`)
  }
  return { from, until }
}

/** Puts figures in the place of those on the page. */
export const replace = (name: string, figures: string): void => {
  const text = readFileSync(page, "utf8")
  const { from, until } = placeOf(text, name)
  writeFileSync(page, `${text.slice(0, from)}\n\n${figures}\n\n${text.slice(until)}`)
}

/** What tables say: cells without the room around them, and without the rules below heads. */
export const cellsOf = (figures: string): ReadonlyArray<string> =>
  figures.split("\n").flatMap((line) => {
    const cells = line.split("|").map((cell) => cell.trim()).join("|")
    return cells === "" || /^[|:-]+$/.test(cells) ? [] : [cells]
  })
