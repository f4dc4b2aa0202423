/**
 * The claims that every operation makes, or every operation of a kind, drawn up from the facts of the
 * service's description.
 */
import { facts } from "../wire/contractFacts.ts"
import { type Claim, type Evidence, refused } from "./Claim.ts"
import * as Usual from "./Usual.ts"

/** A claim of many operations. */
export interface CommonClaim {
  readonly claim: Omit<Claim, "operation" | "given">
  readonly isOf: (operation: string) => boolean
  /** Which operations these are, in words. */
  readonly whose: string
}

const past = "Sat, 01 Jan 2000 00:00:00 GMT"
const future = "Fri, 01 Jan 2100 00:00:00 GMT"

const hasHeader = (header: string) => (operation: string): boolean =>
  facts.operations[operation]?.headers.includes(header) ?? false

const hasQuery = (name: string) => (operation: string): boolean =>
  facts.operations[operation]?.query.some((parameter) => parameter.name === name) ?? false

const isRead = (operation: string): boolean => {
  const { method } = Usual.callOf(operation)
  return method === "GET" || method === "HEAD"
}

/** The operations whose plain success was recorded. */
const recorded: ReadonlySet<string> = new Set([
  "Task_Add",
  "Task_AddCollection",
  "Task_Get",
  "Task_List",
  "Task_ListSubtasks",
  "Task_Update",
  "Task_Terminate",
  "Job_Add",
  "Job_Get",
  "Job_Patch",
  "Job_Update",
  "Job_Disable",
  "Job_Enable",
  "Job_Terminate",
  "Job_GetTaskCounts",
  "File_GetFromTask",
  "File_GetPropertiesFromTask",
  "File_ListFromTask"
])

const everybody = { isOf: () => true, whose: "every operation" }

const conditional = (
  header: string,
  value: string,
  when: string,
  status: 304 | 412,
  evidence: Evidence
): CommonClaim => ({
  claim: {
    when,
    request: { headers: { [header]: value } },
    reply: status === 304 ? { status } : refused(412, "ConditionNotMet"),
    evidence
  },
  isOf: hasHeader(header),
  whose: "every operation with conditions"
})

const onlyReads = (common: CommonClaim): CommonClaim => ({
  ...common,
  isOf: (operation) => common.isOf(operation) && isRead(operation),
  whose: "reads with conditions"
})

const onlyWrites = (common: CommonClaim): CommonClaim => ({
  ...common,
  isOf: (operation) => common.isOf(operation) && !isRead(operation),
  whose: "writes with conditions"
})

const met = (header: string, value: string, when: string): CommonClaim => ({
  claim: {
    when,
    request: { headers: { [header]: value } },
    reply: { status: 0 },
    evidence: "documented"
  },
  isOf: hasHeader(header),
  whose: "every operation with this condition"
})

const admission: ReadonlyArray<CommonClaim> = [
  {
    claim: { when: "all is as usual", reply: { status: 0 }, evidence: "recorded" },
    isOf: (operation) => recorded.has(operation),
    whose: [...recorded].map((name) => `\`${name}\``).join(", ")
  },
  {
    claim: { when: "all is as usual", reply: { status: 0 }, evidence: "example" },
    isOf: (operation) => !recorded.has(operation),
    whose: "every other operation"
  },
  {
    ...everybody,
    claim: {
      when: "the client's request id is to be told back",
      request: {
        headers: {
          "client-request-id": "0f1e2d3c-0000-4000-8000-00000000abcd",
          "return-client-request-id": "true"
        }
      },
      reply: {
        status: 0,
        headers: { "client-request-id": "0f1e2d3c-0000-4000-8000-00000000abcd" }
      },
      evidence: "documented"
    }
  },
  {
    ...everybody,
    claim: {
      when: "the client's request id is not to be told back",
      request: { headers: { "client-request-id": "0f1e2d3c-0000-4000-8000-00000000abcd" } },
      reply: { status: 0, headers: { "client-request-id": "" } },
      evidence: "documented"
    }
  },
  {
    ...everybody,
    claim: {
      when: "the timeout is more than the service grants",
      request: { query: { timeout: "100000" } },
      reply: { status: 0 },
      evidence: "documented"
    }
  },
  {
    ...everybody,
    claim: {
      when: "the request is not signed",
      request: { authority: "unsigned" },
      reply: refused(403, "AuthenticationFailed", { AuthenticationErrorDetail: "*" }),
      evidence: "never"
    }
  },
  {
    ...everybody,
    claim: {
      when: "the request is signed with another key",
      request: { authority: "wrongKey" },
      reply: refused(403, "AuthenticationFailed", { AuthenticationErrorDetail: "*" }),
      evidence: "recorded"
    }
  },
  {
    ...everybody,
    claim: {
      when: "the request was signed 16 minutes ago",
      request: { authority: "old" },
      reply: refused(403, "AuthenticationFailed", { AuthenticationErrorDetail: "*" }),
      evidence: "documented"
    }
  },
  {
    ...everybody,
    claim: {
      when: "no version is named",
      request: { version: "" },
      reply: refused(400, "MissingRequiredQueryParameter", { QueryParameterName: "api-version" }),
      evidence: "recorded"
    }
  },
  {
    ...everybody,
    claim: {
      when: "an unknown version is named",
      request: { version: "2014-01-01.1.0" },
      reply: refused(400, "UnsupportedRequestVersion", {
        QueryParameterName: "api-version",
        QueryParameterValue: "2014-01-01.1.0",
        Reason: "*"
      }),
      evidence: "documented"
    }
  },
  {
    ...everybody,
    claim: {
      when: "a query parameter is not of the operation",
      request: { query: { colour: "red" } },
      reply: refused(400, "UnsupportedQueryParameter", {
        QueryParameterName: "colour",
        QueryParameterValue: "red"
      }),
      evidence: "documented"
    }
  },
  {
    ...everybody,
    claim: {
      when: "the timeout is not a number",
      request: { query: { timeout: "soon" } },
      reply: refused(400, "InvalidQueryParameterValue", {
        QueryParameterName: "timeout",
        QueryParameterValue: "soon",
        Reason: "*"
      }),
      evidence: "documented"
    }
  }
]

