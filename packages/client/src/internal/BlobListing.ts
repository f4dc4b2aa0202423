/**
 * One page of the listing of a blob container: the few elements that matter, found by a scan that
 * is linear in the page.
 *
 * @source List Blobs, Blob service REST API 2021-12-02; names that XML cannot hold come
 * percent-encoded with `Encoded="true"`.
 */
import * as Result from "effect/Result"

/** A page of a listing. */
export interface BlobListing {
  readonly blobs: ReadonlyArray<{ readonly name: string; readonly bytes: number }>
  /** Where the next page begins; absent on the last page. */
  readonly nextMarker?: string
}

/** Reads a page; fails with a sentence when it is none. */
export const parse = (text: string): Result.Result<BlobListing, string> => {
  if (!text.includes("<EnumerationResults")) return Result.fail("the reply is no listing of blobs")
  const blobs: Array<{ name: string; bytes: number }> = []
  let position = 0
  for (;;) {
    const from = text.indexOf("<Blob>", position)
    if (from < 0) break
    const to = text.indexOf("</Blob>", from)
    if (to < 0) return Result.fail("the listing of blobs ends in the middle of one")
    const blob = text.slice(from, to)
    position = to
    const name = nameOf(blob)
    if (name === undefined) return Result.fail("the listing holds a blob without a readable name")
    if (elementOf(blob, "ResourceType") === "directory") continue
    blobs.push({ name, bytes: Number(elementOf(blob, "Content-Length") ?? "0") })
  }
  const nextMarker = elementOf(text.slice(position), "NextMarker")
  return Result.succeed({
    blobs,
    ...(nextMarker === undefined || nextMarker === "" ? {} : { nextMarker })
  })
}

const nameOf = (blob: string): string | undefined => {
  const encoded = `<Name Encoded="true">`
  const from = blob.indexOf(encoded)
  if (from < 0) return elementOf(blob, "Name")
  const to = blob.indexOf("</Name>", from)
  if (to < 0) return undefined
  try {
    return decodeURIComponent(unescaped(blob.slice(from + encoded.length, to)))
  } catch {
    return undefined
  }
}

const elementOf = (text: string, name: string): string | undefined => {
  const from = text.indexOf(`<${name}>`)
  if (from < 0) return undefined
  const to = text.indexOf(`</${name}>`, from)
  return to < 0 ? undefined : unescaped(text.slice(from + name.length + 2, to))
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: "\"",
  apos: "'"
}

const unescaped = (text: string): string =>
  text.replaceAll(
    /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]+));/gi,
    (whole, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
      if (name !== undefined) return entities[name] ?? whole
      const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      return point <= 0x10_FFFF ? String.fromCodePoint(point) : whole
    }
  )
