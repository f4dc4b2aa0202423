/** A part of a run chosen by a text, against sets computed by hand and by brute force. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as SelectedNodes from "../src/SelectedNodes.ts"
import * as Selection from "../src/Selection.ts"
import * as Workflow from "../src/Workflow.ts"
import * as World from "./World.ts"

const node = Workflow.node

let transitions = 0

const end = (world: World.World, at: number, exitCode: number): void => {
  World.feed(world, [{
    _tag: "TaskEnded",
    task: { node: at, submission: 1 },
    end: {
      transition: `t${++transitions}`,
      exitCode,
      result: exitCode === 0 ? "success" : "failure",
      runTimeMs: 5
    }
  }])
}

/** `load` succeeds, both items of `train` fail (one without memory), `report` is blocked. */
const failedRun = (): World.World => {
  const world = World.make(
    World.planOfNodes([
      node("load", "true"),
      node("train[0]", "true", { after: ["load"], group: "train" }),
      node("train[1]", "true", { after: ["load"], group: "train" }),
      node("report", "true", { after: ["train[0]", "train[1]"] }),
      node("a, b & (c)", "true"),
      node("last", "true", { finalizer: true })
    ]),
    { seed: 1, exitCode: () => 0 }
  )
  World.start(world)
  end(world, 0, 0)
  end(world, 1, 137)
  end(world, 2, 1)
  end(world, 4, 0)
  end(world, 5, 0)
  assert.strictEqual(world.state.outcome, "failed")
  return world
}

const run = failedRun()

const namesOf = (selections: ReadonlyArray<string>, excluded: ReadonlyArray<string> = []) => {
  const selected = SelectedNodes.select(run.state, selections, excluded)
  assert.strictEqual(selected._tag, "Selected", JSON.stringify(selected))
  return selected._tag === "Selected"
    ? selected.nodes.map((index) => run.state.plan.names[index])
    : []
}

const problemsOf = (...selections: ReadonlyArray<string>): ReadonlyArray<string> => {
  const selected = SelectedNodes.select(run.state, selections)
  return selected._tag === "Invalid" ? selected.problems : []
}

const odd = "a, b & (c)"