const conditions: ReadonlyArray<CommonClaim> = [
  met("If-Match", "$eTag", "the entity tag is still the one"),
  met("If-Match", "*", "there is any entity tag"),
  met("If-None-Match", "0x8D0000000000000", "the entity tag is another"),
  met("If-Modified-Since", past, "it changed since the time"),
  met("If-Unmodified-Since", future, "it did not change since the time"),
  onlyWrites(
    conditional("If-Match", "0x8D0000000000000", "the entity tag is not the one", 412, "recorded")
  ),
  onlyReads(
    conditional("If-Match", "0x8D0000000000000", "the entity tag is not the one", 412, "documented")
  ),
  conditional("If-Unmodified-Since", past, "it changed after the time", 412, "documented"),
  onlyWrites(
    conditional("If-None-Match", "$eTag", "the entity tag is the known one", 412, "documented")
  ),
  onlyWrites(
    conditional("If-Modified-Since", future, "it did not change after the time", 412, "documented")
  ),
  onlyReads(conditional("If-None-Match", "$eTag", "the client's copy is good", 304, "documented")),
  onlyReads(conditional("If-None-Match", "*", "the client has any copy", 304, "documented")),
  onlyReads(
    conditional("If-Modified-Since", future, "it did not change after the time", 304, "documented")
  ),
  {
    claim: {
      when: "If-Match and If-Unmodified-Since disagree: the tag decides",
      request: { headers: { "If-Match": "$eTag", "If-Unmodified-Since": past } },
      reply: { status: 0 },
      evidence: "documented"
    },
    isOf: hasHeader("If-Match"),
    whose: "every operation with conditions"
  },
  {
    claim: {
      when: "two conditions do not go together",
      request: { headers: { "If-Match": "$eTag", "If-Modified-Since": past } },
      reply: refused(400, "MultipleConditionHeadersNotSupported", { HeaderName: "*" }),
      evidence: "documented"
    },
    isOf: hasHeader("If-Match"),
    whose: "every operation with conditions"
  },
  {
    claim: {
      when: "the date of a condition is not a date",
      request: { headers: { "If-Modified-Since": "yesterday" } },
      reply: refused(400, "InvalidHeaderValue", {
        HeaderName: "if-modified-since",
        HeaderValue: "yesterday"
      }),
      evidence: "documented"
    },
    isOf: hasHeader("If-Modified-Since"),
    whose: "every operation with this condition"
  }
]

const queryClaim = (
  name: string,
  value: string,
  code: "InvalidQueryParameterValue" | "OutOfRangeQueryParameterValue",
  when: string,
  evidence: Evidence
): CommonClaim => ({
  claim: {
    when,
    request: { query: { [name]: value } },
    reply: refused(400, code, {
      QueryParameterName: name,
      QueryParameterValue: value,
      Reason: "*"
    }),
    evidence
  },
  isOf: hasQuery(name),
  whose: `every operation with \`${name}\``
})

