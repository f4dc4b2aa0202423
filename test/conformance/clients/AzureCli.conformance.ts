/**
 * `az batch` against the emulator, over https whose certificate it is told by a variable, and over
 * http. Without Python, pip or the network it is left out with the reason, except under `CI=true`.
 * `az batch task file show` is not among the commands: the CLI cannot print its SDK's answer to it.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as AzureCli from "./AzureCli.ts"
import * as PythonClient from "./PythonClient.ts"

const page = readFileSync(new URL("../../../docs/laptop.md", import.meta.url), "utf8")
const python = await PythonClient.prepare(AzureCli.requirements)

/** What the commands print of jobs, tasks, results of adding, files, pools and nodes. */
interface View {
  readonly id: string
  readonly taskId: string
  readonly name: string
  readonly state: string
  readonly status: string
  readonly priority: number
  readonly metadata: unknown
  readonly constraints: unknown
  readonly executionInfo: {
    readonly exitCode?: number
    readonly retryCount?: number
    readonly result?: string
    readonly terminateReason?: string
  }
  readonly taskCounts: { readonly active: number }
}

const succeeded = (ending: AzureCli.Ending): void =>
  assert.deepStrictEqual([ending.code, ending.error], [0, ""])

const viewOf = (ending: AzureCli.Ending): View => {
  succeeded(ending)
  const view: View = JSON.parse(ending.output)
  return view
}

const viewsOf = (ending: AzureCli.Ending): ReadonlyArray<View> => {
  succeeded(ending)
  const views: ReadonlyArray<View> = JSON.parse(ending.output)
  return views
}

