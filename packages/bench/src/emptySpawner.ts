/**
 * A process that holds nothing but Node and starts other processes, a round for each message of its
 * parent, which names it; answers with their number and ends with its parent.
 */
import process from "node:process"
import * as SpawnLoop from "./spawnLoop.ts"

const [, , root = "."] = process.argv

process.on("message", (name: SpawnLoop.Name) => {
  const round = name === "alone" ? SpawnLoop.alone(root) : SpawnLoop.withFiles(root)
  void round.then((count) => process.send?.(count))
})
