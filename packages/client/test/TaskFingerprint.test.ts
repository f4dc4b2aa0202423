/**
 * Which differences matter between a task as sent and as found.
 */
import type { CloudTask, TaskAddParameter } from "@batchwave/wire/Task"
import { assert, describe, it } from "@effect/vitest"
import { differencesOf, selectOf, settingName } from "../src/TaskFingerprint.ts"

const sent: TaskAddParameter = {
  id: "T1",
  commandLine: "run",
  constraints: { maxWallClockTime: "PT36H", maxTaskRetryCount: 1 },
  resourceFiles: [{ httpUrl: "https://store.example/a?sig=one", filePath: "a" }],
  userIdentity: { autoUser: { scope: "task", elevationLevel: "nonadmin" } },
  environmentSettings: [],
  dependsOn: { taskIds: ["p1", "p2"] }
}

const found = {
  commandLine: "run",
  environmentSettings: [],
  id: "t1",
  state: "running",
  requiredSlots: 1,
  constraints: { maxWallClockTime: "P1DT12H", maxTaskRetryCount: 1, retentionTime: "P7D" },
  resourceFiles: [{ httpUrl: "https://store.example/a?sig=two", filePath: "a", fileMode: "0770" }],
  userIdentity: { autoUser: { scope: "Task", elevationLevel: "NonAdmin" } },
  dependsOn: { taskIds: ["p1", "p2"], taskIdRanges: [] }
}

const without = (name: keyof typeof found): CloudTask =>
  Object.fromEntries(Object.entries(found).filter(([key]) => key !== name))

describe("TaskFingerprint", () => {
  it("ignores defaults, forms of durations, case of enumerations, signatures and empty lists", () => {
    assert.deepStrictEqual(differencesOf(sent, found), [])
  })

  const changes: ReadonlyArray<readonly [string, CloudTask, ReadonlyArray<string>]> = [
    ["another command", { ...found, commandLine: "RUN" }, ["commandLine"]],
    ["a missing command", without("commandLine"), ["commandLine"]],
    [
      "another limit",
      { ...found, constraints: { maxWallClockTime: "PT35H", maxTaskRetryCount: 1 } },
      ["constraints.maxWallClockTime"]
    ],
    [
      "another file",
      { ...found, resourceFiles: [{ httpUrl: "https://store.example/b", filePath: "a" }] },
      ["resourceFiles[0].httpUrl"]
    ],
    [
      "settings where none were sent",
      { ...found, environmentSettings: [{ name: "A", value: "1" }] },
      ["environmentSettings"]
    ],
    [
      "packages where none were sent",
      { ...found, applicationPackageReferences: [{ applicationId: "a" }] },
      ["applicationPackageReferences"]
    ],
    ["fewer parents", { ...found, dependsOn: { taskIds: ["p1"] } }, ["dependsOn.taskIds"]]
  ]
  for (const [name, task, expected] of changes) {
    it(`sees ${name}`, () => {
      assert.deepStrictEqual(differencesOf(sent, task), expected)
    })
  }

  it("goes by the fingerprint alone when the task carries one", () => {
    const marked = (value: string) => ({ environmentSettings: [{ name: settingName, value }] })
    const ours: TaskAddParameter = { id: "t", commandLine: "a", ...marked("one") }
    assert.deepStrictEqual(differencesOf(ours, { commandLine: "b", ...marked("one") }), [])
    const difference = [`environmentSettings.${settingName}`]
    assert.deepStrictEqual(differencesOf(ours, { commandLine: "a", ...marked("two") }), difference)
    assert.deepStrictEqual(differencesOf(ours, { commandLine: "a" }), difference)
    assert.deepStrictEqual(selectOf(ours), ["id", "environmentSettings"])
    assert.includeMembers(
      Array.from(selectOf({ id: "t", commandLine: "a", resourceFiles: [] })),
      ["id", "commandLine", "resourceFiles", "environmentSettings", "dependsOn"]
    )
  })
})