describe("A selection", () => {
  it("chooses by outcome, name, group, class and wave", () => {
    assert.deepStrictEqual(namesOf(["failed"]), ["train[0]", "train[1]"])
    assert.deepStrictEqual(namesOf(["blocked"]), ["report"])
    assert.deepStrictEqual(namesOf(["succeeded"]), ["load", odd, "last"])
    assert.deepStrictEqual(namesOf(["cancelled"]), [])
    assert.deepStrictEqual(namesOf(["load"]), ["load"])
    assert.deepStrictEqual(namesOf(["train"]), ["train[0]", "train[1]"])
    assert.deepStrictEqual(namesOf(["group:train"]), ["train[0]", "train[1]"])
    assert.deepStrictEqual(namesOf(["node:train[1]"]), ["train[1]"])
    assert.deepStrictEqual(namesOf(["class:OutOfMemory"]), ["train[0]"])
    assert.deepStrictEqual(namesOf(["class:exit"]), ["train[1]"])
    assert.deepStrictEqual(namesOf(["class:Stuck"]), [])
    assert.deepStrictEqual(namesOf(["wave:2"]), ["train[0]", "train[1]"])
    assert.deepStrictEqual(namesOf(["wave:3"]), ["report"])
    assert.strictEqual(namesOf(["all"]).length, 6)
  })

  it("takes ancestors with a + before and descendants with a + behind", () => {
    assert.deepStrictEqual(namesOf(["+report"]), ["load", "train[0]", "train[1]", "report"])
    assert.deepStrictEqual(namesOf(["train[0]+"]), ["train[0]", "report"])
    assert.deepStrictEqual(namesOf(["+train[0]+"]), ["load", "train[0]", "report"])
    assert.deepStrictEqual(namesOf(["class:OutOfMemory+"]), ["train[0]", "report"])
    assert.deepStrictEqual(namesOf(["+(report, load)"]), [
      "load",
      "train[0]",
      "train[1]",
      "report"
    ])
  })

  it("unites, intersects, excludes and quotes", () => {
    assert.deepStrictEqual(namesOf(["load , report"]), ["load", "report"])
    assert.deepStrictEqual(namesOf(["load", "report"]), ["load", "report"])
    assert.deepStrictEqual(namesOf(["failed & class:OutOfMemory"]), ["train[0]"])
    assert.deepStrictEqual(namesOf(["load, failed & !class:OutOfMemory"]), ["load", "train[1]"])
    assert.deepStrictEqual(namesOf(["(load, failed) & !class:OutOfMemory"]), ["load", "train[1]"])
    assert.deepStrictEqual(namesOf(["!!load"]), ["load"])
    assert.deepStrictEqual(namesOf(["failed"], ["train[1]"]), ["train[0]"])
    assert.deepStrictEqual(namesOf([`"${odd}"`]), [odd])
    assert.deepStrictEqual(namesOf([`node:"a, \\b & (c)"`]), [odd])
    assert.deepStrictEqual(namesOf([]), [])
  })

  it("says where a text is wrong, and what it may have meant", () => {
    const at = (text: string) => {
      const parsed = Selection.parse(text)
      return parsed._tag === "Malformed" ? `${parsed.at}: ${parsed.message}` : parsed._tag
    }
    assert.match(at(""), /^1: a node, a group, all/)
    assert.match(at("failed,,load"), /^8: a node/)
    assert.match(at("failed &"), /^9: a node/)
    assert.strictEqual(at("load, ( failed"), "7: the ) of this ( is missing")
    assert.strictEqual(at("failed)"), "7: there is no ( before this )")
    assert.strictEqual(at("(a) b"), "5: \",\" or \"&\" is missing before this")
    assert.strictEqual(at("x, \"y"), "4: the closing \" is missing")
    assert.strictEqual(at("wave:0"), "1: wave:0 is no wave; give a number from 1")
    assert.strictEqual(at("load,class:"), "12: something is missing after class:")
    assert.strictEqual(at("!".repeat(99) + "a"), "Parsed")
    assert.match(at("!".repeat(100) + "a"), /^101: more than 100/)
    assert.match(at("(".repeat(100_000)), /more than 100/)
    assert.deepStrictEqual(problemsOf("failed, laod", "wave:4", "class:OutOfMemry"), [
      "selection \"failed, laod\", character 9: no node or group is called \"laod\" "
      + "(did you mean \"load\"?)",
      "selection \"wave:4\", character 1: there is no wave 4; the plan has 3 waves",
      "selection \"class:OutOfMemry\", character 1: no class is called \"OutOfMemry\" "
      + "(did you mean \"OutOfMemory\"?)"
    ])
    assert.match(problemsOf("group:load")[0] ?? "", /no group is called "load" .*"train"/)
    assert.match(problemsOf("node:train")[0] ?? "", /no node is called "train"/)
  })

  it("never throws, whatever the text is", () => {
    const pieces = fc.constantFrom(..."+&,!()\" :\\af".split(""), "load", "wave:", "class:", "all")
    fc.assert(fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
      SelectedNodes.select(run.state, [parts.join("")])
    }))
  })

  it("computes every combination of sets like a set of numbers", () => {
    const leaves = ["all", "failed", "succeeded", "load", "train", "wave:1", "report"]
    interface Tree {
      readonly text: string
      readonly nodes: ReadonlySet<number>
    }
    const everything = run.state.plan.names.map((_, index) => index)
    const leaf = fc.constantFrom(...leaves).map((text): Tree => {
      const selected = SelectedNodes.select(run.state, [text])
      return { text, nodes: new Set(selected._tag === "Selected" ? selected.nodes : []) }
    })
    const { tree } = fc.letrec<{ readonly tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        tie("tree").map(({ nodes, text }) => ({
          text: `!(${text})`,
          nodes: new Set(everything.filter((at) => !nodes.has(at)))
        })),
        fc.tuple(tie("tree"), tie("tree"), fc.boolean()).map(([left, right, isUnion]) => ({
          text: isUnion ? `(${left.text}),${right.text}` : `(${left.text})&(${right.text})`,
          nodes: isUnion
            ? new Set([...left.nodes, ...right.nodes])
            : new Set([...left.nodes].filter((at) => right.nodes.has(at)))
        }))
      )
    }))
    fc.assert(fc.property(tree, ({ nodes, text }) => {
      assert.deepStrictEqual(SelectedNodes.select(run.state, [text]), {
        _tag: "Selected",
        nodes: [...nodes].toSorted((left, right) => left - right)
      })
    }))
  })
})

describe("What a rerun would bring back", () => {
  it("names what was kept from running and finalizers, and leaves the rest", () => {
    const selected = SelectedNodes.select(run.state, ["failed"])
    assert.deepStrictEqual(
      SelectedNodes.rerunOf(run.state, selected._tag === "Selected" ? selected.nodes : []),
      { chosen: [1, 2], brought: [3, 5], unsettled: [] }
    )
    assert.deepStrictEqual(SelectedNodes.rerunOf(run.state, []), {
      chosen: [],
      brought: [],
      unsettled: []
    })
  })
})
