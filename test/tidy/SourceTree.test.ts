/** The tree the other checks look at: an empty one would let all of them pass. */
import { assert, describe, it } from "@effect/vitest"
import { packageSources, readTree } from "./SourceTree.ts"

describe("the tree", () => {
  it("holds the manifests, the documents and sources of every package", () => {
    const tree = readTree()
    const paths = new Set(tree.map(({ path }) => path))
    for (
      const path of [
        "package.json",
        "pnpm-workspace.yaml",
        "CONTRIBUTING.md",
        "test/tidy/SourceTree.ts"
      ]
    ) {
      assert.isTrue(paths.has(path), path)
    }
    const packages = [...paths].filter((path) => /^packages\/[^/]+\/package\.json$/.test(path))
    assert.isAtLeast(packages.length, 9)
    for (const manifest of packages) {
      const directory = manifest.replace("package.json", "src/")
      assert.isTrue(packageSources(tree).some(({ path }) => path.startsWith(directory)), directory)
    }
  })

  it("leaves out what git ignores and lists each file once, in order", () => {
    const paths = readTree().map(({ path }) => path)
    assert.deepStrictEqual(
      paths.filter((path) => /(?:^|\/)(?:node_modules|dist|\.git)\//.test(path)),
      []
    )
    assert.deepStrictEqual(paths, [...new Set(paths)].toSorted())
  })
})
