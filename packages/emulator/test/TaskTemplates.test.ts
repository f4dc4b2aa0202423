import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Problem from "../src/Problem.ts"
import * as TaskInput from "../src/TaskInput.ts"
import * as TaskTemplates from "../src/TaskTemplates.ts"

interface Varied {
  readonly id: string
  readonly command: string
  readonly url: string
  readonly setting: string
  readonly name: string
}

const taskOf = ({ command, id, name, setting, url }: Varied) => ({
  id,
  displayName: name,
  commandLine: command,
  resourceFiles: [{ httpUrl: url, filePath: "in.txt" }],
  environmentSettings: [{ name: "SAMPLE", value: setting }, { name: "FIXED", value: setting }],
  constraints: { maxTaskRetryCount: 2, maxWallClockTime: "PT1H" },
  requiredSlots: 2,
  exitConditions: { default: { jobAction: "none" } }
})

/** Tasks of other shapes: members in another order, fewer of them, and more settings. */
const shapes: ReadonlyArray<(varied: Varied) => object> = [
  taskOf,
  ({ command, id, setting }) => ({
    environmentSettings: [{ name: "ONLY", value: setting }],
    commandLine: command,
    id
  }),
  ({ command, id }) => ({ id, commandLine: command }),
  ({ command, id, url }) => ({
    id,
    requiredSlots: 3,
    commandLine: command,
    resourceFiles: [{ filePath: "a", httpUrl: url }, { filePath: "b", httpUrl: url }]
  }),
  ({ command, id, name }) => ({ displayName: name, id, commandLine: command }),
  ({ command, id, name }) => ({ id, displayName: name, commandLine: command })
]

const plain = (number: number): Varied => ({
  id: `task-${number}`,
  command: `/bin/sh -c 'align ${number}'`,
  url: `https://store.example.com/reads-${number}`,
  setting: `sample-${number}`,
  name: `reads ${number}`
})

const some = (count: number, change: Partial<Varied> = {}): Array<object> =>
  Array.from({ length: count }, (_, number) => taskOf({ ...plain(number), ...change }))

const bodyOf = (tasks: ReadonlyArray<object>, indent?: number): string =>
  JSON.stringify({ value: tasks }, undefined, indent)

/** What parsing the body and checking its tasks one by one gives; nothing when any is refused. */
const parsed = (body: string): ReadonlyArray<TaskInput.TaskInput> | undefined => {
  const whole = Problem.parseCollection(body)
  if (Problem.isProblem(whole)) return undefined
  const { value } = whole
  if (typeof value !== "object" || value === null || !("value" in value)) return undefined
  if (!Array.isArray(value.value)) return undefined
  const inputs = value.value.map((item: unknown) => TaskInput.read(item, false))
  return inputs.flatMap((input) => Problem.isProblem(input) ? [] : [input]).length === inputs.length
    ? inputs.flatMap((input) => Problem.isProblem(input) ? [] : [input])
    : undefined
}

const learnt = (body: string, tasksCount = 4): TaskTemplates.TaskTemplates => {
  const templates = TaskTemplates.make()
  TaskTemplates.learn(templates, body, tasksCount, false)
  return templates
}

/** Reads by the template and holds it against parsing; tells whether the template fitted. */
const isReadRight = (templates: TaskTemplates.TaskTemplates, body: string): boolean => {
  const read = TaskTemplates.read(templates, body, false)
  if (read === undefined) return false
  assert.deepStrictEqual(read, parsed(body))
  return true
}

