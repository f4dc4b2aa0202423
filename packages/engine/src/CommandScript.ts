/**
 * From a node's command, whose holes are other nodes' outputs, to the command line of a task.
 *
 * Batch starts a command line without a shell, and does not document how it splits one that holds
 * quotes. So the script travels in an environment setting and the command line is always the same
 * harmless text; a script without any special character is put in the command line itself, where
 * people see it.
 *
 * @source TaskAddParameter.commandLine 2024-02-01.19.0 (no shell)
 */
import type { CommandPart, Json, OutputReference } from "@batchwave/core/Workflow"

/**
 * The environment setting that carries a script.
 *
 * @category constants
 */
export const scriptVariable = "BATCHWAVE_SCRIPT"

/**
 * A command line, and the script it needs in its environment, if any.
 *
 * @category models
 */
export interface CommandScript {
  readonly commandLine: string
  readonly script: string | undefined
}

/**
 * Quotes a text as one word of a POSIX shell.
 *
 * @category operations
 */
export const quote = (text: string): string =>
  /^[A-Za-z0-9_\-./:=@%+,]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/**
 * Renders a command, with its holes filled. A string is inserted as itself, any other JSON value as its text,
 * both as one shell word.
 *
 * @category operations
 */
export const render = (
  parts: ReadonlyArray<CommandPart>,
  valueOf: (from: OutputReference, path: ReadonlyArray<string>) => Json
): string =>
  parts.length === 1 && parts[0]?._tag === "Text"
    ? parts[0].text
    : parts.map((part) => {
      switch (part._tag) {
        case "Text":
          return part.text
        case "File":
          return quote(part.path)
        case "Value": {
          const value = valueOf(part.from, part.path)
          return quote(typeof value === "string" ? value : JSON.stringify(value))
        }
      }
    }).join("")

/**
 * Makes the command line of a script.
 *
 * @category constructors
 */
export const make = (script: string): CommandScript =>
  plain.test(script)
    ? { commandLine: `/bin/sh -c '${script}'`, script: undefined }
    : { commandLine: `/bin/sh -c 'eval "$${scriptVariable}"'`, script }

const plain = /^[A-Za-z0-9_\-./:=@%+, ;>|&]+$/
