// Merges the sums of all shards: writes summary.json and the mean delay of all flights.
import { readFileSync, writeFileSync } from "node:fs"

const { sums } = JSON.parse(readFileSync(process.env.BATCHWAVE_INPUTS_FILE, "utf8"))

const hours = new Map()
for (const { delayMinutes, flights, hour } of sums.flat()) {
  const total = hours.get(hour) ?? { flights: 0, delayMinutes: 0 }
  hours.set(hour, {
    flights: total.flights + flights,
    delayMinutes: total.delayMinutes + delayMinutes
  })
}

const byHour = [...hours]
  .toSorted(([left], [right]) => left - right)
  .map(([hour, { delayMinutes, flights }]) => ({
    hour,
    flights,
    meanDelayMinutes: delayMinutes / flights
  }))
const flights = byHour.reduce((count, row) => count + row.flights, 0)
const delayMinutes = [...hours.values()].reduce((sum, row) => sum + row.delayMinutes, 0)
const meanDelayMinutes = delayMinutes / flights

writeFileSync("summary.json", `${JSON.stringify({ flights, meanDelayMinutes, byHour }, null, 2)}\n`)
writeFileSync(process.env.BATCHWAVE_OUTPUT_FILE, JSON.stringify(meanDelayMinutes))
