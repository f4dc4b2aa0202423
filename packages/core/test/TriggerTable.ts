/**
 * Trigger rules said a second time, the slow and plain way: as a function of how all parents ended,
 * and for parents that have not, by trying everything they can still do. Shares nothing with the
 * rules it checks but their names.
 */
import {
  type Condition,
  type NamedRule,
  namedRules,
  type ParentOutcome,
  parentOutcomes,
  type TriggerRule,
  type Verdict
} from "../src/TriggerRule.ts"

export type Known = ParentOutcome | "open"

const isLost = (outcome: ParentOutcome): boolean => outcome === "failed" || outcome === "blocked"

/** The answer when every parent has settled. */
const finalVerdict = (rule: TriggerRule, parents: ReadonlyMap<string, ParentOutcome>): Verdict => {
  const outcomes = [...parents.values()]
  if (typeof rule !== "string") return holds(rule, parents) ? "run" : "skipped"
  if (meets(rule, outcomes)) return "run"
  if (outcomes.some(isLost)) return "blocked"
  return outcomes.includes("cancelled") ? "cancelled" : "skipped"
}

const meets = (rule: NamedRule, outcomes: ReadonlyArray<ParentOutcome>): boolean => {
  const fine = outcomes.every((outcome) => outcome === "succeeded" || outcome === "skipped")
  switch (rule) {
    case "allSucceeded":
      return outcomes.every((outcome) => outcome === "succeeded")
    case "allDone":
    case "always":
      return true
    case "noneFailed":
      return fine
    case "noneFailedMinOneSucceeded":
      return fine && outcomes.includes("succeeded")
    case "oneSucceeded":
      return outcomes.includes("succeeded")
    case "oneFailed":
      return outcomes.some(isLost)
  }
}

const holds = (condition: Condition, parents: ReadonlyMap<string, ParentOutcome>): boolean => {
  switch (condition._tag) {
    case "Is":
      return condition.outcomes.some((outcome) => parents.get(condition.node) === outcome)
    case "Not":
      return !holds(condition.of, parents)
    case "All":
      return condition.of.every((part) => holds(part, parents))
    case "Any":
      return condition.of.some((part) => holds(part, parents))
  }
}

/** Every way in which the parents can end, from what is known. */
const completions = (
  parents: ReadonlyArray<readonly [string, Known]>
): ReadonlyArray<ReadonlyMap<string, ParentOutcome>> =>
  parents.reduce<ReadonlyArray<ReadonlyMap<string, ParentOutcome>>>(
    (found, [name, known]) =>
      found.flatMap((map) =>
        (known === "open" ? parentOutcomes : [known]).map((outcome) =>
          new Map([...map, [name, outcome]])
        )
      ),
    [new Map()]
  )

/** What the rule must answer: what all completions agree on, else to wait. */
export const expected = (
  rule: TriggerRule,
  parents: ReadonlyArray<readonly [string, Known]>
): Verdict => {
  if (rule === "allDone" && parents.some(([, known]) => known === "open")) return "wait"
  const [first, ...others] = new Set(completions(parents).map((full) => finalVerdict(rule, full)))
  return first !== undefined && others.length === 0 ? first : "wait"
}

const multisets = (size: number): ReadonlyArray<ReadonlyArray<Known>> => {
  const all: ReadonlyArray<Known> = [...parentOutcomes, "open"]
  const extend = (rest: number, from: number): ReadonlyArray<ReadonlyArray<Known>> =>
    rest === 0 ?
      [[]] :
      all.flatMap((known, at) =>
        at < from ? [] : extend(rest - 1, at).map((more) => [known].concat(more))
      )
  return extend(size, 0)
}

/** The table of `docs/trigger-rules.md`: a row for each way that up to two parents can stand. */
export const markdown = (
  decide: (rule: NamedRule, known: ReadonlyArray<Known>) => Verdict
): string => {
  const rows = [0, 1, 2].flatMap(multisets).map((known) =>
    [known.length === 0 ? "no parents" : known.join(", ")]
      .concat(namedRules.map((rule) => decide(rule, known)))
  )
  const head = ["parents", ...namedRules.map((rule) => `\`${rule}\``)]
  const widths = head.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0))
  )
  const line = (cells: ReadonlyArray<string>) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n")
}
