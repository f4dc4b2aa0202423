/**
 * The resource and output files of a task as a client sends them: what can be refused before the
 * task runs.
 *
 * @source ResourceFile and OutputFile 2024-02-01.19.0; the codes are our choice
 *
 * @internal
 */
import * as Limits from "@batchwave/wire/Limits"
import type { OutputFile } from "@batchwave/wire/OutputFile"
import type { ResourceFile } from "@batchwave/wire/ResourceFile"
import * as Problem from "./Problem.ts"

/** The files of whatever runs a command line. */
export interface Files {
  readonly resourceFiles?: ReadonlyArray<ResourceFile>
  readonly outputFiles?: ReadonlyArray<OutputFile>
}

/** Checks all files; `isAutoStorage` says whether the account has storage of its own. */
export const check = (files: Files, isAutoStorage: boolean): Problem.Problem | undefined => {
  let characters = 0
  for (const file of files.resourceFiles ?? []) {
    const problem = checkResource(file, isAutoStorage)
    if (problem !== undefined) return problem
    characters += charactersOf(file)
  }
  if (characters > Limits.resourceFileCharacters) {
    return Problem.ofProperty(
      "InvalidPropertyValue",
      "resourceFiles",
      `All resource files together may have ${Limits.resourceFileCharacters} characters`
    )
  }
  for (const { destination: { container } } of files.outputFiles ?? []) {
    if (container === undefined) {
      return Problem.ofProperty(
        "MissingRequiredProperty",
        "outputFiles.destination.container",
        "An output file needs a container to go to"
      )
    }
    if (container.identityReference !== undefined) {
      return ofIdentity("outputFiles.destination.container.identityReference")
    }
  }
  return undefined
}

const charactersOf = (file: ResourceFile): number => {
  const { autoStorageContainerName = "", blobPrefix = "", filePath = "" } = file
  const { httpUrl = "", storageContainerUrl = "" } = file
  return [autoStorageContainerName, blobPrefix, filePath, httpUrl, storageContainerUrl]
    .reduce((sum, text) => sum + text.length, 0)
}

const checkResource = (
  file: ResourceFile,
  isAutoStorage: boolean
): Problem.Problem | undefined => {
  const { autoStorageContainerName, blobPrefix, filePath, httpUrl, storageContainerUrl } = file
  const sources = [autoStorageContainerName, storageContainerUrl, httpUrl]
  if (sources.filter((source) => source !== undefined).length !== 1) {
    return invalid(
      "A resource file needs exactly one of autoStorageContainerName, storageContainerUrl and httpUrl"
    )
  }
  if (file.identityReference !== undefined) return ofIdentity("resourceFiles.identityReference")
  if (httpUrl !== undefined && filePath === undefined) {
    return invalid("A resource file with httpUrl needs filePath")
  }
  if (httpUrl !== undefined && blobPrefix !== undefined) {
    return invalid("blobPrefix goes with a container, not with httpUrl")
  }
  if (autoStorageContainerName === undefined) return undefined
  if (!isAutoStorage) {
    return invalid(
      "The account has no storage of its own; start the emulator with --auto-storage to give it some"
    )
  }
  return containerForm.test(autoStorageContainerName)
    ? undefined
    : invalid(`${JSON.stringify(autoStorageContainerName)} is not the name of a container`)
}

/** @source Naming containers, Blob service REST API */
const containerForm = /^(?:\$root|(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9])$/

const invalid = (reason: string): Problem.Problem =>
  Problem.ofProperty("InvalidPropertyValue", "resourceFiles", reason)

const ofIdentity = (name: string): Problem.Problem =>
  Problem.ofProperty(
    "UnsupportedProperty",
    name,
    "The emulator has no managed identities; put a shared access signature into the URL"
  )
