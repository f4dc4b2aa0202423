/**
 * The version of this package, as its manifest says.
 */
import { readFileSync } from "node:fs"

/**
 * Reads it from the manifest beside the sources.
 *
 * @category queries
 */
export const read = (): string => {
  const manifest: { readonly version: string } = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8")
  )
  return manifest.version
}
