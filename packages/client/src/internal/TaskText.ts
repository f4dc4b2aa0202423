/**
 * Writes the body of an `add_collection` request: the costliest part of adding tasks, and mostly the
 * same from one task to the next.
 *
 * The second body of at least `learnFrom` tasks teaches a template; those that follow are written by it
 * as long as they fit. Tasks that do not are serialised one by one, and a body in which many do not, or
 * with a text that needs escapes where none did, is serialised whole and teaches again, the less often
 * the more often that happened.
 */
import * as TaskTemplate from "./TaskTemplate.ts"

/** Writes bodies; one for all calls of a client, so that what one taught serves the next. */
export interface TaskText {
  /** The JSON text `{"value":[…]}` of the tasks. */
  readonly write: (tasks: ReadonlyArray<unknown>) => string
}

/** Tasks a template is learnt from at least. */
export const learnFrom = 16

/** Bodies that are serialised whole between two lessons at most. */
const lessonGapMax = 1024

/** The part of a body's tasks that may be serialised one by one. */
const strangersPartMax = 0.25

/** Makes a writer that knows nothing yet. */
export const make = (): TaskText => {
  let template: TaskTemplate.TaskTemplate | undefined
  let isFitting = false
  let untilLesson = 1
  let lessonGap = 1
  const serialise = (tasks: ReadonlyArray<unknown>): string => {
    if (tasks.length >= learnFrom && untilLesson-- <= 0) {
      template = TaskTemplate.learn(tasks, template)
      isFitting = template !== undefined
      untilLesson = lessonGap
      lessonGap = Math.min(lessonGapMax, lessonGap * 2)
    }
    return JSON.stringify({ value: tasks })
  }
  return {
    write: (tasks) => {
      if (template === undefined || !isFitting) return serialise(tasks)
      const text = writeBy(template, tasks)
      if (text !== undefined) return text
      isFitting = false
      return serialise(tasks)
    }
  }
}

/** The body as a template writes it, or `undefined` when too few tasks fit or a text needs escapes. */
const writeBy = (
  { write }: TaskTemplate.TaskTemplate,
  tasks: ReadonlyArray<unknown>
): string | undefined => {
  const sink: TaskTemplate.PlainSink = { plain: "" }
  let strangersLeft = tasks.length * strangersPartMax
  let text = "{\"value\":["
  for (let at = 0; at < tasks.length; at++) {
    const task = tasks[at]
    let one = write(task, sink)
    if (one === "") {
      if (--strangersLeft < 0) return undefined
      one = JSON.stringify(task)
    }
    text += at === 0 ? one : `,${one}`
  }
  return TaskTemplate.needsEscapes(sink.plain) ? undefined : `${text}]}`
}
