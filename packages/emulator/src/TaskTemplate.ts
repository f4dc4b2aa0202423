/**
 * What alike tasks have in common as text. The tasks of a job mostly differ in a few texts only: ids,
 * command lines, files, settings, names. Where a task repeats the template to the letter, what was
 * checked once holds for it, and only those few are looked at.
 *
 * T1 what is read by a template is what parsing and checking the same text gives.
 *
 * @internal
 */
import type { TaskSpec } from "@batchwave/sim/Task"
import * as Limits from "@batchwave/wire/Limits"
import * as Problem from "./Problem.ts"
import * as TaskInput from "./TaskInput.ts"
import * as TaskText from "./TaskText.ts"

/** The text between two of a task's own values, with places of its own in it. */
interface Stretch {
  /** What stands around its places; one more than there are places. */
  readonly texts: ReadonlyArray<string>
  /** The numbers of its places. */
  readonly places: ReadonlyArray<number>
  /** The whole of it as it last was: the next task most likely has the same. */
  latest: string
}

/** What one task taught. */
export interface TaskTemplate {
  /** Before, between and after the id and the command line. */
  readonly stretches: ReadonlyArray<Stretch>
  readonly isIdFirst: boolean
  /** Of any of the tasks, but for the id. */
  readonly spec: TaskSpec
  /** The text of the fragment around its values, and the places those come from. */
  readonly restTexts: ReadonlyArray<string>
  readonly restPlaces: ReadonlyArray<number>
  /** The values of the places as they last were. */
  readonly values: Array<string>
  /** The text of the fragment with these values, once it has been wanted. */
  rest: string | undefined
  /** Whether some of its texts are parts of a body. */
  isBorrowing: boolean
  /** The number of the template that the task after fitted last time: shapes come in turns. */
  follower: number | undefined
}

/** Longer tasks are parsed; shorter ones cannot break a limit on all files of a task. */
export const taskCharactersMax = Limits.resourceFileCharacters / 2

/** Longer values are parsed; shorter ones cannot break the limit on a name. */
const valueCharactersMax = Limits.displayNameCharacters

/** The id and the command line, which are read for each task. */
export const ownCount = 2

/**
 * Makes the template of a text and proves it: the task is read once more with a mark in each place, and
 * each mark has to come out where its value belongs, and nowhere else.
 */
export const ofText = (
  { texts, values }: TaskText.TaskText,
  isAutoStorage: boolean
): TaskTemplate | undefined => {
  const idPlace = values.findIndex(({ name }) => name === "id")
  const commandPlace = values.findIndex(({ name }) => name === "commandLine")
  if (texts.some((text) => text.includes(markSign)) || idPlace < 0 || commandPlace < 0) {
    return undefined
  }
  const marked = texts.map((text, place) => place === 0 ? text : `"${markOf(place - 1)}"${text}`)
  const parsed = Problem.parseJson(marked.join(""))
  if (Problem.isProblem(parsed)) return undefined
  const input = TaskInput.read(parsed.value, isAutoStorage)
  if (Problem.isProblem(input)) return undefined
  const { fragment, spec } = input
  const restTexts = fragment.rest.split(marksForm)
  const restPlaces = restTexts.flatMap((text, number) => number % 2 === 1 ? [Number(text)] : [])
  const isProven = spec.id === markOf(idPlace) &&
    fragment.command === JSON.stringify(markOf(commandPlace)) &&
    new Set([idPlace, commandPlace, ...restPlaces]).size === values.length &&
    restPlaces.length === values.length - ownCount
  return isProven
    ? {
      stretches: stretchesOf(texts.map(TaskText.copyOf), values),
      isIdFirst: idPlace < commandPlace,
      spec,
      restTexts: restTexts.filter((_, number) => number % 2 === 0),
      restPlaces,
      values: values.map(({ text }) => text),
      rest: undefined,
      isBorrowing: true,
      follower: undefined
    }
    : undefined
}

