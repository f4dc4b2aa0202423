/**
 * A check by the compiler that a schema's type is another type, field by field:
 *
 * ```
 * type Agreement = [Within<A, B>, Within<B, A>, Within<Complete<A>, Complete<B>>, Within<Complete<B>, Complete<A>>]
 * ```
 */
import type { Json } from "@batchwave/core/Workflow"

/**
 * A type with every field present, because a type that lacks an optional field still fits one that has it.
 *
 * @category models
 */
export type Complete<T> = [Json] extends [T] ? "any JSON"
  : T extends ReadonlyArray<infer Item> ? ReadonlyArray<Complete<Item>>
  : T extends object ? { readonly [Key in keyof T]-?: Complete<T[Key]> }
  : T

/**
 * Does not compile unless the one type fits the other.
 *
 * @category models
 */
export type Within<Part extends Whole, Whole> = Part
