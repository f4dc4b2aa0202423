/**
 * Paths of operations: filling in, matching, and finding an operation for a request.
 */
import { FilesApi } from "@batchwave/wire/FilesApi"
import { JobsApi } from "@batchwave/wire/JobsApi"
import { NodesApi } from "@batchwave/wire/NodesApi"
import type { Operation } from "@batchwave/wire/Operation"
import * as OperationPath from "@batchwave/wire/OperationPath"
import { PoolsApi } from "@batchwave/wire/PoolsApi"
import { TasksApi } from "@batchwave/wire/TasksApi"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"

const operations: ReadonlyArray<Operation> = [
  ...Object.values(TasksApi),
  ...Object.values(JobsApi),
  ...Object.values(FilesApi),
  ...Object.values(PoolsApi),
  ...Object.values(NodesApi)
]

describe("OperationPath", () => {
  it("encodes the slashes of a file path", () => {
    assert.strictEqual(
      OperationPath.expand(FilesApi.get.path, {
        jobId: "j1",
        taskId: "t1",
        filePath: "wd/out 1.txt"
      }),
      "/jobs/j1/tasks/t1/files/wd%2Fout%201.txt"
    )
  })

  it("matches a file path whether its slashes are encoded or not", () => {
    for (const path of ["wd%2Fa%2Fout.txt", "wd/a/out.txt"]) {
      assert.deepStrictEqual(
        OperationPath.match(FilesApi.get.path, `/jobs/j1/tasks/t1/files/${path}`),
        { jobId: "j1", taskId: "t1", filePath: "wd/a/out.txt" }
      )
    }
  })

  it("finds for each operation's own path the operation and its parameters", () => {
    const segment = fc.string({ minLength: 1, unit: "binary" }).filter((text) =>
      text.isWellFormed()
    )
    fc.assert(fc.property(
      fc.constantFrom(...operations),
      fc.array(segment, { minLength: 3, maxLength: 3 }),
      (operation, values) => {
        const parameters = Object.fromEntries(
          OperationPath.parametersOf(operation.path).map((
            name,
            index
          ) => [name, values[index] ?? ""])
        )
        const found = OperationPath.find(
          operations,
          operation.method,
          OperationPath.expand(operation.path, parameters)
        )
        assert.deepStrictEqual(found, { operation, parameters })
      }
    ))
  })

  it("tells the methods a path does have", () => {
    assert.deepStrictEqual(OperationPath.find(operations, "PATCH", "/jobs/j1/tasks/t1"), {
      allowed: ["DELETE", "GET", "PUT"]
    })
    assert.deepStrictEqual(OperationPath.find(operations, "GET", "/nowhere"), { allowed: [] })
  })

  it("tells an action on a pool from a node of it", () => {
    assert.deepStrictEqual(OperationPath.find(operations, "POST", "/pools/p1/resize"), {
      operation: PoolsApi.resize,
      parameters: { poolId: "p1" }
    })
    assert.deepStrictEqual(OperationPath.find(operations, "GET", "/pools/p1/nodes/n1"), {
      operation: NodesApi.get,
      parameters: { poolId: "p1", nodeId: "n1" }
    })
    assert.deepStrictEqual(
      OperationPath.find(operations, "DELETE", "/pools/p1/nodes/n1/files/startup/wd/out.txt"),
      {
        operation: FilesApi.deleteOfNode,
        parameters: { poolId: "p1", nodeId: "n1", filePath: "startup/wd/out.txt" }
      }
    )
  })

  it("matches neither empty parameters nor broken escapes", () => {
    assert.isUndefined(OperationPath.match("/jobs/{jobId}", "/jobs/"))
    assert.isUndefined(OperationPath.match("/jobs/{jobId}", "/jobs/%zz"))
    assert.isUndefined(OperationPath.match("/jobs/{jobId}", "/jobs/j1/"))
  })
})