describe("TaskTemplates", () => {
  it("reads tasks that differ in ids, commands, files, settings and names", () => {
    for (const indent of [undefined, 1, 4]) {
      const templates = learnt(bodyOf(some(4), indent))
      for (const count of [1, 2, 100]) {
        assert.isTrue(isReadRight(templates, bodyOf(some(count), indent)))
      }
      assert.isTrue(isReadRight(templates, bodyOf(some(3, { url: "https://a", name: "" }), indent)))
    }
  })

  it("reads command lines with escapes and signs of any script", () => {
    const templates = learnt(bodyOf(some(4)))
    for (
      const command of [`sh -c "a \\ b"`, "a\tb\n", "größer 🙂", "\\", `"`, "\ud800", "\u007f"]
    ) {
      assert.isTrue(isReadRight(templates, bodyOf(some(5, { command }))), command)
    }
  })

  it("keeps four templates, learns at most two from a body, and reads tasks of all four mixed", () => {
    const templates = TaskTemplates.make()
    const mixed = (count: number): string =>
      bodyOf(Array.from({ length: 12 }, (_, number) => shapes[number % count]!(plain(number))))
    for (const [count, known, isRead] of [[2, 2, true], [3, 3, true], [4, 4, true]] as const) {
      assert.isUndefined(TaskTemplates.read(templates, mixed(count), false))
      TaskTemplates.learn(templates, mixed(count), 12, false)
      assert.lengthOf(templates.known, known)
      assert.strictEqual(isReadRight(templates, mixed(count)), isRead)
    }
    TaskTemplates.learn(templates, mixed(6), 12, false)
    assert.lengthOf(templates.known, TaskTemplates.templatesMax)
    assert.isUndefined(TaskTemplates.read(templates, mixed(6), false))
    const fresh = TaskTemplates.make()
    TaskTemplates.learn(fresh, mixed(6), 12, false)
    assert.lengthOf(fresh.known, 2)
    TaskTemplates.learn(fresh, bodyOf(some(4), 1), 4, false)
    assert.lengthOf(fresh.known, 1, "another form of bodies makes the templates useless")
  })

  it("passes tasks over from which nothing can be learnt", () => {
    const twice = { ...taskOf(plain(0)), id: "b", unknown: { value: "x" } }
    const templates = learnt(bodyOf([twice, ...some(3)]))
    assert.lengthOf(templates.known, 1)
    assert.isTrue(isReadRight(templates, bodyOf(some(3))))
    assert.isUndefined(TaskTemplates.read(templates, bodyOf([...some(3), twice]), false))
  })

  it("leaves what it cannot be sure of to the parser", () => {
    const templates = learnt(bodyOf(some(4)))
    const body = bodyOf(some(4))
    const odd = [
      "",
      "{",
      body.slice(0, -1),
      `${body}x`,
      `${body.slice(0, -1)},"more":1}`,
      body.replace("align 2", "align\u00022"),
      body.replace("sample-2", "sample\\u002d2"),
      body.replace("sample-2", "sample\u00012"),
      body.replace("reads-2", "reads\ud800"),
      body.replace(`"requiredSlots":2`, `"requiredSlots":3`),
      body.replace(`"PT1H"`, `"PT1X"`),
      body.replace(`"id":"task-2"`, `"id":2`),
      body.replace(`"id":"task-2"`, `"id":""`),
      bodyOf([...some(3), taskOf({ ...plain(3), command: "" })]),
      bodyOf([...some(3), taskOf({ ...plain(3), name: "n".repeat(1025) })]),
      bodyOf([...some(3), taskOf({ ...plain(3), command: "c".repeat(16_384) })]),
      bodyOf([])
    ]
    for (const each of odd) assert.isUndefined(TaskTemplates.read(templates, each, false), each)
    assert.isTrue(isReadRight(templates, body))
    assert.isUndefined(TaskTemplates.read(templates, body, true))
    const longest = [...some(3), taskOf({ ...plain(3), name: "n".repeat(1024) })]
    assert.isTrue(isReadRight(templates, bodyOf(longest)))
  })

  it("learns nothing from bodies whose members are there twice, or in place of others", () => {
    const [first = {}] = some(1)
    const text = JSON.stringify(first)
    for (
      const twice of [
        text.replace(`{"id":`, `{"id":"other","id":`),
        text.replace(`"commandLine":`, `"commandLine":"other","commandLine":`),
        text.replace(/\}$/, `,"environmentSettings":null}`),
        text.replace(/\}$/, `,"resourceFiles":[{"httpUrl":"https://b","filePath":"b"}]}`),
        text.replace(`"id":`, `"i\\u0064":`),
        text.replace("FIXED", "FIXED\u007f"),
        text.replace(/\}$/, `,"unknown":{"value":"x"}}`)
      ]
    ) {
      const body = `{"value":[${Array.from({ length: 4 }, () => twice).join(",")}]}`
      assert.isDefined(parsed(body), twice)
      assert.isEmpty(learnt(body).known, twice)
    }
    assert.isEmpty(learnt(bodyOf(some(3)), 3).known)
    assert.isEmpty(learnt(bodyOf(some(4, { command: "c".repeat(16_384) }))).known)
    assert.lengthOf(learnt(bodyOf(some(4))).known, 1)
  })

  it("tells of any bodies, one after another, what parsing tells of them", () => {
    const word = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.string({ unit: "binary", maxLength: 6 }),
      fc.constantFrom("a", "b", "sample")
    )
    const usual = fc.string({
      unit: fc.constantFrom("a", "Z", "0", "-", "_", " ", ".", "/", "'", "ß"),
      minLength: 1,
      maxLength: 9
    })
    const mostly = fc.oneof({ arbitrary: usual, weight: 99 }, { arbitrary: word, weight: 1 })
    const varied = fc.record({
      id: mostly,
      command: fc.oneof(usual, word),
      url: mostly,
      setting: mostly,
      name: mostly
    })
    const edit = fc.record({ at: fc.nat(), length: fc.nat({ max: 3 }), text: word })
    const story = fc.array(
      fc.record({
        tasks: fc.array(varied, { minLength: 1, maxLength: 6 }),
        isAlike: fc.boolean(),
        shapesCount: fc.integer({ min: 1, max: shapes.length }),
        indent: fc.constantFrom(undefined, undefined, undefined, 1),
        edit: fc.option(edit, { freq: 1 })
      }),
      { minLength: 2, maxLength: 6 }
    )
    let fitting = 0
    fc.assert(
      fc.property(story, (chapters) => {
        const templates = TaskTemplates.make()
        for (const { edit, indent, isAlike, shapesCount, tasks } of chapters) {
          const [first = plain(0)] = tasks
          const whole = bodyOf(
            tasks.map((task, number) =>
              shapes[number % shapesCount]!(
                isAlike ? { ...first, id: `${first.id}${number}` } : task
              )
            ),
            indent
          )
          const at = edit === null ? 0 : edit.at % whole.length
          const body = edit === null
            ? whole
            : whole.slice(0, at) + edit.text + whole.slice(at + edit.length)
          if (isReadRight(templates, body)) fitting++
          const inputs = parsed(body)
          if (inputs !== undefined) TaskTemplates.learn(templates, body, inputs.length, false)
        }
      }),
      { numRuns: 200 }
    )
    // 110 of them on average, with a deviation of 12.
    assert.isAbove(fitting, 25)
  })
})
