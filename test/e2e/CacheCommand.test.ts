/**
 * The cache of results through the command: two runs, what is in it, and its cleaning.
 */
import { assert, describe, it } from "@effect/vitest"
import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Command from "./Command.ts"

const pipelineOf = (directory: string): string =>
  Command.writePipeline(
    directory,
    "cached.ts",
    `
import { Output, Pipeline, sh } from "batchwave"
import { Schema } from "effect"
export default Pipeline.make("cached", { params: { word: Schema.String }, cache: true }, (p, { word }) => {
  const made = p.task("made", { run: sh\`echo '"\${sh.raw("3")}"' > output.json; echo ran >> ${directory}/made\`, output: Output.json(Schema.FiniteFromString) })
  return p.task("said", { run: sh\`echo \${word} \${made.output} > said.txt\`, output: Output.file("said.txt") })
})
`
  )

describe("batchwave with a cache of results", () => {
  it(
    "takes from earlier runs, explains what it does not take, and forgets when it is told",
    async () => {
      const directory = Command.makeDirectory()
      const file = pipelineOf(directory)
      const ask = async (...args: ReadonlyArray<string>): Promise<string> => {
        const ended = await Command.run(args, { cwd: directory })
        assert.strictEqual(ended.code, 0, `${args.join(" ")}: ${ended.stderr}`)
        return ended.stdout
      }
      const runOf = async (runId: string, word: string, ...more: ReadonlyArray<string>) => {
        const text = await ask(
          "run",
          file,
          "--param",
          `word=${word}`,
          "--run-id",
          runId,
          "--json",
          ...more
        )
        const document: {
          readonly cached: number
          readonly results: { readonly result: string }
        } = JSON.parse(text)
        return document
      }
      assert.strictEqual((await runOf("one", "hello")).cached, 0)
      const two = await runOf("two", "hello")
      assert.strictEqual(two.cached, 2)
      assert.include(two.results.result, join("runs", "two", "artifacts"))
      assert.isTrue(existsSync(two.results.result))
      assert.strictEqual((await runOf("three", "bye")).cached, 1)
      assert.match(
        await ask("explain", "three", "--node", "said"),
        /not from the cache: one part differs from run one: command/
      )
      assert.match(await ask("explain", "three", "--node", "made"), /result is that of run one/)
      assert.strictEqual((await runOf("four", "bye", "--no-cache")).cached, 0)

      const preview = await ask("plan", file, "--param", "word=new", "--cache")
      assert.match(preview, /^made +cached +from run one$/m)
      assert.match(preview, /^said +runs +one part differs from run \w+: command$/m)
      assert.match(preview, /2 nodes: 1 cached, 1 to run, 0 unknown/)

      assert.match(await ask("gc", "--cache"), /^removed 0 results .* 30 days/)
      assert.match(await ask("gc", "--cache", "--older-than", "0 millis"), /^removed 3 results/)
      assert.match(
        await ask("plan", file, "--param", "word=bye", "--cache"),
        /made +runs +it has no/
      )
      const wrong = await Command.run(["gc", "--cache", "--older-than", "soon"], { cwd: directory })
      assert.strictEqual(wrong.code, 2)
    }
  )
})
