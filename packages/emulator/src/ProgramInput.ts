/**
 * What tasks, job managers, preparations and releases have in common as a client sends them: a command
 * line and the user it runs as.
 *
 * @internal
 */
import * as Limits from "@batchwave/wire/Limits"
import type { TaskContainerSettings } from "@batchwave/wire/TaskContainerSettings"
import type { UserIdentity } from "@batchwave/wire/UserIdentity"
import * as Problem from "./Problem.ts"

/** Whatever runs a command line. */
export interface Program {
  readonly commandLine: string
  readonly displayName?: string
  readonly containerSettings?: TaskContainerSettings
  readonly userIdentity?: UserIdentity
}

/** Checks a program; `prefix` leads to it from the body, with a dot at its end. */
export const check = (program: Program, prefix: string): Problem.Problem | undefined => {
  const { commandLine, containerSettings, displayName = "", userIdentity } = program
  if (commandLine === "") {
    return Problem.ofProperty(
      "InvalidPropertyValue",
      `${prefix}commandLine`,
      "It must not be empty"
    )
  }
  if (containerSettings !== undefined) {
    return Problem.ofProperty(
      "UnsupportedProperty",
      `${prefix}containerSettings`,
      "The emulator runs tasks as processes of this machine and has no pools with containers"
    )
  }
  if (displayName.length > Limits.displayNameCharacters) {
    return Problem.ofProperty(
      "InvalidPropertyValue",
      `${prefix}displayName`,
      `At most ${Limits.displayNameCharacters} characters`
    )
  }
  if (userIdentity === undefined) return undefined
  return (userIdentity.username === undefined) === (userIdentity.autoUser === undefined)
    ? Problem.ofProperty(
      "InvalidPropertyValue",
      `${prefix}userIdentity`,
      "It needs exactly one of username and autoUser"
    )
    : undefined
}

/** The user a program runs as, as the service tells it. */
export const userOf = ({ userIdentity }: Pick<Program, "userIdentity">): UserIdentity => {
  if (userIdentity?.username !== undefined) return { username: userIdentity.username }
  const { elevationLevel = "nonadmin", scope = "pool" } = userIdentity?.autoUser ?? {}
  return { autoUser: { scope, elevationLevel } }
}
