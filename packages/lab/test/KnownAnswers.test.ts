/** Experiments whose answer is known in closed form. */
import * as Policy from "@batchwave/core/Policy"
import * as Distribution from "@batchwave/sim/Distribution"
import { assert, describe, it } from "@effect/vitest"
import * as Arm from "../src/Arm.ts"
import * as Bootstrap from "../src/Bootstrap.ts"
import * as Experiment from "../src/Experiment.ts"
import type * as SlotLedger from "../src/SlotLedger.ts"
import * as Trial from "../src/Trial.ts"
import * as Workload from "../src/Workload.ts"
import type * as World from "../src/World.ts"

const seed = 4
const meanMs = 600_000
const exponential: Distribution.Distribution = { _tag: "Exponential", mean: meanMs }

const independent = (count: number): Workload.Workload =>
  Workload.layered({ levels: 1, width: count })

const worldOf = (slots: number, scenario: World.World["scenario"]): World.World => ({
  name: "known",
  pool: { nodes: slots, slotsPerNode: 1 },
  scenario,
  link: { latencyMs: Distribution.fixed(0) }
})

/** With so rare polls a trial is cheap; when a run ended is told by the account itself. */
const rarely = { msMin: 600_000, msMax: 600_000 }

const contains = (values: ReadonlyArray<number>, truth: number): void => {
  const { high, low } = Bootstrap.meanInterval(values, { seed, confidence: 0.999 })
  assert.isTrue(low <= truth && truth <= high, `${truth} is not in ${low} to ${high}, seed ${seed}`)
}

const lastEndMs = (spans: ReadonlyArray<SlotLedger.Span>): number =>
  Math.max(...spans.map(({ untilMs }) => untilMs))

describe("known answers", () => {
  it("geometric retries: 1 / (1 − p) attempts a node", () => {
    const experiment = Experiment.make({
      workload: independent(40),
      world: worldOf(8, { tasks: [{ failures: [{ exitCode: 1, probability: 0.3 }] }] }),
      arms: [Arm.make("always", { policy: Policy.retry({ max: 100 }), poll: rarely })],
      seed
    })
    const attempts = Array.from(
      { length: 60 },
      (_, trial) => Trial.run(experiment, experiment.arms[0]!, trial).measures.attempts
    )
    contains(attempts, 40 / 0.7)
  })

  it("n parallel exponentials: the last ends after mean · (1 + 1/2 + … + 1/n)", () => {
    const count = 16
    const experiment = Experiment.make({
      workload: independent(count),
      world: worldOf(count, { tasks: [{ duration: exponential }] }),
      arms: [Arm.make("once", { poll: rarely })],
      seed
    })
    const ends = Array.from(
      { length: 150 },
      (_, trial) => lastEndMs(Trial.timelineOf(experiment, experiment.arms[0]!, trial).spans)
    )
    let harmonic = 0
    for (let term = 1; term <= count; term++) harmonic += 1 / term
    contains(ends, meanMs * harmonic)
  })

  it("fork-join: k stages of n exponentials take k · mean · (1 + 1/2 + … + 1/n)", () => {
    const [width, stages] = [8, 3]
    const experiment = Experiment.make({
      workload: Workload.forkJoin(width, stages),
      world: worldOf(width, {
        tasks: [
          { tasks: "fork-*", duration: Distribution.fixed(0) },
          { duration: exponential }
        ]
      }),
      // The service itself starts what its parents were all that it waited for.
      arms: [Arm.make("native", { mode: "native", poll: rarely })],
      seed
    })
    const ends = Array.from(
      { length: 150 },
      (_, trial) => lastEndMs(Trial.timelineOf(experiment, experiment.arms[0]!, trial).spans)
    )
    let harmonic = 0
    for (let term = 1; term <= width; term++) harmonic += 1 / term
    // Each fork and the last join take the millisecond that every run takes at least.
    contains(ends, stages * meanMs * harmonic + stages + 1)
  })

  it("Graham: no more than work / m + (1 − 1/m) · longest, no less than either alone", () => {
    const slots = 5
    const experiment = Experiment.make({
      workload: independent(37),
      world: worldOf(slots, { tasks: [{ duration: exponential }] }),
      arms: [Arm.make("once", { poll: rarely })],
      seed
    })
    for (let trial = 0; trial < 40; trial++) {
      const { spans } = Trial.timelineOf(experiment, experiment.arms[0]!, trial)
      const lengths = spans.map(({ fromMs, untilMs }) => untilMs - fromMs)
      const work = lengths.reduce((sum, length) => sum + length, 0)
      const longest = Math.max(...lengths)
      const endMs = lastEndMs(spans)
      assert.strictEqual(spans.length, 37)
      assert.isAtMost(endMs, work / slots + (1 - 1 / slots) * longest + 1)
      assert.isAtLeast(endMs, Math.max(work / slots, longest))
    }
  })

  it("M/M/c: tasks that arrive at random wait as long as Erlang's formula says", () => {
    const servers = 4
    const load = 2.8
    const count = 1_500
    // Every node fails at once, and its retry arrives at a uniform time: a Poisson process.
    const arrivals = Policy.retry({
      max: 1,
      via: "reactivate",
      backoff: {
        description: "uniform over the horizon",
        delayMs: (_retry, unit) => unit * count * meanMs / load
      }
    })
    const experiment = Experiment.make({
      workload: independent(count),
      world: worldOf(servers, {
        tasks: [
          {
            attempts: { to: 1 },
            duration: Distribution.fixed(0),
            failures: [{ exitCode: 1, probability: 1 }]
          },
          { duration: exponential }
        ]
      }),
      arms: [Arm.make("arrivals", { policy: arrivals, poll: rarely })],
      seed
    })
    const waits = Array.from({ length: 25 }, (_, trial) => {
      const { measures } = Trial.run(experiment, experiment.arms[0]!, trial)
      assert.strictEqual(measures.attempts, 2 * count)
      return measures.queueSeconds * 2
    })
    let idle = 0
    for (let busy = 0, term = 1; busy < servers; busy++, term *= load / busy) idle += term
    let full = 1
    for (let busy = 1; busy <= servers; busy++) full *= load / busy
    full *= servers / (servers - load)
    const waitingShare = full / (idle + full)
    contains(waits, waitingShare * meanMs / 1000 / (servers - load))
  })
})
