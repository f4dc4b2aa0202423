/**
 * Compiles a model's syntax tree into one pass over a parsed JSON value that checks its shape and
 * gives known values of enumerations their spelling, in place.
 *
 * The generated code walks the members an object has, not those it could have: pages with a
 * selection hold objects of many shapes, and asking each for every absent member costs as much as
 * parsing it did. Names come from the schemas of this package only. Where code generation is
 * forbidden, or a tree has something else in it, the interpreter does the same work.
 */
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import * as OpenEnum from "../OpenEnum.ts"
import * as Tolerance from "./Tolerance.ts"

/** Tells whether a value has the shape; respells it as it goes, even when it turns out not to. */
export type Check = (input: unknown) => boolean

interface Emitter {
  readonly functions: Array<string>
  readonly spellings: Array<(value: string) => string>
}

/** The most spellings remembered for one enumeration. */
const spellingsMax = 64

/** Spells the values of an enumeration and remembers them: the service sends the same few. */
const spellingOf = (known: ReadonlyArray<string>): (value: string) => string => {
  const remembered = new Map<string, string>()
  return (value) => {
    const before = remembered.get(value)
    if (before !== undefined) return before
    const spelled = OpenEnum.normalise(known, value)
    if (remembered.size < spellingsMax) remembered.set(value, spelled)
    return spelled
  }
}

const isPlain = (ast: SchemaAST.AST): boolean =>
  ast.checks === undefined && ast.encoding === undefined

const failUnless = (condition: string): string => `if(!(${condition}))return false;`

const emitText = (ast: SchemaAST.String, place: string, emitter: Emitter): string => {
  const isText = failUnless(`typeof v==="string"`)
  const known = OpenEnum.knownValues(ast)
  if (known === undefined) return isText
  const index = emitter.spellings.push(spellingOf(known)) - 1
  const differs = known.map((value) => `v!==${JSON.stringify(value)}`).join("&&")
  return `${isText}if(${differs})${place}=spellings[${index}](v);`
}

/**
 * The check of the members an object's tree does not name: nothing to check for unknown values, one
 * check for all members of a record, and `undefined` for what cannot be generated.
 */
const emitRest = (ast: SchemaAST.Objects, emitter: Emitter): string | undefined => {
  const checked = ast.indexSignatures.filter(({ type }) => type._tag !== "Unknown")
  const [only] = checked
  if (only === undefined) return ""
  const isRecord = checked.length === 1 && ast.indexSignatures.length === 1 &&
    ast.propertySignatures.length === 0 && only.parameter._tag === "String" &&
    isPlain(only.parameter)
  return isRecord ? emit(only.type, "o[k]", emitter) : undefined
}

/** Adds the function that checks objects of a tree; its name, or nothing when it cannot be. */
const emitObject = (ast: SchemaAST.Objects, emitter: Emitter): string | undefined => {
  const cases = new Map<string, string>()
  let requiredCount = 0
  for (const member of ast.propertySignatures) {
    const key = JSON.stringify(String(member.name))
    const check = emit(member.type, `o[${key}]`, emitter)
    if (check === undefined) return undefined
    const isRequired = member.type.context?.isOptional !== true
    if (isRequired) requiredCount++
    const body = `${check}${isRequired ? "r++;" : ""}break;`
    cases.set(body, `${cases.get(body) ?? ""}case ${key}:`)
  }
  const rest = emitRest(ast, emitter)
  if (rest === undefined) return undefined
  const switched = Array.from(cases, ([body, labels]) => `${labels}{${body}}`).join("")
  const name = `check${emitter.functions.length}`
  emitter.functions.push(
    `function ${name}(o){` +
      failUnless(`typeof o==="object"&&o!==null&&!Array.isArray(o)`) +
      `let r=0;for(const k in o){const v=o[k];switch(k){${switched}default:{${rest}}}}return r===${requiredCount}}`
  )
  return name
}

/** Adds the function that checks arrays of a tree; its name, or nothing when it cannot be. */
const emitArray = (ast: SchemaAST.Arrays, emitter: Emitter): string | undefined => {
  const item = ast.rest[0]
  if (item === undefined || ast.rest.length > 1 || ast.elements.length > 0) return undefined
  const check = emit(item, "a[i]", emitter)
  if (check === undefined) return undefined
  const name = `check${emitter.functions.length}`
  emitter.functions.push(
    `function ${name}(a){${failUnless("Array.isArray(a)")}` +
      `for(let i=0;i<a.length;i++){const v=a[i];${check}}return true}`
  )
  return name
}

const emit = (ast: SchemaAST.AST, place: string, emitter: Emitter): string | undefined => {
  if (!isPlain(ast)) return undefined
  switch (ast._tag) {
    case "String":
      return emitText(ast, place, emitter)
    case "Number":
      return failUnless(`typeof v==="number"`)
    case "Boolean":
      return failUnless(`typeof v==="boolean"`)
    case "Unknown":
      return ""
    case "Arrays":
    case "Objects": {
      const name = ast._tag === "Arrays" ? emitArray(ast, emitter) : emitObject(ast, emitter)
      return name === undefined ? undefined : failUnless(`${name}(v)`)
    }
    default:
      return undefined
  }
}

/**
 * Generates the check of an object's tree, or nothing when the tree has something else than plain
 * texts, numbers, truth values, arrays and objects, or when code generation is forbidden.
 */
export const generate = (ast: SchemaAST.AST): Check | undefined => {
  const emitter: Emitter = { functions: [], spellings: [] }
  const name = ast._tag === "Objects" && isPlain(ast) ? emitObject(ast, emitter) : undefined
  if (name === undefined) return undefined
  const source = `"use strict";${emitter.functions.join(";")};return ${name}`
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- the source holds names of schemas only
    const check: unknown = new Function("spellings", source)(emitter.spellings)
    return typeof check === "function" ? (input) => check(input) === true : undefined
  } catch {
    return undefined
  }
}

/** Does the work of a generated check without generating code. */
export const interpret = (schema: Schema.Constraint): Check => {
  const is = Schema.is(schema)
  const respell = Tolerance.spelling(schema.ast)
  return (input) => {
    if (!is(input)) return false
    respell?.(input)
    return true
  }
}

/** The fastest check there is for a model. */
export const of = (schema: Schema.Constraint): Check => generate(schema.ast) ?? interpret(schema)
