/**
 * How long the disk under the journals of benchmarks takes to make one page durable.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs"
import { join } from "node:path"
import * as Harness from "./Harness.ts"
import * as ScratchDirectory from "./ScratchDirectory.ts"

/** What one `fdatasync` took where the goals were set, in ms. */
export const thenMs = 0.19

const pageBytes = 4096
const pages = 300

/** The median time of one `fdatasync` after a page was written over another, in ms. */
export const medianMs = (): number => {
  const directory = ScratchDirectory.make("bench")
  const file = openSync(join(directory, "pages"), "w")
  writeSync(file, Buffer.alloc(pages * pageBytes, 1))
  fdatasyncSync(file)
  const page = Buffer.alloc(pageBytes, 2)
  const times = Array.from({ length: pages }, (_, place) => {
    writeSync(file, page, 0, pageBytes, place * pageBytes)
    const began = performance.now()
    fdatasyncSync(file)
    return performance.now() - began
  })
  closeSync(file)
  ScratchDirectory.remove(directory)
  return Harness.spreadOf(times).median
}
