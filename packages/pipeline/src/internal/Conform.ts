/**
 * The one place where a value built at run time is taken for the type that the author's declaration
 * computed. Conditional types over outputs cannot be followed by the compiler inside the builder, so
 * each caller states in a comment why the shapes agree.
 *
 * @internal
 */

/**
 * Takes a value for the type that its declaration promises.
 *
 * @internal
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters, typescript/no-unsafe-type-assertion
export const conform = <A>(value: unknown): A => value as A
