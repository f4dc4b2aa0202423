/**
 * The scan of replies agrees with the parser, or leaves the reply to it.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { eTagAt, eTagsOfAllAdded } from "../src/internal/AddedScan.ts"

interface Result {
  readonly status: string
  readonly taskId: string
  readonly [name: string]: unknown
}

const resultOf = (id: string, eTag = `0x8D${id}`): Result => ({
  status: "Success",
  taskId: id,
  eTag,
  lastModified: "2026-11-22T19:22:41.1234567Z",
  location: `https://a.b/jobs/j/tasks/${id}`
})

const documentOf = (results: ReadonlyArray<object>): string =>
  JSON.stringify({ "odata.metadata": "https://a.b/$metadata#taskaddresult", value: results })

const scanBytes = (bytes: Buffer, ids: ReadonlyArray<string>) => {
  const list = eTagsOfAllAdded(bytes, ids.length, (position) => ids[position] ?? "")
  return list === undefined ? undefined : ids.map((_, position) => eTagAt(list, position))
}

const scan = (text: string, ids: ReadonlyArray<string>) => scanBytes(Buffer.from(text, "utf8"), ids)

const ids = ["a", "b-2", "c_3"]

const good = documentOf(ids.map((id) => resultOf(id)))

describe("AddedScan", () => {
  it("reads the tags of a reply in which every task was added", () => {
    assert.deepStrictEqual(scan(good, ids), ["0x8Da", "0x8Db-2", "0x8Dc_3"])
    assert.deepStrictEqual(scan(documentOf([resultOf("x")]), ["x"]), ["0x8Dx"])
  })

  it("reads members in any order and of any name, with or without a tag", () => {
    const swapped = ids.map((id) => ({ extra: `${id}!`, taskId: id, status: "Success", eTag: id }))
    assert.deepStrictEqual(scan(documentOf(swapped), ids), ids)
    const bare = ids.map((id) => ({ status: "Success", taskId: id, more: id.length }))
    assert.isUndefined(scan(documentOf(bare), ids))
    const none = ids.map((id) => ({ status: "Success", taskId: id }))
    assert.deepStrictEqual(scan(documentOf(none), ids), ["", "", ""])
  })

  it("finds the tag of each task whatever the order of results", () => {
    const shuffled = fc.shuffledSubarray(ids, { minLength: ids.length })
    fc.assert(fc.property(shuffled, (told) => {
      const document = documentOf(told.map((id) => resultOf(id)))
      assert.deepStrictEqual(scan(document, ids), ["0x8Da", "0x8Db-2", "0x8Dc_3"])
      const long = documentOf(told.map((id) => resultOf(id, id.repeat(id.length))))
      assert.deepStrictEqual(scan(long, ids), ["a", "b-2b-2b-2", "c_3c_3c_3"])
    }))
  })

  it("tells ids apart of which one begins with another", () => {
    const sent = ["n1", "n18", "n"]
    const told = ["n18", "n", "n1"].map((id) => resultOf(id, id))
    assert.deepStrictEqual(scan(documentOf(told), sent), sent)
  })

  const left: ReadonlyArray<readonly [string, string]> = [
    ["a task told twice", documentOf(["a", "a", "c_3"].map((id) => resultOf(id)))],
    ["a task told twice, out of order", documentOf(["c_3", "a", "c_3"].map((id) => resultOf(id)))],
    ["an id that was not sent", documentOf(["a", "b", "c_3"].map((id) => resultOf(id)))],
    ["an id and more", documentOf(["a", "b-22", "c_3"].map((id) => resultOf(id)))],
    ["a location of another task", good.replace("tasks/b-2", "tasks/a")],
    ["one result too few", documentOf(ids.slice(1).map((id) => resultOf(id)))],
    ["one result too many", documentOf([...ids, "d"].map((id) => resultOf(id)))],
    [
      "a refused task",
      documentOf([
        ...ids.slice(0, 2).map((id) => resultOf(id)),
        { ...resultOf("c_3"), status: "ClientError" }
      ])
    ],
    ["another spelling of an id", documentOf(["a", "B-2", "c_3"].map((id) => resultOf(id)))],
    ["an escape", documentOf(ids.map((id) => resultOf(id, `"${id}"`)))],
    ["characters beyond ASCII", documentOf(ids.map((id) => resultOf(id, `é${id}`)))],
    ["white space", JSON.stringify(JSON.parse(good), undefined, 1)],
    ["a member twice", good.replace("\"status\"", "\"status\":\"ClientError\",\"status\"")],
    ["an error beside success", good.replace("\"},{", "\",\"error\":{}},{")],
    ["a missing end", good.slice(0, -1)],
    ["something after the end", `${good}x`],
    ["a member after the list", good.replace(/\]\}$/, "],\"value\":[]}")],
    ["a list that is not at the top", `{"a":${good}}`],
    ["no list", "{\"value\":null}"],
    ["nothing", ""],
    ["a raw control character", good.replace("0x8Da", "0x8\u0001")]
  ]
  for (const [name, text] of left) {
    it(`leaves a reply with ${name} to the parser`, () => {
      assert.isUndefined(scan(text, ids))
    })
  }

  it("is not misled by an id that holds JSON", () => {
    const id = "a\",\"eTag\":\"b"
    assert.isUndefined(scan(documentOf([{ status: "Success", taskId: "a", eTag: "b" }]), [id]))
    assert.isUndefined(scan(documentOf([{ status: "Success", taskId: id, eTag: "b" }]), [id]))
  })

  it("says nothing that the parser does not say, whatever single byte is changed", () => {
    const bytes = Buffer.from(good, "utf8")
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (place, byte) => {
        const changed = Buffer.from(bytes)
        changed[place] = byte
        const eTags = scanBytes(changed, ids)
        if (eTags === undefined) return
        const parsed: { readonly value: ReadonlyArray<Result> } = JSON.parse(changed.toString())
        assert.deepStrictEqual(parsed.value.map(({ taskId }) => taskId), ids)
        assert.isTrue(parsed.value.every(({ status }) => status === "Success"))
        assert.deepStrictEqual(eTags, parsed.value.map(({ eTag }) => String(eTag)))
      }),
      { numRuns: 3000 }
    )
  })
})
