/**
 * Goals P9 and P11: what does the emulator cost beyond what nobody can avoid, and what does it hold?
 */
import { parseArgs } from "node:util"
import * as adds from "./adds.ts"
import * as BenchReport from "./BenchReport.ts"
import * as BenchTasks from "./BenchTasks.ts"
import * as emulatorLoad from "./emulatorLoad.ts"
import * as spawnRate from "./spawnRate.ts"
import * as taskPages from "./taskPages.ts"
import * as virtualRuns from "./virtualRuns.ts"

/** Runs the benchmark; see the README for the options. */
export const run = async (args: Array<string>): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: {
      part: { type: "string", default: "add,pages,changes,processes,through,memory" },
      tasks: { type: "string", default: "100000" },
      stored: { type: "string", default: "1000000" },
      variety: { type: "string", default: "alike,varied,motley" },
      rounds: { type: "string", default: "5" },
      out: { type: "string" }
    }
  })
  const rounds = Number(values.rounds)
  const tasksCount = Number(values.tasks)
  const varieties = BenchTasks.varietiesOf(values.variety)
  const report = BenchReport.open({
    question: "what does the emulator cost, beside what nobody can avoid, and what does it hold?",
    measured:
      "CPU and wall time of the emulator's process, which only serves; heap and buffers after collection",
    notMeasured: "the client, which has a process of its own; the log of `--data`; files of tasks"
  })
  const parts: Readonly<Record<string, () => Promise<void>>> = {
    add: () => adds.measure(report, { tasksCount, rounds, varieties }),
    pages: () => taskPages.measure(report, rounds),
    changes: () => virtualRuns.measure(report, rounds),
    processes: () => spawnRate.measure(report, rounds),
    through: () => emulatorLoad.measureThrough(report, tasksCount, rounds),
    memory: () => emulatorLoad.measureMemory(report, Number(values.stored))
  }
  for (const name of values.part.split(",")) {
    const part = parts[name]
    if (part === undefined) {
      throw new Error(`there is no part "${name}"; choose from ${Object.keys(parts).join(", ")}`)
    }
    await part()
  }
  BenchReport.close(report, values.out)
}