const queries: ReadonlyArray<CommonClaim> = [
  queryClaim(
    "maxresults",
    "0",
    "OutOfRangeQueryParameterValue",
    "a page is to have no items",
    "documented"
  ),
  queryClaim(
    "maxresults",
    "1001",
    "OutOfRangeQueryParameterValue",
    "a page is to have 1,001 items",
    "documented"
  ),
  queryClaim(
    "maxresults",
    "ten",
    "InvalidQueryParameterValue",
    "the page size is no number",
    "documented"
  ),
  {
    claim: {
      when: "a page is to have 1,000 items",
      request: { query: { maxresults: "1000" } },
      reply: { status: 0 },
      evidence: "documented"
    },
    isOf: hasQuery("maxresults"),
    whose: "every operation with `maxresults`"
  },
  queryClaim(
    "$filter",
    "state eq",
    "InvalidQueryParameterValue",
    "the filter has no end",
    "documented"
  ),
  queryClaim(
    "$filter",
    "colour eq 'red'",
    "InvalidQueryParameterValue",
    "the filter is about nothing there is",
    "documented"
  ),
  queryClaim(
    "$select",
    "id,colour",
    "InvalidQueryParameterValue",
    "there is no such member",
    "documented"
  ),
  queryClaim(
    "$expand",
    "colour",
    "InvalidQueryParameterValue",
    "there is nothing to expand",
    "documented"
  ),
  {
    claim: {
      when: "statistics are to be told",
      request: { query: { $expand: "stats" } },
      reply: { status: 0 },
      evidence: "documented"
    },
    isOf: hasQuery("$expand"),
    whose: "every operation with `$expand`"
  },
  {
    claim: {
      when: "the link to a page is none of this service",
      request: { query: { $skiptoken: "abc" } },
      reply: refused(400, "InvalidQueryParameterValue", {
        QueryParameterName: "$skiptoken",
        QueryParameterValue: "abc",
        Reason: "*"
      }),
      evidence: "never"
    },
    isOf: (operation) => facts.operations[operation]?.isPaged === true,
    whose: "every listing"
  }
]

/** A part of the path names nothing there is. */
const missing = (part: string, by: string, code: string, when: string): CommonClaim => ({
  claim: {
    when,
    request: { replacing: [part, by] },
    reply: refused(404, code),
    evidence: "documented"
  },
  isOf: (operation) => Usual.callOf(operation).path.includes(part),
  whose: "every operation whose path names it"
})

const absences: ReadonlyArray<CommonClaim> = [
  missing("/jobs/$job", "/jobs/nobody", "JobNotFound", "there is no such job"),
  missing("/tasks/$task", "/tasks/nobody", "TaskNotFound", "there is no such task"),
  missing("/pools/$pool", "/pools/nobody", "PoolNotFound", "there is no such pool"),
  missing("/nodes/$node", "/nodes/nobody", "NodeNotFound", "there is no such node"),
  missing("/wd/ten.txt", "/wd/nothing.txt", "FileNotFound", "there is no such file")
]

const hasBody = (operation: string): boolean =>
  facts.operations[operation]?.request?.required === true

const bodies: ReadonlyArray<CommonClaim> = [
  {
    claim: {
      when: "there is no body",
      request: { rawBody: "" },
      reply: refused(400, "InvalidRequestBody", { Reason: "*" }),
      evidence: "never"
    },
    isOf: hasBody,
    whose: "every operation with a body"
  },
  {
    claim: {
      when: "the body is not JSON",
      request: { rawBody: "{\"id\":" },
      reply: refused(400, "InvalidRequestBody", { Reason: "*" }),
      evidence: "documented"
    },
    isOf: hasBody,
    whose: "every operation with a body"
  },
  {
    claim: {
      when: "arrays lie more than 64 deep in each other",
      request: { rawBody: `{"id":${"[".repeat(100_000)}${"]".repeat(100_000)}}` },
      reply: refused(400, "InvalidRequestBody", { Reason: "*" }),
      evidence: "never"
    },
    isOf: (operation) => hasBody(operation) && operation !== "Task_AddCollection",
    whose: "every operation with a body but the add of a collection"
  },
  {
    claim: {
      when: "the body is sent without its length",
      request: { isChunked: true },
      reply: refused(411, "MissingContentLengthHeader"),
      evidence: "documented"
    },
    isOf: hasBody,
    whose: "every operation with a body"
  },
  {
    claim: {
      when: "the body is larger than 1,048,576 bytes",
      request: { rawBody: " ".repeat(1_048_577) },
      reply: refused(413, "RequestBodyTooLarge", { MaxLimit: "1048576" }),
      evidence: "reported"
    },
    isOf: hasBody,
    whose: "every operation with a body"
  }
]

/** All common claims, in the order of the page. */
export const claims: ReadonlyArray<CommonClaim> = [
  ...admission,
  ...absences,
  ...bodies,
  ...queries,
  ...conditions
]

/** The common claims of one operation. Status 0 stands for its success. */
export const ofOperation = (operation: string): ReadonlyArray<Claim> => {
  const usual = Usual.callOf(operation)
  return claims.filter(({ isOf }) => isOf(operation)).map(({ claim }) =>
    Object.assign({}, claim, {
      operation,
      given: usual.given,
      isHarmless: isRead(operation) || claim.reply.status >= 400,
      reply: claim.reply.status === 0 ? { ...claim.reply, status: usual.success } : claim.reply
    })
  )
}
