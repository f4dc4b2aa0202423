/** Bodies arrive whole however their length was announced and however they were cut. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import type { Dispatcher } from "undici"
import { Receiver } from "../src/internal/Receiver.ts"
import * as ReplyMemory from "../src/internal/ReplyMemory.ts"
import type { TransportFailure } from "../src/TransportFailure.ts"
import type { TransportReply } from "../src/TransportMessage.ts"

const replyBytesMax = 1000

const controller: Dispatcher.DispatchController = {
  aborted: false,
  paused: false,
  reason: null,
  rawHeaders: null,
  rawTrailers: null,
  abort: () => undefined,
  pause: () => undefined,
  resume: () => undefined
}

type Ending = Result.Result<TransportReply, TransportFailure>

/** How a receiver ends first for chunks under an announced length. */
const received = (
  announced: string | undefined,
  chunks: ReadonlyArray<Buffer>,
  memory = ReplyMemory.make(),
  bytesMax = replyBytesMax
): Ending => {
  const endings = new Array<Ending>()
  const receiver = new Receiver({ method: "GET", timeoutMs: 1000 }, bytesMax, memory, 1000)
  receiver.start((ending) => endings.push(ending))
  receiver.onRequestStart(controller)
  receiver.onResponseStart(
    controller,
    200,
    announced === undefined ? {} : { "content-length": announced }
  )
  for (const chunk of chunks) receiver.onResponseData(controller, chunk)
  receiver.onResponseEnd()
  const [ending] = endings
  assert.isDefined(ending)
  return ending
}

const failureOf = (ending: Ending): TransportFailure =>
  Result.isFailure(ending) ? ending.failure : assert.fail("it succeeded")

describe("Receiver", () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 12 })
  const announcement = fc.oneof(
    fc.constant(undefined),
    fc.constant("exact"),
    fc.constant("chunked"),
    fc.integer({ min: 0, max: replyBytesMax }).map(String)
  )

  it("hands out every byte in order whatever length was announced", () => {
    fc.assert(fc.property(chunks, announcement, (parts, kind) => {
      const buffers = parts.map((part) => Buffer.from(part))
      const whole = Buffer.concat(buffers)
      const announced = kind === "exact" ? String(whole.length) : kind
      const reply = Result.getOrThrow(received(announced, buffers))
      assert.deepStrictEqual(reply.body.toString("hex"), whole.toString("hex"))
    }))
  })

  it("keeps the only chunk of a body without copying it", () => {
    const chunk = Buffer.from("{\"value\":[]}")
    const reply = Result.getOrThrow(received(String(chunk.length), [chunk]))
    assert.strictEqual(reply.body.buffer, chunk.buffer)
    assert.strictEqual(reply.body.byteOffset, chunk.byteOffset)
  })

  it("uses the memory of a long body again once it was given back, and not before", () => {
    const memory = ReplyMemory.make()
    const bytes = 400_000
    const reply = (digit: string, announced = bytes): TransportReply => {
      const half = Buffer.alloc(bytes / 2, digit)
      return Result.getOrThrow(received(String(announced), [half, half], memory, 2 * bytes))
    }
    const [first, second] = [reply("1"), reply("2")]
    assert.notStrictEqual(first.body.buffer, second.body.buffer)
    second.giveBack?.()
    second.giveBack?.()
    const third = reply("3")
    assert.strictEqual(third.body.buffer, second.body.buffer)
    assert.notStrictEqual(reply("4").body.buffer, third.body.buffer)
    assert.isUndefined(reply("5", bytes - 1).giveBack)
    assert.strictEqual(first.body.toString(), "1".repeat(bytes))
    assert.strictEqual(third.body.toString(), "3".repeat(bytes))
  })

  it("says that the request goes out once it does, and not when it was given up before", () => {
    const told: Array<string> = []
    const make = (name: string): Receiver => {
      const onSent = (): void => {
        told.push(name)
      }
      return new Receiver(
        { method: "POST", timeoutMs: 1000, onSent },
        replyBytesMax,
        ReplyMemory.make(),
        1000
      )
    }
    const [first, second] = [make("first"), make("second")]
    assert.deepStrictEqual(told, [])
    first.onRequestStart(controller)
    second.abandon()
    second.onRequestStart(controller)
    assert.deepStrictEqual(told, ["first"])
  })

  it("takes a body of exactly the bound and refuses one byte more, announced or not", () => {
    const half = Buffer.alloc(replyBytesMax / 2, 1)
    const more = Buffer.alloc(1)
    for (const announced of [undefined, String(replyBytesMax)]) {
      const reply = Result.getOrThrow(received(announced, [half, half]))
      assert.strictEqual(reply.body.length, replyBytesMax)
      const failure = failureOf(received(announced, [half, half, more]))
      assert.strictEqual(failure.reason, "ReplyTooLarge")
    }
    const early = failureOf(received(String(replyBytesMax + 1), []))
    assert.strictEqual(early.reason, "ReplyTooLarge")
  })
})
