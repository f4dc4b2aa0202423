/**
 * What a command tells about: a run, or a pipeline that has not run yet.
 */
import * as Option from "effect/Option"
import { existsSync } from "node:fs"
import { listed } from "../screen/Words.ts"
import { type CommandError, usage } from "./CommandError.ts"

/**
 * Whether it is the file of a pipeline, by the name of a module or of JSON, or since there is one;
 * anything else is the id of a run.
 *
 * @category guards
 */
export const isFile = (target: Option.Option<string>): target is Option.Some<string> =>
  Option.isSome(target)
  && (/\.(?:[cm]?[jt]s|json)$/i.test(target.value) || existsSync(target.value))

/**
 * What is wrong with flags that only the file of a pipeline needs.
 *
 * @category constructors
 */
export const ofRunAlready = (flags: ReadonlyArray<string>): CommandError =>
  usage(
    `${listed(flags, flags.length)}: a run has them already; leave them out, or give a file`
  )
