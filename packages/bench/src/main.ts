/**
 * Runs one benchmark by name: `npm run bench -- planner`.
 */
const benchmarks = new Map<
  string,
  () => Promise<{ readonly run: (args: Array<string>) => Promise<void> }>
>([
  ["planner", () => import("./planner.ts")],
  ["addCollection", () => import("./addCollection.ts")],
  ["journal", () => import("./journal.ts")],
  ["emulator", () => import("./emulator.ts")],
  ["lab", () => import("./lab.ts")],
  ["labThreads", () => import("./labThreads.ts")],
  ["latency", () => import("./latency.ts")],
  ["pageDecode", () => import("./pageDecode.ts")],
  ["peers", () => import("./peers.ts")],
  ["reactor", () => import("./reactor.ts")],
  ["startUp", () => import("./startUp.ts")],
  ["wholeStack", () => import("./wholeStack.ts")]
])

const [name = "", ...args] = process.argv.slice(2)
const load = benchmarks.get(name)
if (load === undefined) {
  console.error(
    `there is no benchmark "${name}"; choose one of: ${[...benchmarks.keys()].join(", ")}`
  )
  process.exitCode = 2
} else {
  const { run } = await load()
  await run(args)
}
