/** Links and commands in documents, and the checks that follow them. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { commandProblems, decisionProblems, linkProblems } from "./Documents.ts"
import { readTree, render, root } from "./SourceTree.ts"

const rootScripts = (): ReadonlySet<string> => {
  const manifest: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8")
  )
  return new Set(Object.keys(manifest.scripts))
}

const linksOf = (text: string, path = "docs/guide.md"): string =>
  render(
    linkProblems([{ path, text }, { path: "README.md", text: "" }, {
      path: "docs/adr/first.md",
      text: ""
    }])
  )

const commandsOf = (...lines: ReadonlyArray<string>): string =>
  render(commandProblems(
    [{ path: "README.md", text: `Text.\n\n\`\`\`sh\n${lines.join("\n")}\n\`\`\`\n` }],
    new Set(["start", "lint"])
  ))

describe("documents", () => {
  it("every link of this repository's documents leads to a file or directory of the tree", () => {
    assert.strictEqual(render(linkProblems(readTree())), "")
  })

  it("every npm command shown in this repository's documents exists", () => {
    assert.strictEqual(render(commandProblems(readTree(), rootScripts())), "")
  })

  it("every decision is listed and has the parts of the template", () => {
    assert.strictEqual(render(decisionProblems(readTree())), "")
    const decision = (...headings: ReadonlyArray<string>): string =>
      ["# Title", ...headings.map((heading) => `## ${heading}`)].join("\n\n")
    assert.strictEqual(
      render(decisionProblems([
        { path: "docs/adr/README.md", text: "[a](a.md)" },
        {
          path: "docs/adr/a.md",
          text: decision(
            "Summary",
            "Problem",
            "Goals",
            "Non-goals",
            "Options",
            "Decision",
            "Consequences"
          )
        },
        { path: "docs/adr/b.md", text: decision("Problem", "Choice") }
      ])),
      "docs/adr/b.md:1: docs/adr/README.md does not list it\n"
        + "docs/adr/b.md:1: its headings are not Summary, Problem, Goals, Non-goals, Options, Decision, "
        + "Consequences"
    )
  })

  it("follows links from the document's own directory and from the root", () => {
    assert.strictEqual(
      linksOf("[a](../README.md) [b](adr/first.md#why) [c](./adr/) [d](/README.md \"Read\")"),
      ""
    )
    assert.strictEqual(
      linksOf("one\n[a](README.md)"),
      "docs/guide.md:2: the link to \"README.md\" leads nowhere"
    )
    assert.include(linksOf("[a]: adr/second.md"), "leads nowhere")
    assert.include(linksOf("![a](picture.svg)"), "leads nowhere")
  })

  it("leaves addresses, anchors and code alone", () => {
    assert.strictEqual(
      linksOf(
        "[a](https://example.org/b) [c](#d) [e](mailto:f@g.h) `[i](j.md)`\n\n```md\n[k](l.md)\n```\n"
      ),
      ""
    )
  })

  it("finds commands whose script does not exist, with their line", () => {
    assert.strictEqual(
      commandsOf("npm start", "npm run lint", "npm run -s lint -- --fix", "npm install x"),
      ""
    )
    assert.strictEqual(
      commandsOf("npm start", "$ npm run tidy"),
      "README.md:5: there is no script \"tidy\""
    )
    assert.include(commandsOf("npm test"), "there is no script \"test\"")
    assert.include(commandsOf("npm run -s batchwave -- run"), "there is no script \"batchwave\"")
  })
})
