/**
 * What a template writes is what `JSON.stringify` writes, whatever the tasks are like.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as TaskTemplate from "../src/internal/TaskTemplate.ts"
import * as TaskText from "../src/internal/TaskText.ts"

/** Bodies that teach and bodies that are written by what was taught. */
const bodyCount = 6

const expected = (tasks: ReadonlyArray<unknown>): string => JSON.stringify({ value: tasks })

const taskAt = (index: number) => ({
  id: `task-${index}`,
  commandLine: "/bin/sh -c 'exec \"./align\" --reads input.txt'",
  resourceFiles: [{ httpUrl: "https://store.example.com/é", filePath: "input.txt" }],
  environmentSettings: [{ name: "A", value: "1" }, { name: "B", value: `${index % 3}` }],
  constraints: { maxTaskRetryCount: index % 2, maxWallClockTime: "PT1H" },
  userIdentity: { autoUser: { scope: "pool", isAdmin: index % 2 === 0 } },
  requiredSlots: 1
})

const tasksFrom = (start: number, count = 20) =>
  Array.from({ length: count }, (_, place) => taskAt(start + place))

/** A writer that was taught by tasks like those of `taskAt`. */
const taught = (): TaskText.TaskText => {
  const text = TaskText.make()
  for (let body = 0; body < 3; body++) text.write(tasksFrom(body * 20))
  return text
}

const leaf = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ maxLength: 12 }),
  fc.constantFrom("\u0000", "\u001f", "\u007f", "\u0080", "\"", "\\", "\ud800", "same"),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0)
)

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { weight: 6, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(tie("value"), { maxLength: 3 }) },
    {
      weight: 1,
      arbitrary: fc.dictionary(fc.constantFrom("a", "b", "id", "__proto__", "é"), tie("value"), {
        maxKeys: 3
      })
    }
  )
})).value

describe("TaskText", () => {
  it("writes what JSON.stringify writes for tasks that are alike but for some members", () => {
    const member = fc.oneof(
      { weight: 3, arbitrary: fc.tuple(value).map(([same]) => () => same) },
      { weight: 2, arbitrary: fc.func(leaf) },
      { weight: 1, arbitrary: fc.func(value) }
    )
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("a", "b", "c", "d"), member),
        fc.integer({ min: TaskText.learnFrom, max: 40 }),
        (members, count) => {
          const text = TaskText.make()
          for (let body = 0; body < bodyCount; body++) {
            const tasks = Array.from({ length: count }, (_, place) => ({
              id: `${body}-${place}`,
              ...Object.fromEntries(
                Object.entries(members).map(([name, of]) => [name, of(body, place)])
              )
            }))
            assert.deepStrictEqual(
              JSON.parse(text.write(tasks)),
              JSON.parse(expected(tasks))
            )
          }
        }
      ),
      { numRuns: 500 }
    )
  })

  it("writes tasks like those it learnt from by its template, byte for byte", () => {
    const template = TaskTemplate.learn(tasksFrom(0), undefined)
    const sink: TaskTemplate.PlainSink = { plain: "" }
    assert.strictEqual(template?.write(taskAt(500), sink), JSON.stringify(taskAt(500)))
    assert.strictEqual(sink.plain, "task-5002")
    const text = taught()
    assert.strictEqual(text.write(tasksFrom(900)), expected(tasksFrom(900)))
  })

  const strange: ReadonlyArray<readonly [string, unknown]> = [
    ["a member more", { ...taskAt(7), displayName: "x" }],
    ["a member less", { ...taskAt(7), requiredSlots: undefined }],
    ["a number where a text was", { ...taskAt(7), id: 7 }],
    ["another value of what was always the same", { ...taskAt(7), commandLine: "true" }],
    ["one element more in a list", {
      ...taskAt(7),
      environmentSettings: [...taskAt(7).environmentSettings, { name: "C", value: "3" }]
    }],
    ["an object where a list was", { ...taskAt(7), resourceFiles: { length: 1, 0: {} } }],
    ["a number that is none", {
      ...taskAt(7),
      constraints: { maxTaskRetryCount: Number.NaN, maxWallClockTime: "PT1H" }
    }],
    ["a toJSON of its own", Object.assign(taskAt(7), { toJSON: () => ({ id: "other" }) })],
    [
      "a hidden toJSON",
      Object.defineProperty(taskAt(7), "toJSON", { value: () => "x", enumerable: false })
    ],
    ["a class", Object.assign(Object.create({ inherited: 1 }), taskAt(7))],
    ["null", null]
  ]
  for (const [name, task] of strange) {
    it(`serialises a task with ${name} by itself`, () => {
      const tasks = [...tasksFrom(100), task]
      assert.strictEqual(taught().write(tasks), expected(tasks))
    })
  }

  it("escapes a text that needs it where none did, and goes on with what that taught", () => {
    const text = taught()
    for (const id of ["a\"b", "a\\b", "a\nb", "é", "\ud800", "\u{1f600}"]) {
      for (let body = 0; body < bodyCount; body++) {
        const tasks = [...tasksFrom(body * 20), { ...taskAt(1), id }]
        assert.strictEqual(text.write(tasks), expected(tasks))
      }
    }
  })

  it("sees a change of a task between two calls", () => {
    const text = taught()
    const tasks = tasksFrom(0)
    assert.strictEqual(text.write(tasks), expected(tasks))
    for (const task of tasks) task.constraints.maxWallClockTime = "PT2H"
    assert.strictEqual(text.write(tasks), expected(tasks))
  })

  it("learns nothing from tasks that have too little in common", () => {
    const mixed = tasksFrom(0).map((task, place) => place % 2 === 0 ? task : { id: task.id })
    assert.isUndefined(TaskTemplate.learn(mixed, undefined))
    assert.isUndefined(TaskTemplate.learn([{ "a-b": 1 }], undefined))
    assert.isUndefined(TaskTemplate.learn([1], undefined))
    assert.isUndefined(TaskTemplate.learn([], undefined))
  })

  it("finds every character that cannot stand in JSON as it is, at any place", () => {
    for (let code = 0; code <= 0x100; code++) {
      const character = String.fromCharCode(code)
      const isPlain = code < 0x80 && JSON.stringify(character) === `"${character}"`
      for (let place = 0; place < 9; place++) {
        const text = "a".repeat(place) + character + "b".repeat(9 - place)
        assert.strictEqual(TaskTemplate.needsEscapes(text), !isPlain, `${code} at ${place}`)
      }
    }
    assert.isFalse(TaskTemplate.needsEscapes(""))
  })
})
