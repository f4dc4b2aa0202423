/**
 * Claims about the files of tasks and of nodes.
 */
import { type Claim, of, refused } from "../Claim.ts"
import * as Usual from "../Usual.ts"

type Open = Omit<Claim, "operation">

/** Whose files: where they are, and where the directory of the task is among them. */
interface Owner {
  readonly suffix: "Task" | "ComputeNode"
  readonly files: string
  readonly below: string
}

const ofTask: Owner = { suffix: "Task", files: "/jobs/$job/tasks/$task/files", below: "" }
const ofNode: Owner = {
  suffix: "ComputeNode",
  files: "/pools/$pool/nodes/$node/files",
  below: `${Usual.taskFilesOnNode}/`
}

const range = (text: string, answer: string, when: string): Open => ({
  when,
  given: "a task with files",
  request: { headers: { "ocp-range": text } },
  reply: {
    status: 200,
    text: answer,
    headers: { "content-length": String(answer.length), "content-range": "" }
  },
  evidence: "recorded"
})

const badRange = (text: string, when: string): Open => ({
  when,
  given: "a task with files",
  request: { headers: { "ocp-range": text } },
  reply: refused(416, "InvalidRange", { HeaderName: "ocp-range", HeaderValue: text }),
  evidence: "documented"
})

const described = {
  "ocp-batch-file-isdirectory": "False",
  "ocp-batch-file-mode": "*",
  "ocp-batch-file-url": "*",
  "content-length": "10"
}

const get = ({ below, files, suffix }: Owner): ReadonlyArray<Claim> =>
  of(`File_GetFrom${suffix}`, [
    {
      when: "the whole file is wanted",
      given: "a task with files",
      reply: { status: 200, text: "0123456789", headers: described },
      evidence: "recorded"
    },
    range("bytes=2-5", "2345", "a range is wanted"),
    range("bytes=7-", "789", "the rest from a byte on is wanted"),
    range("bytes=8-999", "89", "a range ends after the file"),
    range("bytes=0-0", "0", "one byte is wanted"),
    badRange("bytes=10-11", "the range begins after the file"),
    badRange("bytes=5-2", "the range ends before it begins"),
    badRange("lines=1-2", "the range is not of bytes"),
    {
      when: "the path is encoded as one",
      given: "a task with files",
      request: {
        path: `${files}/${encodeURIComponent(`${below}wd/ten.txt`).replaceAll("%24", "$")}`
      },
      reply: { status: 200, text: "0123456789" },
      evidence: "recorded"
    },
    {
      when: "the output of the process is wanted",
      given: "a task with files",
      request: { path: `${files}/${below}stdout.txt` },
      reply: { status: 200, text: "out\n" },
      evidence: "recorded"
    },
    {
      when: "the path is of a directory",
      given: "a task with files",
      request: { path: `${files}/${below}wd/sub` },
      reply: refused(404, "FileNotFound"),
      evidence: "never"
    },
    {
      when: "the path leads out of the directory",
      given: "a task with files",
      request: { path: `${files}/${below}wd%2F..%2F..%2Fsecret` },
      reply: refused(400, "InvalidUri", { Reason: "*" }),
      evidence: "never"
    }
  ])

const properties = ({ below, files, suffix }: Owner): ReadonlyArray<Claim> =>
  of(`File_GetPropertiesFrom${suffix}`, [
    {
      when: "it is a file",
      given: "a task with files",
      reply: { status: 200, headers: { ...described, "content-type": "application/octet-stream" } },
      evidence: "recorded"
    },
    {
      when: "it is a directory",
      given: "a task with files",
      request: { path: `${files}/${below}wd/sub` },
      reply: { status: 200, headers: { "ocp-batch-file-isdirectory": "True" } },
      evidence: "documented"
    }
  ])

const list = ({ below, files, suffix }: Owner): ReadonlyArray<Claim> =>
  of(`File_ListFrom${suffix}`, [
    {
      when: "the beginning of the names is filtered by",
      given: "a task with files",
      request: { query: { recursive: "true", $filter: `startswith(name,'${below}wd/')` } },
      reply: {
        status: 200,
        body: {
          "odata.metadata": "*",
          "value.0.name": `${below}wd/sub`,
          "value.0.isDirectory": true,
          "value.0.properties": null,
          "value.1.name": `${below}wd/sub/in.txt`,
          "value.1.isDirectory": false,
          "value.1.url": "*",
          "value.1.properties.contentLength": 6,
          "value.1.properties.lastModified": "*",
          "value.1.properties.fileMode": "*",
          "value.2.name": `${below}wd/ten.txt`,
          "value.3": null,
          "odata.nextLink": null
        }
      },
      evidence: "documented"
    },
    {
      when: "there are more files than the page has",
      given: "a task with files",
      request: { query: { recursive: "true", maxresults: "2" } },
      reply: { status: 200, body: { "value.1.name": "*", "value.2": null, "odata.nextLink": "*" } },
      evidence: "documented"
    },
    {
      when: "`recursive` is neither true nor false",
      given: "a task with files",
      request: { path: files, query: { recursive: "deeply" } },
      reply: refused(400, "InvalidQueryParameterValue", {
        QueryParameterName: "recursive",
        QueryParameterValue: "deeply",
        Reason: "*"
      }),
      evidence: "documented"
    }
  ])

const remove = ({ below, files, suffix }: Owner): ReadonlyArray<Claim> =>
  of(`File_DeleteFrom${suffix}`, [
    {
      when: "it is a file",
      given: "a task with files",
      reply: { status: 200 },
      afterwards: {
        path: `${files}/${below}wd/ten.txt`,
        status: 404,
        body: { code: "FileNotFound" }
      },
      evidence: "documented"
    },
    {
      when: "it is a directory that is not empty",
      given: "a task with files",
      request: { path: `${files}/${below}wd/sub` },
      reply: refused(409, "OperationInvalidForCurrentState"),
      evidence: "never"
    },
    {
      when: "it is a directory and all below it is to go",
      given: "a task with files",
      request: { path: `${files}/${below}wd/sub`, query: { recursive: "true" } },
      reply: { status: 200 },
      evidence: "documented"
    }
  ])

/** What only tasks have: times at which they have no files. */
const absent = (operation: string): ReadonlyArray<Claim> =>
  of(operation, [
    {
      when: "the task never ran",
      given: "a queued task",
      reply: refused(409, "TaskFilesUnavailable"),
      evidence: "documented"
    },
    {
      when: "the files of the task were removed",
      given: "a task whose files were removed",
      reply: refused(409, "TaskFilesCleanedup"),
      evidence: "documented"
    }
  ])

const claimsOf = (owner: Owner): ReadonlyArray<Claim> => [
  ...get(owner),
  ...properties(owner),
  ...list(owner),
  ...remove(owner)
]

/** Claims about the files of tasks. */
export const taskFiles: ReadonlyArray<Claim> = [
  ...claimsOf(ofTask),
  ...of("File_ListFromTask", [{
    when: "one level is wanted",
    given: "a task with files",
    reply: {
      status: 200,
      body: {
        "value.0.name": "stderr.txt",
        "value.1.name": "stdout.txt",
        "value.2.name": "wd",
        "value.2.isDirectory": true,
        "value.3": null
      }
    },
    evidence: "documented"
  }]),
  ...["File_GetFromTask", "File_GetPropertiesFromTask", "File_ListFromTask", "File_DeleteFromTask"]
    .flatMap(absent)
]

/** Claims about the files of nodes. */
export const nodeFiles: ReadonlyArray<Claim> = claimsOf(ofNode)
