/**
 * Rewrites a parsed JSON value in place into the form the schemas describe, guided by their syntax
 * tree: known values of open enumerations get their spelling, absent members written as null go
 * away, and whole numbers written as strings become numbers.
 */
import type * as SchemaAST from "effect/SchemaAST"
import * as OpenEnum from "../OpenEnum.ts"

/** Returns the rewritten value; objects and arrays are the same ones, changed. */
export type Rewrite = (value: unknown) => unknown

type Fields = Record<string, unknown>

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const integerText = /^-?\d{1,19}$/

const ofInteger: Rewrite = (value) =>
  typeof value === "string" && integerText.test(value) ? Number(value) : value

const ofEnum = (known: ReadonlyArray<string>): Rewrite => (value) =>
  typeof value === "string" ? OpenEnum.normalise(known, value) : value

const ofArray = (item: Rewrite): Rewrite => (value) => {
  if (!Array.isArray(value)) return value
  const items: Array<unknown> = value
  for (let index = 0; index < items.length; index++) {
    const before = items[index]
    const after = item(before)
    if (after !== before) items[index] = after
  }
  return value
}

const ofMembers = (
  members: ReadonlyArray<readonly [string, Rewrite]>
): Rewrite =>
(value) => {
  if (!isFields(value)) return value
  for (const [name, rewrite] of members) {
    const before = value[name]
    if (before === undefined) continue
    const after = rewrite(before)
    if (after !== before) value[name] = after
  }
  return value
}

const dropAbsent = (optional: ReadonlyArray<string>, value: Fields): void => {
  for (const name of optional) {
    if (name in value && (value[name] === null || value[name] === undefined)) {
      delete value[name]
    }
  }
}

const membersOf = (
  ast: SchemaAST.Objects,
  compile: (ast: SchemaAST.AST) => Rewrite | undefined
): ReadonlyArray<readonly [string, Rewrite]> =>
  ast.propertySignatures.flatMap((member) => {
    const rewrite = compile(member.type)
    return rewrite === undefined ? [] : [[String(member.name), rewrite] as const]
  })

/**
 * Compiles the rewriting of enumerations alone, or `undefined` when there is nothing to rewrite.
 * For values that already have the right shape.
 */
export const spelling = (ast: SchemaAST.AST): Rewrite | undefined => {
  if (ast._tag === "String") {
    const known = OpenEnum.knownValues(ast)
    return known === undefined ? undefined : ofEnum(known)
  }
  if (ast._tag === "Arrays") {
    const item = ast.rest[0] === undefined ? undefined : spelling(ast.rest[0])
    return item === undefined ? undefined : ofArray(item)
  }
  if (ast._tag !== "Objects") return undefined
  const members = membersOf(ast, spelling)
  return members.length === 0 ? undefined : ofMembers(members)
}

/** Compiles the rewriting of null members and of numbers written as strings. */
export const shape = (ast: SchemaAST.AST): Rewrite | undefined => {
  if (ast._tag === "Number") {
    const format = ast.annotations?.["format"]
    return format === "int64" || format === "int32" ? ofInteger : undefined
  }
  if (ast._tag === "Arrays") {
    const item = ast.rest[0] === undefined ? undefined : shape(ast.rest[0])
    return item === undefined ? undefined : ofArray(item)
  }
  if (ast._tag !== "Objects") return undefined
  const members = ofMembers(membersOf(ast, shape))
  const optional = ast.propertySignatures.flatMap((member) =>
    member.type.context?.isOptional === true ? [String(member.name)] : []
  )
  return (value) => {
    if (isFields(value)) dropAbsent(optional, value)
    return members(value)
  }
}
