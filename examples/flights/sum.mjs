// Sums one shard by hour of the day: sum.mjs SHARD FLAKY writes [{ hour, flights, delayMinutes }, …]
import { existsSync, readFileSync, writeFileSync } from "node:fs"

const [shardPath, flaky] = process.argv.slice(2)

// The working directory is kept when a task is reactivated, so a mark in it survives the first try.
if (flaky === "true" && !existsSync("tried")) {
  writeFileSync("tried", "once")
  console.error("a passing trouble, made on purpose: try again")
  process.exit(75)
}

const sums = new Map()
for (const { delay, time } of JSON.parse(readFileSync(shardPath, "utf8"))) {
  const hour = Math.floor(time)
  const sum = sums.get(hour) ?? { hour, flights: 0, delayMinutes: 0 }
  sum.flights++
  sum.delayMinutes += delay
  sums.set(hour, sum)
}
writeFileSync(process.env.BATCHWAVE_OUTPUT_FILE, JSON.stringify([...sums.values()]))