/** No text of a task that is learnt from has the sign. */
const markSign = "\u007f"
const markOf = (place: number): string => `${markSign}${place}${markSign}`
const marksForm = new RegExp(`${markSign}(\\d+)${markSign}`)

const stretchesOf = (
  texts: ReadonlyArray<string>,
  values: ReadonlyArray<TaskText.TextValue>
): ReadonlyArray<Stretch> => {
  const stretches: Array<Stretch> = []
  let around = [texts[0]!]
  let places: Array<number> = []
  let latest = texts[0]!
  values.forEach(({ name, text }, place) => {
    const next = texts[place + 1]!
    if (name === "other") {
      around.push(next)
      places.push(place)
      latest += `"${text}"${next}`
      return
    }
    stretches.push({ texts: around, places, latest })
    around = [next]
    places = []
    latest = next
  })
  return [...stretches, { texts: around, places, latest }]
}

/**
 * Goes over one task and takes its own values, with their quotes, into `tokens`; answers where it ends,
 * or a negative number when it does not fit.
 */
export const readTask = (
  template: TaskTemplate,
  body: string,
  startsAt: number,
  tokens: Array<string>
): number => {
  let at = startsAt
  for (let number = 0; number < ownCount; number++) {
    at = readStretch(template, template.stretches[number]!, body, at)
    const end = at < 0 ? -1 : TaskText.endOfString(body, at)
    // An empty command line is refused where all is parsed.
    if (end < at + 3) return -1
    tokens.push(body.substring(at, end))
    at = end
  }
  at = readStretch(template, template.stretches[ownCount]!, body, at)
  return at - startsAt > taskCharactersMax ? -1 : at
}

const readStretch = (
  template: TaskTemplate,
  stretch: Stretch,
  body: string,
  at: number
): number => {
  const { latest, places } = stretch
  // Cutting a part of a flat text copies nothing, and comparing it takes half as long as `startsWith`.
  if (body.substring(at, at + latest.length) === latest) return at + latest.length
  return places.length === 0 ? -1 : readPlaces(template, stretch, body, at)
}

const readPlaces = (
  template: TaskTemplate,
  stretch: Stretch,
  body: string,
  startsAt: number
): number => {
  const { places, texts } = stretch
  const values: Array<string> = []
  let at = startsAt
  for (let number = 0; number < places.length; number++) {
    const text = texts[number]!
    if (body.substring(at, at + text.length) !== text) return -1
    at += text.length
    const end = TaskText.endOfString(body, at)
    if (end < 0) return -1
    const value = body.substring(at + 1, end - 1)
    if (!TaskText.isPlain(value) || value.length > valueCharactersMax) return -1
    values.push(value)
    at = end
  }
  const last = texts[places.length]!
  if (body.substring(at, at + last.length) !== last) return -1
  at += last.length
  for (let number = 0; number < places.length; number++) {
    template.values[places[number]!] = values[number]!
  }
  stretch.latest = body.substring(startsAt, at)
  template.rest = undefined
  template.isBorrowing = true
  return at
}

/** The text of the fragment of the task that was read last; joined, so that it is one piece. */
export const restOf = (template: TaskTemplate): string => template.rest ??= joined(template)

const joined = ({ restPlaces, restTexts, values }: TaskTemplate): string => {
  const pieces = [restTexts[0]!]
  for (let number = 0; number < restPlaces.length; number++) {
    pieces.push(values[restPlaces[number]!]!, restTexts[number + 1]!)
  }
  return pieces.join("")
}

/** Has the template keep nothing of the bodies it has been read with. */
export const letGo = (template: TaskTemplate): void => {
  if (!template.isBorrowing) return
  template.isBorrowing = false
  for (const stretch of template.stretches) stretch.latest = TaskText.copyOf(stretch.latest)
  template.values.forEach((value, place) => {
    template.values[place] = TaskText.copyOf(value)
  })
}
