/**
 * What can be done to the body of a reply on purpose, as data. The operation is carried out in every
 * case; a reply without a body is sent as it is.
 */
import * as Schema from "effect/Schema"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/**
 * Acts, but sends only the beginning of the reply's body.
 *
 * @category models
 */
export const CutBodyFault = Schema.Struct({
  _tag: Schema.Literal("CutBody"),
  /** How many bytes of the body are sent, at most all but one. */
  bytes: Count,
  /**
   * Promises the whole length and breaks the connection off; otherwise the shorter body is promised
   * and looks complete. @default true
   */
  isLengthKept: Schema.optionalKey(Schema.Boolean)
})

/** Acts, but sends only the beginning of the reply's body. */
export interface CutBodyFault extends Schema.Schema.Type<typeof CutBodyFault> {}

/**
 * Sends the body bit by bit.
 *
 * @category models
 */
export const SlowBodyFault = Schema.Struct({
  _tag: Schema.Literal("SlowBody"),
  /** From 1 on. The body goes out in pieces, ten a second at most. */
  bytesPerSecond: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000_000 }))
})

/** Sends the body bit by bit. */
export interface SlowBodyFault extends Schema.Schema.Type<typeof SlowBodyFault> {}

/**
 * Says that the body is compressed when it is not, or when it is not all there.
 *
 * @category models
 */
export const BadGzipFault = Schema.Struct({
  _tag: Schema.Literal("BadGzip"),
  /**
   * `Garbage` is the plain body, `Cut` the first half of the compressed one, `Checksum` the compressed
   * one with a wrong sum. @default "Garbage"
   */
  form: Schema.optionalKey(Schema.Literals(["Garbage", "Cut", "Checksum"]))
})

/** Says that the body is compressed when it is not, or when it is not all there. */
export interface BadGzipFault extends Schema.Schema.Type<typeof BadGzipFault> {}

/** The largest body a fault makes: 4 GiB. */
const paddedBytesMax = 4_294_967_296

/**
 * Fills the body up with blanks, which mean nothing in JSON.
 *
 * @category models
 */
export const PaddedFault = Schema.Struct({
  _tag: Schema.Literal("Padded"),
  /** Length of the body; one that is longer already stays. */
  bytes: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: paddedBytesMax })),
  /** Tells the length beforehand; otherwise the body comes in chunks without end in sight. @default true */
  isLengthTold: Schema.optionalKey(Schema.Boolean)
})

/** Fills the body up with blanks. */
export interface PaddedFault extends Schema.Schema.Type<typeof PaddedFault> {}
