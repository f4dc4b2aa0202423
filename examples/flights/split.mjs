// Cuts the records into shards of equal size: split.mjs RECORDS SHARDS writes shards/0.json, …
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"

const [recordsPath, shardsText] = process.argv.slice(2)
const records = JSON.parse(readFileSync(recordsPath, "utf8"))
const shards = Number(shardsText)

mkdirSync("shards", { recursive: true })
for (let shard = 0; shard < shards; shard++) {
  const from = Math.floor((shard * records.length) / shards)
  const to = Math.floor(((shard + 1) * records.length) / shards)
  writeFileSync(`shards/${shard}.json`, JSON.stringify(records.slice(from, to)))
  console.log(`shard ${shard}: ${to - from} flights`)
}
