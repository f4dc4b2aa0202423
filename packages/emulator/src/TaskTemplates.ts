/**
 * The templates of the tasks that came last, and collections read by them.
 *
 * M1 what is read by templates is what parsing the body and checking its tasks one by one gives.
 * M2 a body that does not fit to its last character is not read by them at all.
 *
 * @internal
 */
import * as Problem from "./Problem.ts"
import type { TaskInput } from "./TaskInput.ts"
import * as TaskTemplate from "./TaskTemplate.ts"
import * as TaskText from "./TaskText.ts"

/** What was learnt from bodies of one form. */
export interface TaskTemplates {
  /** Whether the account has storage of its own, which some tasks need. */
  isAutoStorage: boolean
  frame: TaskText.Frame | undefined
  /** The latest first. */
  known: ReadonlyArray<TaskTemplate.TaskTemplate>
}

/** Makes a memory of nothing. */
export const make = (): TaskTemplates => ({ isAutoStorage: false, frame: undefined, known: [] })

/** How many templates are kept. */
export const templatesMax = 4

/** A smaller collection is not worth learning from. */
const tasksMin = 4

/** What one body may teach, and how many of its tasks are looked at for it. */
const taughtMax = 2
const scannedMax = 8

/** A body as far as it has been read. */
interface Reading {
  readonly templates: TaskTemplates
  readonly body: string
  at: number
  /** What the next task most likely fits. */
  expected: number
  /** What each task has of its own, as JSON. */
  readonly tokens: Array<string>
  readonly fits: Array<TaskTemplate.TaskTemplate>
  readonly rests: Array<string>
}

/** Reads a body by what is known; nothing when it does not fit. */
export const read = (
  templates: TaskTemplates,
  body: string,
  isAutoStorage: boolean
): ReadonlyArray<TaskInput> | undefined => {
  const { frame, known } = templates
  if (frame === undefined || templates.isAutoStorage !== isAutoStorage) return undefined
  if (known.length === 0 || !body.startsWith(frame.head)) return undefined
  const reading = begin(templates, body, frame)
  const isRead = readTasks(reading, frame)
  for (const template of known) TaskTemplate.letGo(template)
  return isRead ? inputsOf(reading) : undefined
}

/** Learns from a body whose tasks were parsed and taken. */
export const learn = (
  templates: TaskTemplates,
  body: string,
  tasksCount: number,
  isAutoStorage: boolean
): void => {
  const frame = tasksCount < tasksMin ? undefined : TaskText.frameOf(body, charactersMax)
  if (frame === undefined) return
  const { between, head } = frame
  const isAnother = templates.isAutoStorage !== isAutoStorage ||
    templates.frame?.head !== head || templates.frame.between !== between
  if (isAnother) {
    templates.isAutoStorage = isAutoStorage
    templates.frame = frame
    templates.known = []
  }
  const reading = begin(templates, body, frame)
  let taught = 0
  for (let scanned = 0; scanned < scannedMax && taught < taughtMax; scanned++) {
    if (!readTask(reading)) {
      const text = TaskText.split(body, reading.at, charactersMax)
      if (text === undefined) break
      reading.at = text.endsAt
      if (teach(templates, text)) taught++
    }
    if (!body.startsWith(between, reading.at)) break
    reading.at += between.length
  }
  for (const template of templates.known) TaskTemplate.letGo(template)
}

/** Takes a template of a task in; answers whether there is one. */
const teach = (templates: TaskTemplates, text: TaskText.TaskText): boolean => {
  const template = TaskTemplate.ofText(text, templates.isAutoStorage)
  if (template === undefined) return false
  templates.known = [template, ...templates.known].slice(0, templatesMax)
  // Their numbers are others now.
  for (const each of templates.known) each.follower = undefined
  return true
}

const charactersMax = TaskTemplate.taskCharactersMax

const begin = (templates: TaskTemplates, body: string, { head }: TaskText.Frame): Reading => ({
  templates,
  body,
  at: head.length,
  expected: 0,
  tokens: [],
  fits: [],
  rests: []
})

/** Goes over all tasks; answers whether they fit. */
const readTasks = (reading: Reading, { between }: TaskText.Frame): boolean => {
  const { body } = reading
  while (readTask(reading)) {
    if (!body.startsWith(between, reading.at)) return TaskText.isEnd(body, reading.at)
    reading.at += between.length
  }
  return false
}

/** Goes over one task; answers whether it fits a template, first of all the one that is expected. */
const readTask = (reading: Reading): boolean => {
  const { body, fits, rests, templates: { known }, tokens } = reading
  for (let tried = 0; tried < known.length; tried++) {
    const number = (reading.expected + tried) % known.length
    const template = known[number]!
    const end = TaskTemplate.readTask(template, body, reading.at, tokens)
    if (end >= 0) {
      const before = fits.at(-1)
      if (before !== undefined) before.follower = number
      reading.at = end
      reading.expected = template.follower ?? number
      fits.push(template)
      rests.push(TaskTemplate.restOf(template))
      return true
    }
    tokens.length = TaskTemplate.ownCount * fits.length
  }
  return false
}

/** Parses what differs, all at once, which also copies it out of the body. */
const inputsOf = ({ fits, rests, tokens }: Reading): ReadonlyArray<TaskInput> | undefined => {
  const parsed = Problem.parseCollection(`[${tokens.join(",")}]`)
  if (Problem.isProblem(parsed) || !isTexts(parsed.value)) return undefined
  const texts = parsed.value
  return fits.map(({ isIdFirst, spec }, number) => {
    const first = texts[TaskTemplate.ownCount * number]!
    const second = texts[TaskTemplate.ownCount * number + 1]!
    const fragment = {
      command: JSON.stringify(isIdFirst ? second : first),
      rest: rests[number]!
    }
    return { spec: { ...spec, id: isIdFirst ? first : second }, fragment }
  })
}

/** What is parsed are strings between quotes. */
const isTexts = (value: unknown): value is ReadonlyArray<string> => Array.isArray(value)
