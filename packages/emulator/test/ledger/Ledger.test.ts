import * as EmulatorOptions from "@batchwave/emulator/EmulatorOptions"
import * as Inputs from "@batchwave/emulator/Inputs"
import * as Compaction from "@batchwave/emulator/ledger/Compaction"
import * as Ledger from "@batchwave/emulator/ledger/Ledger"
import * as LogHeader from "@batchwave/emulator/ledger/LogHeader"
import * as RecordFile from "@batchwave/emulator/ledger/RecordFile"
import * as Snapshot from "@batchwave/emulator/ledger/Snapshot"
import type { State } from "@batchwave/emulator/State"
import * as StateOpening from "@batchwave/emulator/StateOpening"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import * as Path from "node:path"
import { setImmediate as turn } from "node:timers/promises"
import * as History from "./History.ts"

const root = mkdtempSync(Path.join(tmpdir(), "batchwave-ledger-"))
let directories = 0
const newDirectory = (): string => {
  const directory = Path.join(root, String(directories++))
  mkdirSync(directory)
  return directory
}

afterAll(() => rmSync(root, { recursive: true, force: true }))

const optionsOf = (directory: string, fullBytes?: number): Ledger.LedgerOptions => ({
  directory,
  header: { account: "batchwave" },
  ...(fullBytes === undefined ? {} : { fullBytes }),
  onProblem: (message) => {
    throw new Error(message)
  }
})

const begin = (directory: string, fullBytes?: number): State => {
  const state = StateOpening.begin(History.fresh(), History.startMs)
  return {
    ...state,
    ledger: Ledger.begin(optionsOf(directory, fullBytes), Snapshot.take(state))
  }
}

/** What another process finds. */
const recall = (directory: string): State => {
  const found = Ledger.find(optionsOf(directory))
  if (found === undefined) throw new Error(`nothing in ${directory}`)
  const state = StateOpening.replay(History.fresh(), found)
  return { ...state, ledger: found.resume() }
}

/** Copies a file, unless it has gone since it was seen. */
const copyIfThere = (from: string, to: string): void => {
  try {
    copyFileSync(from, to)
  } catch (cause) {
    if (existsSync(from)) throw cause
  }
}

const onlyFile = (directory: string): string => {
  const names = readdirSync(directory)
  assert.lengthOf(names, 1)
  return Path.join(directory, names[0]!)
}

const truncated = (file: string, bytes: number): string => {
  const directory = newDirectory()
  const copy = Path.join(directory, Path.basename(file))
  copyFileSync(file, copy)
  truncateSync(copy, bytes)
  return directory
}

const refusalOf = (work: () => unknown): string => {
  try {
    work()
  } catch (cause) {
    if (typeof cause === "object" && cause !== null && "message" in cause) {
      return String(cause.message)
    }
    throw cause
  }
  throw new Error("was not refused")
}

/** The descriptor of this process that a file is open under. */
const descriptorOf = (file: string): number =>
  Number(
    readdirSync("/proc/self/fd").find((name) => {
      try {
        return readlinkSync(`/proc/self/fd/${name}`) === file
      } catch {
        return false
      }
    })
  )

/** Answers the ends of all records of a log, the header and the snapshot first. */
const recordEnds = (file: string): ReadonlyArray<number> => {
  const bytes = readFileSync(file)
  const ends: Array<number> = []
  for (let offset = 0; offset < bytes.length;) {
    offset += 12 + bytes.readUInt32LE(offset)
    ends.push(offset)
  }
  return ends
}