const declare = (start: () => Promise<AzureCli.Session>): void => {
  let session: AzureCli.Session
  beforeAll(async () => {
    session = await start()
  })
  afterAll(() => session.end())

  const az = (command: string, ...words: ReadonlyArray<string>): Promise<AzureCli.Ending> =>
    session.az(command, ...words)

  const write = (name: string, content: unknown): string => {
    const path = join(session.directory, name)
    writeFileSync(path, JSON.stringify(content))
    return path
  }

  /** Asks for the task until it is in the state. */
  const taskIn = async (state: string, taskId: string): Promise<View> => {
    const untilMs = performance.now() + 30_000
    for (;;) {
      const task = viewOf(await az(`task show --job-id j --task-id ${taskId}`))
      if (task.state === state) return task
      assert.isBelow(performance.now(), untilMs, `${taskId} is ${task.state}, not ${state}`)
    }
  }

  const idsOf = async (jobId: string): Promise<ReadonlyArray<string>> =>
    viewsOf(await az(`task list --job-id ${jobId} --select id`)).map(({ id }) => id)

  it("finds the account by its variables alone, as a process of its own", async () => {
    const script = "az batch pool show --pool-id batchwave --query id -o tsv"
    assert.strictEqual(await session.shell(script), "batchwave\n")
  })

  it("runs the task of docs/laptop.md", async () => {
    const script = /```sh\n(az batch .*?)```/s.exec(page)?.[1] ?? assert.fail("there is none")
    assert.include(await session.shell(`${script}cat hello.txt`), "hello from az\n")
    succeeded(await az("job delete --job-id hello-az --yes"))
  })

  it("makes, shows, lists, changes, disables, ends and deletes a job", async () => {
    succeeded(
      await az("job create --id course --pool-id batchwave --priority 100 --metadata a=b c=d")
    )
    const show = async (): Promise<View> => viewOf(await az("job show --job-id course"))
    const job = await show()
    assert.deepInclude(job, { id: "course", state: "active", priority: 100 })
    assert.deepStrictEqual(job.metadata, [{ name: "a", value: "b" }, { name: "c", value: "d" }])
    const active = viewsOf(await az("job list --select id --filter", "state eq 'active'"))
    assert.deepStrictEqual(active.map(({ id }) => id), ["course"])
    succeeded(await az("job set --job-id course --priority -7"))
    assert.strictEqual((await show()).priority, -7)
    succeeded(await az("job reset --job-id course --pool-id batchwave"))
    assert.strictEqual((await show()).priority, 0)
    succeeded(await az("job disable --job-id course --disable-tasks requeue"))
    assert.strictEqual((await show()).state, "disabled")
    succeeded(await az("job enable --job-id course"))
    succeeded(await az("job stop --job-id course --terminate-reason enough"))
    assert.strictEqual((await show()).executionInfo.terminateReason, "enough")
    succeeded(await az("job delete --job-id course --yes"))
    const gone = await az("job show --job-id course")
    assert.strictEqual(gone.code, 3)
    assert.match(gone.error, /^\(JobNotFound\) /)
  })

  it("runs tasks of a JSON file and of flags, and tells how they ended", async () => {
    succeeded(await az("job create --id j --pool-id batchwave --uses-task-dependencies"))
    const many = write("tasks.json", [
      { id: "a", commandLine: "/bin/sh -c 'echo out; echo err >&2'" },
      { id: "b", commandLine: "/bin/sh -c 'exit 3'" },
      { id: "c", commandLine: "/bin/true", dependsOn: { taskIds: ["a"] } },
      { id: "long", commandLine: "/bin/sleep 600", constraints: { maxTaskRetryCount: 2 } }
    ])
    const added = viewsOf(await az(`task create --job-id j --json-file ${many}`))
    assert.sameMembers(added.map(({ taskId }) => taskId), ["a", "b", "c", "long"])
    for (const { status } of added) assert.strictEqual(status, "Success")
    const one = write("one.json", {
      id: "one",
      commandLine: "/bin/true",
      dependsOn: { taskIds: ["b"] }
    })
    assert.strictEqual(viewOf(await az(`task create --job-id j --json-file ${one}`)).id, "one")
    const flags = viewOf(
      await az(
        "task create --job-id j --task-id flags --environment-settings X=7 " +
          "--max-task-retry-count 1 --max-wall-clock-time PT10M --retention-time P1D --command-line",
        "/bin/sh -c 'exit $X'"
      )
    )
    assert.deepStrictEqual(flags.constraints, {
      maxWallClockTime: "PT10M",
      retentionTime: "P1D",
      maxTaskRetryCount: 1
    })
    assert.deepInclude((await taskIn("completed", "b")).executionInfo, {
      exitCode: 3,
      result: "failure"
    })
    assert.deepInclude((await taskIn("completed", "flags")).executionInfo, {
      exitCode: 7,
      retryCount: 1
    })
    for (const id of ["a", "c"]) await taskIn("completed", id)
    await taskIn("running", "long")
    const completed = viewsOf(await az("task list --job-id j --filter", "state eq 'completed'"))
    assert.sameMembers(completed.map(({ id }) => id), ["a", "b", "c", "flags"])
  })

  it("adds tasks in collections of at most 100 and lists them in pages", async () => {
    succeeded(await az("job create --id many --pool-id nowhere"))
    const tasks = Array.from({ length: 1050 }, (_, index) => ({
      id: `t${index}`,
      commandLine: "/bin/true"
    }))
    const path = write("many.json", tasks)
    assert.lengthOf(viewsOf(await az(`task create --job-id many --json-file ${path}`)), 1050)
    assert.sameMembers([...await idsOf("many")], tasks.map(({ id }) => id))
    const { taskCounts } = viewOf(await az("job task-counts show --job-id many"))
    assert.strictEqual(taskCounts.active, 1050)
  })

  it("lists and downloads files of a task, whole and by ranges", async () => {
    const files = viewsOf(await az("task file list --job-id j --task-id a --recursive"))
    assert.sameMembers(files.map(({ name }) => name), ["stdout.txt", "stderr.txt", "wd"])
    const download = async (file: string, ...range: ReadonlyArray<string>) => {
      const path = join(session.directory, `${file.replace("/", "-")}${range.length}`)
      const command = `task file download --job-id j --task-id a --file-path ${file}`
      const { code } = await az(`${command} --destination`, path, ...range)
      return code === 0 ? readFileSync(path, "utf8") : code
    }
    assert.strictEqual(await download("stdout.txt"), "out\n")
    assert.strictEqual(
      await download("stdout.txt", "--start-range", "1", "--end-range", "2"),
      "ut"
    )
    assert.strictEqual(await download("wd/nothing"), 3)
  })

  it("reactivates, changes, stops and deletes tasks", async () => {
    succeeded(await az("task reactivate --job-id j --task-id b"))
    assert.deepInclude((await taskIn("completed", "b")).executionInfo, { exitCode: 3 })
    const long = "--job-id j --task-id long"
    const stale = await az(`task stop ${long} --if-match 0x8D0000000000000`)
    assert.notStrictEqual(stale.code, 0)
    await taskIn("running", "long")
    succeeded(await az(`task reset ${long} --max-task-retry-count 5`))
    succeeded(await az(`task stop ${long}`))
    assert.strictEqual((await taskIn("completed", "long")).executionInfo.result, "failure")
    assert.match((await az(`task stop ${long}`)).error, /^\(TaskCompleted\) /)
    succeeded(await az(`task delete ${long} --yes`))
    assert.strictEqual((await az(`task show ${long}`)).code, 3)
    assert.notInclude(await idsOf("j"), "long")
  })

  it("lists the subtasks of a multi-instance task, and none of another", async () => {
    const path = write("mpi.json", {
      id: "mpi",
      commandLine: "/bin/true",
      multiInstanceSettings: { numberOfInstances: 2, coordinationCommandLine: "/bin/true" }
    })
    succeeded(await az(`task create --job-id j --json-file ${path}`))
    await taskIn("completed", "mpi")
    assert.lengthOf(viewsOf(await az("task subtask list --job-id j --task-id mpi")), 1)
    assert.lengthOf(viewsOf(await az("task subtask list --job-id j --task-id a")), 0)
  })

  it("makes, lists, resizes and deletes a pool, and shows its nodes and their files", async () => {
    succeeded(
      await az(
        "pool create --id own --vm-size standard_a1_v2 --target-dedicated-nodes 1 " +
          "--image canonical:0001-com-ubuntu-server-jammy:22_04-lts --node-agent-sku-id",
        "batch.node.ubuntu 22.04"
      )
    )
    const pools = viewsOf(await az("pool list"))
    assert.sameMembers(pools.map(({ id }) => id), ["batchwave", "own"])
    succeeded(await az("pool resize --pool-id own --target-dedicated-nodes 2"))
    const nodes = viewsOf(await az("node list --pool-id own"))
    assert.lengthOf(nodes, 2)
    const node = `--pool-id own --node-id ${nodes[0]?.id}`
    assert.strictEqual(viewOf(await az(`node show ${node}`)).state, "idle")
    const files = viewsOf(await az(`node file list ${node}`))
    assert.include(files.map(({ name }) => name), "workitems")
    succeeded(await az("pool delete --pool-id own --yes"))
    assert.strictEqual((await az("pool show --pool-id own")).code, 3)
  })

  it("is refused with another key", async () => {
    const key = Buffer.alloc(64, 1).toString("base64")
    const refused = await az(`job list --account-key ${key}`)
    assert.notStrictEqual(refused.code, 0)
    assert.match(refused.error, /AuthenticationFailed/)
  })
}

for (const [scheme, flags] of [["https", ["--https"]], ["http", []]] as const) {
  describe(`the Azure CLI over ${scheme}`, () => {
    if ("reason" in python) {
      const mayBeMissing = process.env["CI"] !== "true"
      console.warn(`the Azure CLI was not run: ${python.reason}`)
      it("has Python with the Azure CLI, or is not CI", () => {
        assert.isTrue(mayBeMissing, python.reason)
      })
    } else {
      declare(() => AzureCli.start(python, [...flags, "--nodes", "2", "--slots", "1"]))
    }
  })
}
