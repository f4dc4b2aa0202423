/**
 * `@azure/batch` 10.2.0 against the emulator, compared with our client. It speaks an older version of
 * the service, whose tasks, jobs and files have the same members.
 */
import * as AzureBatchClient from "./AzureBatchClient.ts"
import * as Comparison from "./Comparison.ts"

Comparison.declare("@azure/batch", AzureBatchClient.run, [
  {
    step: "reads a job in part",
    path: ["value", "maxParallelTasks"],
    theirs: -1,
    why: "it fills the default of a member in that was not selected"
  },
  {
    step: "reads the properties of a file",
    path: ["value", "isDirectory"],
    theirs: "False",
    why: "it types the header as boolean and hands the text over as it came"
  },
  {
    step: "describes a directory",
    path: ["value", "isDirectory"],
    theirs: "True",
    why: "it types the header as boolean and hands the text over as it came"
  },
  {
    step: "is told of a missing file",
    path: ["error", "code"],
    theirs: null,
    why: "it does not read the error document of a call whose body is a stream"
  }
])