describe("a ledger", () => {
  it("brings back what was acknowledged, whenever the process ended", () => {
    fc.assert(
      fc.property(fc.array(History.step, { minLength: 1, maxLength: 20 }), (steps) => {
        const directory = newDirectory()
        const state = begin(directory)
        const images = [History.imageOf(state)]
        steps.forEach((step, index) => {
          History.act(state, step, index)
          images.push(History.imageOf(state))
        })
        state.ledger?.close()
        const file = onlyFile(directory)
        const ends = recordEnds(file)
        assert.lengthOf(ends, images.length + 1)
        for (const [count, image] of images.entries()) {
          const end = ends[count + 1]!
          const next = ends[count + 2]
          const cuts = next === undefined
            ? [end]
            : [end, end + 1, end + 12, (end + next) >> 1, next - 1]
          for (const cut of cuts) {
            const copy = truncated(file, cut)
            const recalled = recall(copy)
            recalled.ledger?.close()
            assert.deepStrictEqual(History.imageOf(recalled), image)
            assert.strictEqual(statSync(onlyFile(copy)).size, end)
            rmSync(copy, { recursive: true })
          }
        }
      }),
      { numRuns: 12 }
    )
  }, 60_000)

  it("goes on after a restart as if there had been none, whatever was compacted before", () => {
    fc.assert(
      fc.property(
        fc.array(History.step, { minLength: 2, maxLength: 40 }),
        fc.nat(39),
        fc.constantFrom(1, 3000, 1_000_000),
        (steps, at, fullBytes) => {
          const restartAt = at % steps.length
          const settings = EmulatorOptions.storedOf(History.fresh().settings)
          const directory = newDirectory()
          let interrupted = begin(directory, fullBytes)
          const steady = StateOpening.begin(History.fresh(), History.startMs)
          steps.forEach((step, index) => {
            if (index === restartAt) {
              const image = History.imageOf(interrupted)
              interrupted.ledger?.close()
              interrupted = recall(directory)
              assert.deepStrictEqual(History.imageOf(interrupted), image)
              const nowMs = History.startMs + index * 700
              Inputs.opened(interrupted, settings, undefined, nowMs)
              Inputs.opened(steady, settings, undefined, nowMs)
            }
            const answer = History.act(interrupted, step, index)
            assert.strictEqual(answer, History.act(steady, step, index))
          })
          interrupted.ledger?.close()
          assert.deepStrictEqual(History.imageOf(interrupted), History.imageOf(steady))
          rmSync(directory, { recursive: true })
        }
      ),
      { numRuns: 150 }
    )
  }, 60_000)

  it("takes inputs while another thread writes a snapshot, and loses none", async () => {
    const directory = newDirectory()
    const state = begin(directory)
    let index = 0
    const act = (step: History.Step) => History.act(state, step, index++)
    const addMany = () => {
      const tasks = Array.from({ length: 100 }, (_, place) => ({
        id: `many-${index}-${place}`,
        slots: 1,
        after: "",
        retries: 0
      }))
      assert.strictEqual(act({ verb: "addTasks", job: "j", tasks }), 200)
    }
    act({ verb: "addJob", job: "j", ends: false })
    for (let count = 0; count < 10; count++) addMany()
    // A copy of the directory is what the end of the process would leave at that moment.
    const left: Array<{ readonly path: string; readonly image: unknown }> = []
    const leave = () => {
      const path = newDirectory()
      for (const name of readdirSync(directory)) {
        copyIfThere(Path.join(directory, name), Path.join(path, name))
      }
      left.push({ path, image: History.imageOf(state) })
    }
    const goOn = () => {
      act({ verb: "start", run: 0 })
      act({ verb: "end", run: 0, exitCode: 0 })
      act({ verb: "addOne", job: "j", task: "a" })
      act({ verb: "delete", job: "j", task: "a" })
    }
    const seen = new Set<string>()
    const file = onlyFile(directory)
    const beginBytes = statSync(file).size
    state.ledger?.compactAside()
    // So much that the new file is there for a while: what is more than this is copied by the way.
    while (statSync(file).size <= beginBytes + Compaction.restBytesMax) goOn()
    for (;;) {
      const names = readdirSync(directory).map((name) =>
        name.replace(/\d+-\d+\.partial/, "partial")
      )
      const kinds = names.toSorted().join()
      if (!seen.has(kinds)) leave()
      seen.add(kinds)
      if (kinds === "00000002.log") break
      if (kinds.includes("partial")) goOn()
      await turn()
    }
    assert.includeMembers([...seen], [
      "00000001.log",
      "00000001.log,00000001.log.partial",
      "00000002.log"
    ])
    act({ verb: "addOne", job: "j", task: "B" })
    leave()
    state.ledger?.close()
    for (const { image, path } of left) {
      const recalled = recall(path)
      recalled.ledger?.close()
      assert.deepStrictEqual(History.imageOf(recalled), image)
      assert.lengthOf(readdirSync(path), 1)
    }
  }, 60_000)

  it("is compacted at once with 10,000 tasks, and by another thread with one more", () => {
    const asked: Array<string> = []
    const ledger: Ledger.Ledger = {
      append: () => true,
      appendInTime: () => true,
      isFull: () => true,
      compact: () => void asked.push("at once"),
      compactAside: () => void asked.push("aside"),
      close: () => undefined
    }
    const state = { ...StateOpening.begin(History.fresh(), History.startMs), ledger }
    History.act(state, { verb: "addJob", job: "j", ends: false }, 0)
    for (const tasksCount of [10_000, 10_001]) {
      state.account.tasks.length = tasksCount
      History.act(state, { verb: "addJob", job: "K", ends: false }, 1)
    }
    assert.deepStrictEqual(asked, ["at once", "at once", "aside"])
  })

  it("leaves nothing behind when it is closed while another thread writes a snapshot", async () => {
    const directory = newDirectory()
    const state = begin(directory, 1_000_000)
    History.act(state, { verb: "addJob", job: "j", ends: false }, 0)
    const [file] = readdirSync(directory)
    state.ledger?.compactAside()
    assert.isFalse(state.ledger?.isFull())
    History.act(state, { verb: "addOne", job: "j", task: "a" }, 1)
    state.ledger?.close()
    const recalled = recall(directory)
    assert.deepStrictEqual(History.imageOf(recalled), History.imageOf(state))
    recalled.ledger?.close()
    assert.deepStrictEqual(readdirSync(directory), [file])
  })

  it("does not grow without end", () => {
    const directory = newDirectory()
    const state = begin(directory, 20_000)
    let largest = 0
    for (let round = 0; round < 2000; round++) {
      History.act(state, { verb: "addJob", job: "j", ends: false }, round)
      History.act(state, { verb: "addOne", job: "j", task: "a" }, round)
      History.act(state, { verb: "start", run: 0 }, round)
      History.act(state, { verb: "end", run: 0, exitCode: 0 }, round)
      History.act(state, { verb: "deleteJob", job: "j" }, round)
      History.act(state, { verb: "pass", ms: 0 }, round)
      largest = Math.max(largest, statSync(onlyFile(directory)).size)
    }
    state.ledger?.close()
    // The inputs alone take more than 700 bytes a round; what is left grows only by the files that
    // nobody removes here.
    assert.isBelow(largest, 650_000)
    assert.deepStrictEqual(History.imageOf(recall(directory)), History.imageOf(state))
  })

  it("writes neither the passwords of a pool's users nor signatures down", () => {
    const directory = newDirectory()
    const state = begin(directory)
    assert.strictEqual(History.act(state, { verb: "addPool" }, 1), 201)
    const text = readFileSync(onlyFile(directory), "latin1")
    assert.include(text, "userAccounts")
    assert.notInclude(text, "hunter2")
    assert.notInclude(text, "SharedKey")
    assert.notInclude(text, EmulatorOptions.developmentKey)
    assert.deepStrictEqual(History.imageOf(recall(directory)), History.imageOf(state))
  })

  it("refuses a log that is damaged, foreign, or of another version, and names it", () => {
    const directory = newDirectory()
    const state = begin(directory)
    for (let index = 0; index < 4; index++) {
      History.act(state, { verb: "addJob", job: "j", ends: false }, index)
    }
    state.ledger?.close()
    const file = onlyFile(directory)
    const good = readFileSync(file)
    const ends = recordEnds(file)
    for (const place of [ends[1]! + 2, ends[1]! + 10, ends[2]! + 20, ends[0]! + 40]) {
      const bytes = Buffer.from(good)
      bytes[place]! ^= 0x10
      writeFileSync(file, bytes)
      const message = refusalOf(() => recall(directory))
      assert.include(message, file)
      assert.match(message, /damaged at byte \d+/)
      assert.strictEqual(Buffer.compare(readFileSync(file), bytes), 0)
    }
    writeFileSync(file, "not a log at all")
    assert.match(refusalOf(() => recall(directory)), /is no log of an emulator/)
    const refusalOfVersion = (version: number): string => {
      const header = JSON.stringify({ format: "batchwave-emulator", version, account: "batchwave" })
      const record = RecordFile.encode(Buffer.from(header))
      writeFileSync(file, Buffer.concat([record, good.subarray(ends[0])]))
      return refusalOf(() => recall(directory))
    }
    assert.match(refusalOfVersion(LogHeader.versionNow + 1), /later version \(format 3\); update/)
    assert.match(
      refusalOfVersion(LogHeader.versionNow - 1),
      /earlier version \(format 1\)\. Nothing was changed; give another data directory/
    )
  })

  it("refuses inputs that do not follow from those before", () => {
    const directory = newDirectory()
    const state = begin(directory)
    History.act(state, { verb: "addJob", job: "j", ends: false }, 0)
    History.act(state, { verb: "addOne", job: "j", task: "a" }, 1)
    History.act(state, { verb: "addOne", job: "j", task: "B" }, 2)
    state.ledger?.close()
    const file = onlyFile(directory)
    const ends = recordEnds(file)
    const bytes = readFileSync(file)
    writeFileSync(file, Buffer.concat([bytes.subarray(0, ends[2]), bytes.subarray(ends[3])]))
    assert.match(refusalOf(() => recall(directory)), /input 2 does not follow/)
  })

  it("drops a last record that a loss of power left blank or half written", () => {
    const directory = newDirectory()
    const state = begin(directory)
    History.act(state, { verb: "addJob", job: "j", ends: false }, 0)
    const image = History.imageOf(state)
    History.act(state, { verb: "addOne", job: "j", task: "a" }, 1)
    state.ledger?.close()
    const file = onlyFile(directory)
    const [, , end = 0] = recordEnds(file)
    const bytes = readFileSync(file)
    const blank = Buffer.from(bytes)
    blank.fill(0, end)
    const half = Buffer.from(bytes)
    half.fill(0, end + 30)
    for (const left of [blank, half]) {
      writeFileSync(file, left)
      const recalled = recall(directory)
      recalled.ledger?.close()
      assert.deepStrictEqual(History.imageOf(recalled), image)
    }
  })

  it("refuses a request it cannot write down, and writes what happened as soon as it can", () => {
    const directory = newDirectory()
    const problems: Array<string> = []
    const options = { ...optionsOf(directory), onProblem: (text: string) => problems.push(text) }
    const state = StateOpening.begin(History.fresh(), History.startMs)
    const kept = { ...state, ledger: Ledger.begin(options, Snapshot.take(state)) }
    History.act(kept, { verb: "addJob", job: "j", ends: false }, 0)
    History.act(kept, { verb: "addOne", job: "j", task: "a" }, 1)
    const file = onlyFile(directory)
    const image = History.imageOf(kept)
    // The lowest free descriptor is the one given next, so the ledger's becomes one for reading.
    const descriptor = descriptorOf(file)
    closeSync(descriptor)
    assert.strictEqual(openSync(file, "r"), descriptor)
    assert.strictEqual(History.act(kept, { verb: "addOne", job: "j", task: "B" }, 2), 500)
    assert.deepStrictEqual(History.imageOf(kept), image)
    History.act(kept, { verb: "end", run: 0, exitCode: 0 }, 3)
    assert.lengthOf(problems, 2)
    closeSync(descriptor)
    assert.strictEqual(openSync(file, "r+"), descriptor)
    assert.strictEqual(History.act(kept, { verb: "addOne", job: "j", task: "B" }, 4), 201)
    kept.ledger.close()
    assert.deepStrictEqual(History.imageOf(recall(directory)), History.imageOf(kept))
  })
})
