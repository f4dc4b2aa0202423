/**
 * Finds the modules of the packages the command is made of without asking the disk.
 *
 * Node looks at the disk and reads package.json files for every import statement, 1,500 of them before the
 * command knows what it is asked for. Inside these packages a relative import names a file, and every
 * file is an ES module, so all that is already in the address; and a package they import is the same one
 * from each of their files.
 *
 * I1 What a statement leads to is what Node itself would find. All but imports inside these packages is
 *    left to Node, and everything is again when the command is loaded: nobody else's modules are touched.
 */
import module from "node:module"

/** Where an import leads. */
type Found = ReturnType<module.ResolveHookSync>

/** Up to the root of a package whose files are ES modules, of a file that is no other package's. */
const ownRoot =
  /^file:.*\/node_modules\/(?:effect|@effect\/platform-node(?:-shared)?|batchwave|@batchwave\/[a-z]+)\/(?!(?:.*\/)?node_modules\/)/

/**
 * Loads something of ours; the address of every import in it is found as this module tells.
 *
 * @category operations
 */
export const load = <A>(start: () => Promise<A>): Promise<A> => {
  const hooks = module.registerHooks({ resolve: resolver() })
  return start().finally(() => hooks.deregister())
}

/**
 * The hook, with nothing found yet.
 *
 * @category constructors
 */
export const resolver = (): module.ResolveHookSync => {
  const named = new Map<string, Found>()
  return (specifier, context, next) => {
    const { conditions, parentURL } = context
    const root = parentURL === undefined ? undefined : ownRoot.exec(parentURL)?.[0]
    if (root === undefined || !conditions.includes("import")) return next(specifier, context)
    if (specifier.startsWith(".")) {
      const url = new URL(specifier, parentURL).href
      return url.startsWith(root) && url.endsWith(".js")
        ? { url, format: "module", shortCircuit: true }
        : next(specifier, context)
    }
    const key = `${root} ${specifier}`
    const found = named.get(key) ?? { ...next(specifier, context), shortCircuit: true }
    named.set(key, found)
    return found
  }
}
