/**
 * The scalar schemas of the wire. Timestamps and durations stay strings, because a JavaScript date
 * loses four of the seven digits the service compares by; `Iso8601` reads them when needed.
 */
import * as Schema from "effect/Schema"

/** A UTC time in ISO 8601 with up to seven fraction digits, kept as the service wrote it. */
export const Timestamp = Schema.String.annotate({ format: "date-time" })

/** An ISO 8601 duration such as `PT30M`, kept as the service wrote it. */
export const Duration = Schema.String.annotate({ format: "duration" })

/**
 * A signed 32-bit whole number; decoders also accept it as a JSON string. The range is checked by
 * `RequestProblem`, not when decoding.
 */
export const Int32 = Schema.Number.annotate({ format: "int32" })

/** A signed 64-bit whole number as a JavaScript number; decoders also accept it as a JSON string. */
export const Int64 = Schema.Number.annotate({ format: "int64" })

/** A double-precision number. */
export const Double = Schema.Number.annotate({ format: "double" })
