/**
 * The file that `--out` names, in the place of stdout.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { writeFileSync } from "node:fs"
import { Screen } from "../screen/Screen.ts"
import { type CommandError, usage } from "./CommandError.ts"

/**
 * Prints a text, or writes it to the file and says so. Fails when the file cannot be written.
 *
 * @category operations
 */
export const print: (
  text: string,
  out: Option.Option<string>
) => Effect.Effect<void, CommandError, Screen> = Effect.fnUntraced(function*(text, out) {
  const screen = yield* Screen
  if (Option.isNone(out)) return yield* screen.result(text)
  const file = out.value
  yield* Effect.try({
    try: () => writeFileSync(file, text),
    catch: (cause) =>
      usage(
        `cannot write ${file}: ${
          cause instanceof Error ? cause.message : String(cause)
        }; give another file by --out`,
        cause
      )
  })
  yield* screen.say(`written: ${file}`)
})
