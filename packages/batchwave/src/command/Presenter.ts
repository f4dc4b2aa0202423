/**
 * Help and version on stdout when they were asked for; errors of the command line and the usage that
 * goes with them on stderr.
 */
import * as CliOutput from "effect/cli/CliOutput"
import * as Effect from "effect/Effect"
import process from "node:process"

/**
 * Presents what the command line parser has to say. `colored` tells whether a stream gets colour.
 *
 * @category constructors
 */
export const make = (
  colored: { readonly stdout: boolean; readonly stderr: boolean }
): CliOutput.Presenter => ({
  present: (event) =>
    Effect.sync(() => {
      switch (event._tag) {
        case "Version":
          process.stdout.write(versionText(event.version))
          return
        case "Help": {
          const isAsked = event.reason === "Requested"
          const formatter = CliOutput.defaultFormatter({
            colors: isAsked ? colored.stdout : colored.stderr
          })
          const stream = isAsked ? process.stdout : process.stderr
          stream.write(`${formatter.formatHelpDoc(event.helpDoc)}\n`)
          return
        }
        case "InvalidInvocation": {
          for (const { message } of event.errors) process.stderr.write(`error: ${tidy(message)}\n`)
          const path = event.commandPath.join(" ")
          process.stderr.write(`usage: ${event.helpDoc.usage}\nhelp:  ${path} --help\n`)
        }
      }
    })
})

/**
 * What `--version` prints.
 *
 * @category rendering
 */
export const versionText = (version: string): string => `batchwave ${version}\n`

/** One message of the parser without its blank lines. */
const tidy = (message: string): string => message.replaceAll(/\n\s*\n/g, "\n").trimEnd()
