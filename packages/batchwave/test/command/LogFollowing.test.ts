import { assert, describe, it } from "@effect/vitest"
import * as LogFollowing from "batchwave/command/LogFollowing"
import type * as TaskFiles from "batchwave/run/TaskFiles"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"

interface World {
  /** The files by task. */
  readonly files: Map<string, string>
  nodes: ReadonlyArray<LogFollowing.FollowedNode>
  readonly shown: Array<string>
}

const node = (task: string | undefined, isSettled = false): LogFollowing.FollowedNode => ({
  node: "n",
  ...(task === undefined ? {} : { task }),
  isSettled
})

const encoder = new TextEncoder()

const fileOf = (text: string): TaskFiles.TaskFile<never> => {
  const bytes = encoder.encode(text)
  return {
    contentBytes: bytes.length,
    // One byte at a time: characters of several bytes come in parts.
    from: (start) =>
      Stream.fromIterable([...bytes.subarray(start)].map((one) => Uint8Array.of(one)))
  }
}

const following = (world: World, startByte = 0): LogFollowing.Following => ({
  locate: Effect.sync(() => ({ jobs: ["j"], nodes: world.nodes })),
  find: (_jobs, task) =>
    Effect.sync(() => {
      const text = world.files.get(task)
      return text === undefined ? undefined : fileOf(text)
    }),
  path: "stdout.txt",
  startOf: () => Effect.succeed(startByte),
  intervalMs: 300,
  show: (_node, text) => Effect.sync(() => world.shown.push(text))
})

describe("LogFollowing.follow", () => {
  it.effect("shows every byte once, from a task that is not there yet to the end of a retry", () =>
    Effect.gen(function*() {
      const world: World = { files: new Map(), nodes: [node(undefined)], shown: [] }
      const fiber = yield* Effect.forkChild(LogFollowing.follow(following(world, 2)))
      const step = Effect.fnUntraced(function*(change: () => void) {
        change()
        yield* TestClock.adjust(300)
        const text = world.shown.join("")
        world.shown.length = 0
        return text
      })
      assert.strictEqual(yield* step(() => {}), "")
      // What is found after the first look is wanted from its first byte.
      assert.strictEqual(
        yield* step(() => {
          world.nodes = [node("n-1")]
          world.files.set("n-1", "añ")
        }),
        "añ"
      )
      assert.strictEqual(yield* step(() => {}), "")
      assert.strictEqual(yield* step(() => world.files.set("n-1", "añb\n")), "b\n")
      assert.strictEqual(yield* step(() => world.files.set("n-1", "x\n")), "x\n")
      assert.strictEqual(
        yield* step(() => {
          world.nodes = [node("n-2")]
          world.files.set("n-2", "again")
        }),
        "again"
      )
      assert.strictEqual(
        yield* step(() => {
          world.nodes = [node("n-2", true)]
          world.files.set("n-2", "again, and done")
        }),
        ", and done"
      )
      assert.strictEqual(yield* Fiber.join(fiber), 1)
    }))

  it.effect("cuts only what was there at first, and ends at once when all have settled", () =>
    Effect.gen(function*() {
      const world: World = {
        files: new Map([["n-1", "one\ntwo\n"]]),
        nodes: [node("n-1", true), { node: "other", isSettled: true }],
        shown: []
      }
      assert.strictEqual(yield* LogFollowing.follow(following(world, 4)), 1)
      assert.strictEqual(world.shown.join(""), "two\n")
    }))
})
