import * as Output from "@batchwave/pipeline/Output"
import * as Pipeline from "@batchwave/pipeline/Pipeline"
import { sh } from "@batchwave/pipeline/Shell"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"

const fanOut = (items: ReadonlyArray<string>, max?: number) =>
  Pipeline.make("fan", {}, (p) => {
    const each = p.each(
      "each",
      items,
      { key: (item) => item, ...(max === undefined ? {} : { max }) },
      (item, key) => ({ run: sh`${item} ${key}`, output: Output.json(Schema.String) })
    )
    p.task("all", { run: sh`cat ${each.outputs}`, inputs: { each: each.outputs } })
    return each
  })

const problems = (pipeline: Pipeline.Pipeline<{}, unknown, unknown>): ReadonlyArray<string> => {
  const compiled = pipeline.compile({})
  return Result.isFailure(compiled) ? compiled.failure.problems : []
}

const count = (length: number) => Array.from({ length }, (_, index) => `item-${index}`)

describe("Builder.each", () => {
  it("names nodes by key and keeps item order, whatever the keys are", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { selector: (key) => key.toLowerCase() }),
        (keys) => {
          const items = keys.map((key) => key.replaceAll("\0", "0"))
          if (new Set(items.map((key) => key.toLowerCase())).size < items.length) return
          const compiled = Result.getOrThrow(fanOut(items).compile({}))
          const { nodes } = compiled.definition.workflow
          assert.deepStrictEqual(
            nodes.map((node) => node.name),
            [...items.map((key) => `each[${key}]`), "all"]
          )
          assert.deepStrictEqual(nodes.at(-1)?.after, items.map((key) => `each[${key}]`))
          assert.deepStrictEqual(
            Result.getOrThrow(compiled.result((node) => node)),
            items.map((key) => `each[${key}]`)
          )
        }
      )
    )
  })

  it("inserts collected outputs as one word an item", () => {
    const { nodes } = Result.getOrThrow(fanOut(["a", "b"]).compile({})).definition.workflow
    assert.deepStrictEqual(nodes[2]?.command, [
      { _tag: "Text", text: "cat " },
      { _tag: "Value", from: { node: "each[a]", output: "output" }, path: [] },
      { _tag: "Text", text: " " },
      { _tag: "Value", from: { node: "each[b]", output: "output" }, path: [] }
    ])
  })

  it("makes an empty list of no tasks, whose outputs are empty lists of JSON and of files", () => {
    const pipeline = Pipeline.make("empty", {}, (p) => {
      const none: ReadonlyArray<string> = []
      const json = p.each("json", none, { key: String }, () => ({
        run: sh`a`,
        output: Output.json(Schema.Int)
      }))
      const file = p.each("file", none, { key: String }, () => ({
        run: sh`a`,
        output: Output.file("a")
      }))
      const both = p.each("both", none, { key: String }, () => ({
        run: sh`a`,
        output: { n: Output.json(Schema.Int), f: Output.file("a") }
      }))
      p.task("all", {
        run: sh`cat ${json.outputs}${file.outputs}${both.outputsOf("f")}.`,
        inputs: {
          json: json.outputs,
          files: file.outputs.map((one) => one),
          n: both.outputsOf("n")
        },
        after: [json]
      })
      return { json, outputs: json.outputs, files: file.outputs, n: both.outputsOf("n") }
    })
    const { definition, result } = Result.getOrThrow(pipeline.compile({}))
    assert.deepStrictEqual(definition.workflow.nodes.map((node) => [node.name, node.after]), [
      ["all", []]
    ])
    assert.deepStrictEqual(definition.workflow.nodes[0]?.command, [{ _tag: "Text", text: "cat ." }])
    assert.deepStrictEqual(definition.workflow.nodes[0]?.inputs, {
      json: { _tag: "List", items: [] },
      files: { _tag: "Literal", value: [] },
      n: { _tag: "List", items: [] }
    })
    assert.deepStrictEqual(
      Result.getOrThrow(result(() => undefined)),
      { json: [], outputs: [], files: [], n: [] }
    )
  })

  it("allows 1,000 items, and names the cap and how to raise it at 1,001", () => {
    assert.deepStrictEqual(problems(fanOut(count(1_000))), [])
    assert.deepStrictEqual(problems(fanOut(count(1_001))), [
      "fan-out \"each\" has 1001 items and its cap is 1000; "
      + "raise it with { max: 1001 } or give fewer items"
    ])
  })

  it("keeps to the cap the author gives", () => {
    assert.deepStrictEqual(problems(fanOut(count(2_000), 2_000)), [])
    assert.deepStrictEqual(problems(fanOut(count(3), 2)), [
      "fan-out \"each\" has 3 items and its cap is 2; "
      + "raise it with { max: 3 } or give fewer items"
    ])
  })

  it("refuses keys that are equal, equal but for case, or empty", () => {
    assert.deepStrictEqual(problems(fanOut(["a", "b", "a", "B", ""])), [
      "fan-out \"each\": two items have the key \"a\"; choose a key that tells them apart",
      "fan-out \"each\": the key of item 4 is empty; it must be text that names the item",
      "task \"each[B]\" differs from \"each[b]\" only in letter case; rename one"
    ])
  })

  it("finds a task by its key, and suggests one for a key that is unknown", () => {
    const pipeline = Pipeline.make("keys", {}, (p) => {
      const each = p.each("each", ["2019", "2020"], { key: String }, () => ({
        run: sh`a`,
        output: { n: Output.json(Schema.Int) }
      }))
      assert.deepStrictEqual(each.keys, ["2019", "2020"])
      p.task("one", { run: sh`b ${each.byKey("2020").output.n}` })
      p.task("two", { run: sh`b ${each.byKey("2018").output.n}` })
    })
    assert.deepStrictEqual(problems(pipeline), [
      "fan-out \"each\" has no item with the key \"2018\"; did you mean \"2019\"?"
    ])
  })

  it("refuses an index past the end of its outputs", () => {
    const pipeline = Pipeline.make("index", {}, (p) => {
      const each = p.each("each", [1, 2], { key: String }, () => ({
        run: sh`a`,
        output: Output.json(Schema.Struct({ n: Schema.Int }))
      }))
      p.task("one", { run: sh`b ${each.outputs.at(1).at("n")}` })
      p.task("two", { run: sh`b ${each.outputs.at(2)}` })
    })
    assert.deepStrictEqual(problems(pipeline), ["there is no item 2 in a list of 2 outputs"])
  })

  it("reports a description that throws with its task and goes on with the next item", () => {
    const pipeline = Pipeline.make("throws", {}, (p) => {
      const each = p.each("each", [1, 2, 3], { key: String }, (item) => {
        if (item !== 2) throw new Error(`bad ${item}`)
        return { run: sh`a` }
      })
      p.task("after", { run: sh`b`, after: [each, each.byKey("1")] })
    })
    assert.deepStrictEqual(problems(pipeline), [
      "task \"each[1]\": its description threw Error: bad 1",
      "task \"each[3]\": its description threw Error: bad 3"
    ])
  })

  it("reports a file that was not declared", () => {
    const pipeline = Pipeline.make("files", {}, (p) => {
      const made = p.task("made", { run: sh`a`, output: Output.files(["x.png", "y.png"]) })
      // @ts-expect-error no such file was declared
      p.task("uses", { run: sh`b ${made.output.file("z.png")}` })
    })
    assert.deepStrictEqual(problems(pipeline), [
      "task \"made\" does not declare the output file \"z.png\"; did you mean \"x.png\"?"
    ])
  })
})
