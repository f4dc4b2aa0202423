/**
 * Pieces of a report page that stands alone: no scripts, nothing remote, and a content security policy
 * that allows its own style sheet only. Light or dark as the reader's system is.
 */
import type { Table } from "./LabText.ts"
import { escaped } from "./SvgDrawing.ts"

/**
 * A page; `body` is HTML that was made here.
 *
 * @category rendering
 */
export const pageOf = (title: string, body: ReadonlyArray<string>): string =>
  [
    "<!doctype html>",
    "<html lang=\"en\"><head><meta charset=\"utf-8\">",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
    `<title>${escaped(title)}</title><style>${style}</style></head><body><main>`,
    `<h1>${escaped(title)}</h1>`,
    ...body,
    "</main></body></html>",
    ""
  ].join("\n")

/**
 * A chart with words; `lead` may hold marks, it is made here.
 *
 * @category rendering
 */
export const section = (title: string, lead: string, chart: string): string =>
  `<h2>${escaped(title)}</h2><p class="lead">${lead}</p><figure>${chart}</figure>`

/**
 * A list of sentences, which are escaped.
 *
 * @category rendering
 */
export const listOf = (lines: ReadonlyArray<string>): string =>
  `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join("")}</ul>`

/**
 * A table, its cells escaped.
 *
 * @category rendering
 */
export const tableOf = ({ head, rows, title, words = [] }: Table): string => {
  const rowOf = (cells: ReadonlyArray<string>, tag: "td" | "th"): string =>
    `<tr>${
      cells.map((cell, column) =>
        `<${tag}${words.includes(column) ? " class=\"words\"" : ""}>${escaped(cell)}</${tag}>`
      ).join("")
    }</tr>`
  return `<h2>${escaped(title)}</h2><table><thead>${rowOf(head, "th")}</thead><tbody>${
    rows.map((row) => rowOf(row, "td")).join("")
  }</tbody></table>`
}

const tones: ReadonlyArray<readonly [name: string, light: string, dark: string]> = [
  ["arm-0", "#4269a5", "#7ea6e6"],
  ["arm-1", "#c05f16", "#f0995a"],
  ["arm-2", "#3a7d44", "#7cc487"],
  ["arm-3", "#8a4fa0", "#c893dc"],
  ["arm-4", "#a33a55", "#e58aa2"],
  ["arm-5", "#65651d", "#bdbd62"],
  ["better", "#3a7d44", "#7cc487"],
  ["worse", "#b3372f", "#ef8a82"],
  ["unsure", "#6b7280", "#a3acb9"],
  ["succeeded", "#5b87c5", "#6f9ad8"],
  ["failed", "#b3372f", "#ef8a82"],
  ["killed", "#d39b1d", "#e6bb55"]
]

const tonesOf = (place: 1 | 2): string =>
  tones.map((tone) => `.${tone[0]}{fill:${tone[place]};--tone:${tone[place]}}`).join("")

const style = [
  ":root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--rule:#d8dde4;--ground:#fff}",
  "body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}",
  "main{max-width:900px;margin:0 auto;padding:24px}h1{font-size:24px}h2{font-size:18px;margin-top:32px}",
  "ul{padding-left:20px}.lead{color:var(--soft);margin:4px 0}figure{margin:8px 0;overflow-x:auto}",
  "table{border-collapse:collapse;display:block;overflow-x:auto;font-variant-numeric:tabular-nums}",
  "td,th{padding:4px 12px 4px 0;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}",
  "td:first-child,th:first-child{text-align:left}",
  ".words{text-align:left;white-space:normal;min-width:14em;overflow-wrap:anywhere}",
  // Below this width a chart is scrolled and not made smaller, or its words could not be read.
  "svg{max-width:100%;min-width:640px;height:auto;font:12px system-ui,sans-serif;fill:var(--ink)}",
  ".grid{stroke:var(--rule)}.zero{stroke:var(--ink);stroke-dasharray:4 3}.box{stroke:var(--ink);stroke-width:2}",
  ".tick{fill:var(--soft)}.hollow{fill-opacity:.25}.plain{fill:var(--soft);font-size:10px}",
  ".line{fill:none;stroke:var(--soft);stroke-opacity:.45}.line.bold{stroke:var(--ink);stroke-width:2;stroke-opacity:1}",
  ".stroke{stroke:var(--tone);stroke-width:2}",
  ".verdict{border-left:4px solid var(--tone);padding:4px 12px;margin:8px 0}",
  "details{margin:8px 0;border-bottom:1px solid var(--rule)}summary{cursor:pointer;padding:6px 0}",
  ".key{border-left:12px solid var(--tone);padding-left:4px;margin-right:8px;white-space:nowrap}",
  ".key.hollow{border-left-color:color-mix(in srgb,var(--tone) 30%,transparent)}",
  tonesOf(1),
  `@media (prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#a3acb9;--rule:#3a4250;--ground:#151a21}${
    tonesOf(2)
  }}`
].join("")
