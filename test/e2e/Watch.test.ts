/**
 * A run is watched from other processes until it ends, or until they have seen enough.
 */
import { assert, describe, it } from "@effect/vitest"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Command from "./Command.ts"

const pipelineOf = (directory: string): string =>
  Command.writePipeline(
    directory,
    "watched.ts",
    `
import { Output, Pipeline, sh } from "batchwave"
import { Schema } from "effect"
const until = (name) => "until [ -e ${directory}/" + name + " ]; do sleep 0.05; done"
export default Pipeline.make("watched", {}, (p) => {
  const first = p.task("first", { run: sh\`true\` })
  const bad = p.task("bad", { run: sh\`sh -c \${until("go") + "; echo oops >&2; exit 3"}\`, after: [first] })
  p.task("behind", { run: sh\`true\`, after: [bad] })
  p.task("held", { run: sh\`sh -c \${until("end")}\` })
})
`
  )

describe("a run that is watched", () => {
  it("is shown as it shows itself, event by event, and is left alone by who goes", async () => {
    const directory = Command.makeDirectory()
    const options = { cwd: directory }
    const run = Command.start(
      ["run", pipelineOf(directory), "--run-id", "r", "--slots", "4"],
      options
    )
    await Command.eventually(
      "first has ended",
      () => run.output().stderr.includes("submitted 1 task: bad")
    )
    const later = Command.writePipeline(
      directory,
      "later.ts",
      `
import { Pipeline, sh } from "batchwave"
export default Pipeline.make("later", {}, (p) => { p.task("one", { run: sh\`true\` }) })
`
    )
    const newest = await Command.run(["run", later, "--quiet"], options)
    assert.strictEqual(newest.code, 0, newest.stderr)
    // What is watched without a name is the run at work, not the newest.
    const [seen, left, lines] = [
      Command.start(["watch"], options),
      Command.start(["watch", "r", "--json"], options),
      Command.start(["watch", "--jsonl"], options)
    ]
    for (const one of [seen, left]) {
      await Command.eventually(
        "it says how far the run is",
        () => one.output().stderr.includes("run r is running: 1 succeeded, 3 pending")
      )
    }
    // It must have found its run before that ends.
    await Command.eventually(
      "it follows the run",
      () => lines.output().stdout.includes("RunStarted")
    )
    left.child.kill("SIGINT")
    const gone = await left.ended
    assert.strictEqual(gone.code, 130)
    assert.strictEqual(gone.stdout, "")
    assert.include(gone.stderr, "run r goes on; watch it again with: batchwave watch r")

    writeFileSync(join(directory, "go"), "")
    await Command.eventually(
      "the log of the failed task is shown",
      () => seen.output().stderr.includes("  | oops")
    )
    assert.match(seen.output().stderr, /^\d\d:\d\d:\d\d bad failed for good: exit code 3/m)
    assert.notInclude(seen.output().stderr, "first succeeded")
    writeFileSync(join(directory, "end"), "")
    const [ended, watched, events] = await Promise.all([run.ended, seen.ended, lines.ended])
    assert.deepStrictEqual([ended.code, watched.code, events.code], [1, 1, 1])
    assert.strictEqual(watched.stdout, ended.stdout)
    assert.strictEqual((await Command.run(["events", "r"], options)).stdout, events.stdout)

    const again = await Command.run(["watch", "r", "--json"], options)
    assert.strictEqual(again.code, 1)
    assert.include(again.stderr, "run r has ended already")
    assert.strictEqual(JSON.parse(again.stdout).counts.blocked, 1)
    const graph = await Command.run(["graph", "r", "--json"], options)
    const { nodes }: { readonly nodes: ReadonlyArray<unknown> } = JSON.parse(graph.stdout)
    assert.strictEqual(nodes.length, 4)
    assert.strictEqual((await Command.run(["watch", "--json", "--jsonl"], options)).code, 2)
  })
})
