/** The switches as docs/fidelity.md shows them. */
import * as Switches from "@batchwave/emulator/Switches"

/** The rows of the table: name, default, other values, what it is about, whether it is a guess. */
export const rows = (): ReadonlyArray<ReadonlyArray<string>> => [
  ["switch", "default", "or", "about", "a guess"],
  ...Object.entries(Switches.table).map(([name, each]: [string, Switches.Switch]) => [
    `\`${name}\``,
    `\`${String(Switches.defaultOf(each))}\``,
    othersOf(each),
    each.about,
    Switches.guesses.has(name) ? "yes" : ""
  ])
]

const othersOf = (each: Switches.Switch): string => {
  switch (each._tag) {
    case "Number":
      return `${each.least} to ${each.most}`
    case "Choice":
      return each.choices.slice(1).map((word) => `\`${word}\``).join(", ")
    case "Flag":
      return `\`${String(!each.default)}\``
    default:
      return each satisfies never
  }
}

/** The cells of a table between two marks of a page, whatever the width of its columns. */
export const cellsOf = (page: string): ReadonlyArray<ReadonlyArray<string>> => {
  const text = page.split("<!-- switches -->")[1]?.split("<!-- /switches -->")[0] ?? ""
  return text.split("\n").filter((line) => line.startsWith("|") && !/^[|\s-]+$/.test(line))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))
}
