/**
 * Spans that are made only when somebody looks. With the tracer that Effect has built in nobody does, and
 * a span, the context it changes and the stack it keeps cost more than many a step that it names.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"

/**
 * Whether somebody looks at the spans of a context.
 *
 * @category queries
 */
export const isSeen = (context: Context.Context<never>): boolean =>
  Context.get(context, Tracer.Tracer) !== Tracer.nativeTracer

/**
 * As `Effect.fn(name)` for a function that answers an effect, where somebody looks, and the function itself
 * where nobody does: for what runs for every request, page or reaction.
 *
 * @category constructors
 */
export const fn = (name: string) =>
<Input extends ReadonlyArray<unknown>, A, E, R>(
  body: (...input: Input) => Effect.Effect<A, E, R>
): (...input: Input) => Effect.Effect<A, E, R> => {
  const spanned = Effect.fn(name)(body)
  return (...input) =>
    Effect.withFiber((fiber) => isSeen(fiber.context) ? spanned(...input) : body(...input))
}
