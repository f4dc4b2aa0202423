// Draws the bar chart of mean delay by hour: chart.mjs SUMMARY writes report.html, self-contained.
import { readFileSync, writeFileSync } from "node:fs"

const { byHour, flights, meanDelayMinutes } = JSON.parse(readFileSync(process.argv[2], "utf8"))

const width = 860
const height = 420
const margin = { top: 20, right: 20, bottom: 56, left: 56 }
const inner = {
  width: width - margin.left - margin.right,
  height: height - margin.top - margin.bottom
}
const step = 10
const highest = Math.max(...byHour.map((row) => row.meanDelayMinutes))
const lowest = Math.min(0, ...byHour.map((row) => row.meanDelayMinutes))
const top = Math.ceil(highest / step) * step
const bottom = Math.floor(lowest / step) * step
const y = (minutes) => margin.top + (inner.height * (top - minutes)) / (top - bottom)
const slot = inner.width / byHour.length

const grid = []
for (let minutes = bottom; minutes <= top; minutes += step) {
  const at = y(minutes).toFixed(1)
  grid.push(
    `<line class="${minutes === 0 ? "zero" : "grid"}" x1="${margin.left}" x2="${
      width - margin.right
    }" y1="${at}" y2="${at}"/><text x="${
      margin.left - 8
    }" y="${at}" dy="4" text-anchor="end">${minutes}</text>`
  )
}
const bars = byHour.map(({ flights, hour, meanDelayMinutes }, index) => {
  const x = margin.left + index * slot
  const from = Math.min(y(0), y(meanDelayMinutes))
  const size = Math.max(1, Math.abs(y(0) - y(meanDelayMinutes)))
  return `<g><title>${hour}:00 to ${hour}:59: ${
    meanDelayMinutes.toFixed(2)
  } minutes over ${flights} flights</title>
<rect x="${(x + 3).toFixed(1)}" y="${from.toFixed(1)}" width="${(slot - 6).toFixed(1)}" height="${
    size.toFixed(1)
  }"/><text x="${(x + slot / 2).toFixed(1)}" y="${
    height - margin.bottom + 18
  }" text-anchor="middle">${hour}</text></g>`
})

writeFileSync(
  "report.html",
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Flight delays by hour</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2733; max-width: 900px; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; margin-bottom: .25rem }
p { margin-top: 0; color: #52606d }
svg { width: 100%; height: auto }
rect { fill: #2f6fab } g:hover rect { fill: #e0793a }
text { font-size: 12px; fill: #52606d }
.grid { stroke: #e4e9ee } .zero { stroke: #7b8794 }
table { border-collapse: collapse; margin-top: 1rem } td, th { padding: .15rem .9rem .15rem 0; text-align: right }
</style>
</head>
<body>
<h1>Mean delay by hour of departure</h1>
<p>${flights.toLocaleString("en-US")} flights, ${
    meanDelayMinutes.toFixed(3)
  } minutes late on average.</p>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Bar chart of mean delay in minutes by hour">
${grid.join("\n")}
${bars.join("\n")}
<text x="${margin.left + inner.width / 2}" y="${
    height - 14
  }" text-anchor="middle">hour of the day</text>
<text transform="translate(16 ${
    margin.top + inner.height / 2
  }) rotate(-90)" text-anchor="middle">mean delay, minutes</text>
</svg>
<details><summary>The figures</summary>
<table><tr><th>hour</th><th>flights</th><th>mean delay (min)</th></tr>
${
    byHour.map(({ flights, hour, meanDelayMinutes }) =>
      `<tr><td>${hour}</td><td>${flights}</td><td>${meanDelayMinutes.toFixed(3)}</td></tr>`
    ).join("\n")
  }
</table></details>
</body>
</html>
`
)
