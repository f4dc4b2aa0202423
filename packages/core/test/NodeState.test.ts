import { assert, describe, it } from "@effect/vitest"
import { isSettled, nodeStateMoves, nodeStateNames } from "../src/NodeState.ts"

describe("nodeStateMoves", () => {
  it("reaches every state from waiting, and moves to another state only", () => {
    const reached = new Set<keyof typeof nodeStateMoves>(["waiting"])
    for (const from of reached) {
      assert.notInclude(nodeStateMoves[from], from)
      for (const to of nodeStateMoves[from]) reached.add(to)
    }
    assert.deepStrictEqual([...reached].toSorted(), [...nodeStateNames].toSorted())
  })

  it("lets a settled node do nothing but run again", () => {
    nodeStateNames.forEach((name, state) => {
      if (!isSettled(state)) return
      assert.isEmpty(nodeStateMoves[name].filter((to) => to !== "waiting" && to !== "ready"))
    })
  })
})
