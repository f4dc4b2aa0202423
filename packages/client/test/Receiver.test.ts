/** Bodies arrive whole however their length was announced and however they were cut. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type { Dispatcher } from "undici"
import { Receiver } from "../src/internal/Receiver.ts"
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

type Ending = Effect.Effect<TransportReply, TransportFailure>

/** How a receiver ends first for chunks under an announced length. */
const received = (
  announced: string | undefined,
  chunks: ReadonlyArray<Buffer>
): Ending => {
  const endings = new Array<Ending>()
  const receiver = new Receiver(false, replyBytesMax, 1000, 1000)
  receiver.start((ending) => endings.push(ending))
  receiver.onRequestStart(controller)
  receiver.onResponseStart(
    controller,
    200,
    announced === undefined ? {} : { "content-length": announced }
  )
  for (const chunk of chunks) receiver.onResponseData(controller, chunk)
  receiver.onResponseEnd()
  return endings[0] ?? Effect.die("the receiver did not end")
}

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
      const reply = Effect.runSync(received(announced, buffers))
      assert.deepStrictEqual(reply.body.toString("hex"), whole.toString("hex"))
    }))
  })

  it("keeps the only chunk of a body without copying it", () => {
    const chunk = Buffer.from("{\"value\":[]}")
    const reply = Effect.runSync(received(String(chunk.length), [chunk]))
    assert.strictEqual(reply.body.buffer, chunk.buffer)
    assert.strictEqual(reply.body.byteOffset, chunk.byteOffset)
  })

  it("takes a body of exactly the bound and refuses one byte more, announced or not", () => {
    const half = Buffer.alloc(replyBytesMax / 2, 1)
    const more = Buffer.alloc(1)
    for (const announced of [undefined, String(replyBytesMax)]) {
      const reply = Effect.runSync(received(announced, [half, half]))
      assert.strictEqual(reply.body.length, replyBytesMax)
      const failure = Effect.runSync(Effect.flip(received(announced, [half, half, more])))
      assert.strictEqual(failure.reason, "ReplyTooLarge")
    }
    const early = Effect.runSync(Effect.flip(received(String(replyBytesMax + 1), [])))
    assert.strictEqual(early.reason, "ReplyTooLarge")
  })
})
