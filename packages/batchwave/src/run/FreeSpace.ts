/**
 * How much room the disk of a directory has, for sentences about a full one.
 */
import * as Option from "effect/Option"
import { statfsSync } from "node:fs"

const kibibyte = 1_024

/**
 * In brackets after a blank, such as ` (12 KiB free)`; empty where nobody knows.
 *
 * @category rendering
 */
export const text = (directory: string): string =>
  Option.match(Option.liftThrowable(() => statfsSync(directory))(), {
    onNone: () => "",
    onSome: ({ bavail, bsize }) => ` (${Math.floor((bavail * bsize) / kibibyte)} KiB free)`
  })
