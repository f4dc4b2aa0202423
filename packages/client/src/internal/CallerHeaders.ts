/**
 * Checks what a caller adds to a request by hand: headers and a date of their own, and a time.
 *
 * Headers that are signed, prove identity, frame the message or are set by other options are refused
 * before anything is sent, all at once.
 */
import type { RequestOptions } from "../RequestOptions.ts"
import { parseHttpDate } from "./HttpDate.ts"

/** Headers that only the client may set: signed, proving identity or framing the message. */
const reserved: ReadonlySet<string> = new Set([
  "accept",
  "authorization",
  "client-request-id",
  "connection",
  "content-encoding",
  "content-language",
  "content-length",
  "content-md5",
  "content-type",
  "date",
  "expect",
  "host",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-unmodified-since",
  "keep-alive",
  "proxy-authorization",
  "range",
  "return-client-request-id",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade"
])

const nameForm = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const valueForm = /^[\t\x20-\x7e\x80-\xff]*$/

/** What is wrong with the options, as one text and the code it is refused with. */
export interface OptionsProblem {
  readonly code:
    | "CustomHeaderRefused"
    | "OcpDateInvalid"
    | "DeadlineInvalid"
    | "TimeoutInvalid"
  readonly text: string
}

/** Looks for headers, dates and times that cannot be sent; `undefined` when all is well. */
export const problemOf = (options: RequestOptions | undefined): OptionsProblem | undefined => {
  if (options === undefined) return undefined
  if (options.ocpDate !== undefined && parseHttpDate(options.ocpDate) === undefined) {
    return {
      code: "OcpDateInvalid",
      text: "nothing was sent, because ocpDate is not an RFC 1123 date in GMT "
        + "such as Tue, 29 Jul 2014 21:49:13 GMT."
    }
  }
  if (Number.isNaN(options.deadlineMs)) {
    return {
      code: "DeadlineInvalid",
      text: "nothing was sent, because deadlineMs is no number, so that the call would never end."
    }
  }
  const { timeoutSeconds } = options
  if (
    timeoutSeconds !== undefined && !(Number.isSafeInteger(timeoutSeconds) && timeoutSeconds >= 0)
  ) {
    return {
      code: "TimeoutInvalid",
      text:
        `nothing was sent, because timeoutSeconds must be a whole number, not ${timeoutSeconds}.`
    }
  }
  if (options.customHeaders === undefined) return undefined
  const problems = Object.entries(options.customHeaders).flatMap(([name, value]) => {
    const problem = problemOfHeader(name, value)
    return problem === undefined ? [] : [problem]
  })
  return problems.length === 0 ? undefined : {
    code: "CustomHeaderRefused",
    text: `nothing was sent, because ${problems.join("; ")}.`
  }
}

const problemOfHeader = (name: string, value: string): string | undefined => {
  const lowered = name.toLowerCase()
  if (!nameForm.test(name)) return "customHeaders has a name that is no header name"
  if (reserved.has(lowered) || lowered.startsWith("ocp-")) {
    return `customHeaders may not set "${lowered}", which the client signs or sets itself; use the option of that name if there is one`
  }
  return valueForm.test(value)
    ? undefined
    : `the value of the custom header "${lowered}" holds characters that a header cannot carry`
}
