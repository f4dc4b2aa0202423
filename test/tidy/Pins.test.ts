/** Versions of dependencies, and the check that asks for exact ones. */
import { assert, describe, it } from "@effect/vitest"
import { isPinned, nodeProblems, pinProblems } from "./Pins.ts"
import { readTree, render } from "./SourceTree.ts"

describe("pins", () => {
  it("every dependency of this repository is pinned to one version", () => {
    assert.strictEqual(render(pinProblems(readTree())), "")
  })

  it("engines are checked against the Node that is pinned", () => {
    assert.strictEqual(render(nodeProblems(readTree())), "")
    const text = JSON.stringify({ devDependencies: { node: "24.0.0" } })
    assert.strictEqual(
      render(nodeProblems([
        { path: "package.json", text },
        { path: "pnpm-workspace.yaml", text: "nodeVersion: 24.0.1\n" }
      ])),
      "pnpm-workspace.yaml: nodeVersion is 24.0.1; package.json pins node to 24.0.0"
    )
  })

  it("takes exact versions, the catalogue, the workspace and exact aliases for pinned", () => {
    for (
      const version of [
        "1.2.3",
        "4.0.0-rc.1",
        "catalog:",
        "workspace:^",
        "npm:@typescript/typescript6@6.0.2"
      ]
    ) assert.isTrue(isPinned(version), version)
  })

  it("does not take ranges, tags, addresses and loose aliases for pinned", () => {
    for (
      const version of [
        "^1.2.3",
        "~1.2.3",
        ">=1.0.0",
        "1.x",
        "1.2",
        "latest",
        "*",
        "",
        "workspace:*",
        "npm:a@^1.0.0"
      ]
    ) assert.isFalse(isPinned(version), version)
  })

  it("looks at every group of dependencies but the peers", () => {
    const text = JSON.stringify({
      dependencies: { a: "^1.0.0" },
      devDependencies: { b: "1.0.0", c: "latest" },
      optionalDependencies: { d: "*" },
      peerDependencies: { e: "^1.0.0" }
    })
    assert.deepStrictEqual(
      pinProblems([{ path: "packages/core/package.json", text }]).map(({ message }) =>
        message.slice(0, 1)
      ),
      ["a", "c", "d"]
    )
  })

  it("looks at the workspace's catalogue", () => {
    const text =
      "packages:\n  - packages/*\ncatalog:\n  a: 1.0.0\n  \"@b/c\": ^2.0.0\nallowBuilds:\n  d: true\n"
    assert.strictEqual(
      render(pinProblems([{ path: "pnpm-workspace.yaml", text }])),
      "pnpm-workspace.yaml: @b/c is \"^2.0.0\"; pin it to one version"
    )
  })
})
