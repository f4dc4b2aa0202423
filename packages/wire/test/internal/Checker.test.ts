/**
 * Generated checks against the interpreter.
 */
import { FilesApi } from "@batchwave/wire/FilesApi"
import { JobAddParameter } from "@batchwave/wire/Job"
import { JobsApi } from "@batchwave/wire/JobsApi"
import { NodesApi } from "@batchwave/wire/NodesApi"
import { PoolAddParameter } from "@batchwave/wire/Pool"
import { PoolsApi } from "@batchwave/wire/PoolsApi"
import { CloudTask } from "@batchwave/wire/Task"
import { TaskAddCollectionResult } from "@batchwave/wire/TaskCollection"
import { TasksApi } from "@batchwave/wire/TasksApi"
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import * as Checker from "../../src/internal/Checker.ts"

const inAnyCase = (values: ReadonlyArray<string>) =>
  fc.oneof(
    fc.constantFrom(...values).chain((value) => fc.mixedCase(fc.constant(value))),
    fc.string()
  )

const optionally = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(fields, { requiredKeys: [] })

const exitOptions = optionally({
  jobAction: inAnyCase(["none", "disable", "terminate"]),
  dependencyAction: inAnyCase(["satisfy", "block"])
})

const task = optionally({
  state: inAnyCase(["active", "preparing", "running", "completed"]),
  previousState: inAnyCase(["active", "preparing", "running", "completed"]),
  executionInfo: fc.record({
    retryCount: fc.nat(),
    requeueCount: fc.nat(),
    result: inAnyCase(["success", "failure"]),
    failureInfo: fc.record({ category: inAnyCase(["usererror", "servererror"]) })
  }, { requiredKeys: ["retryCount", "requeueCount"] }),
  userIdentity: optionally({
    autoUser: optionally({
      scope: inAnyCase(["task", "pool"]),
      elevationLevel: inAnyCase(["nonadmin", "admin"])
    })
  }),
  exitConditions: optionally({
    default: exitOptions,
    exitCodes: fc.array(fc.record({ code: fc.integer(), exitOptions }))
  }),
  outputFiles: fc.array(fc.record({
    filePattern: fc.string(),
    destination: fc.constant({}),
    uploadOptions: fc.record({
      uploadCondition: inAnyCase(["tasksuccess", "taskfailure", "taskcompletion"])
    })
  })),
  containerSettings: fc.record({
    imageName: fc.string(),
    workingDirectory: inAnyCase(["taskWorkingDirectory", "containerImageDefault"])
  }),
  authenticationTokenSettings: optionally({ access: fc.array(inAnyCase(["job"])) })
})

describe("Checker", () => {
  const modelsOf = {
    task: [CloudTask, task],
    outcomes: [
      TaskAddCollectionResult,
      fc.record({
        value: fc.array(fc.record({
          taskId: fc.string(),
          status: inAnyCase(["success", "clienterror", "servererror"])
        }))
      })
    ],
    job: [
      JobAddParameter,
      fc.record({
        id: fc.string(),
        poolInfo: fc.record({
          autoPoolSpecification: fc.record({
            poolLifetimeOption: inAnyCase(["job", "jobschedule"]),
            pool: fc.oneof(
              fc.record({ vmSize: fc.string(), metadata: fc.jsonValue() }),
              fc.dictionary(fc.string(), fc.jsonValue()),
              fc.jsonValue()
            )
          })
        }),
        onAllTasksComplete: inAnyCase(["noaction", "terminatejob"])
      })
    ],
    pool: [
      PoolAddParameter,
      fc.record({
        id: fc.string(),
        vmSize: fc.string(),
        resourceTags: fc.oneof(
          fc.dictionary(fc.string(), fc.string()),
          fc.dictionary(fc.string(), fc.jsonValue())
        ),
        upgradePolicy: fc.record({ mode: inAnyCase(["automatic", "manual", "rolling"]) }),
        virtualMachineConfiguration: fc.record({
          imageReference: fc.constant({}),
          nodeAgentSKUId: fc.string(),
          extensions: fc.array(fc.record({
            name: fc.string(),
            publisher: fc.string(),
            type: fc.string(),
            settings: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue())
          }))
        })
      }, { requiredKeys: ["id", "vmSize"] })
    ]
  } as const

  for (const [name, [schema, values]] of Object.entries(modelsOf)) {
    const generated = Checker.generate(schema.ast)
    const interpreted = Checker.interpret(schema)

    it(`accepts and spells a ${name} as generated code does`, () => {
      assert.isDefined(generated)
      fc.assert(fc.property(values, (value) => {
        const json = JSON.stringify(value)
        const left: unknown = JSON.parse(json)
        const right: unknown = JSON.parse(json)
        const isAccepted = interpreted(right)
        assert.strictEqual(generated?.(left), isAccepted)
        if (isAccepted) assert.deepStrictEqual(left, right)
      }))
    })

    it(`refuses a damaged ${name} as generated code does`, () => {
      const damage = fc.tuple(values, fc.nat(), fc.jsonValue()).map(([value, at, replacement]) => {
        const text = JSON.stringify(value)
        let index = 0
        return JSON.stringify(
          JSON.parse(text, (_, inner: unknown) => index++ === at % 12 ? replacement : inner)
        )
      })
      fc.assert(fc.property(damage, (json) => {
        assert.strictEqual(generated?.(JSON.parse(json)), interpreted(JSON.parse(json)))
      }))
    })
  }

  it("has generated code for every operation's bodies", () => {
    for (
      const operation of [
        ...Object.values(TasksApi),
        ...Object.values(JobsApi),
        ...Object.values(FilesApi),
        ...Object.values(PoolsApi),
        ...Object.values(NodesApi)
      ]
    ) {
      if ("request" in operation) {
        assert.isDefined(Checker.generate(operation.request.schema.ast), operation.operationId)
      }
      if ("response" in operation) {
        assert.isDefined(Checker.generate(operation.response.ast), operation.operationId)
      }
    }
  })

  it("generates nothing for trees with checks or other kinds of values", () => {
    assert.isUndefined(Checker.generate(Schema.Struct({ count: Schema.Int }).ast))
    assert.isUndefined(
      Checker.generate(Schema.Struct({ either: Schema.NullOr(Schema.String) }).ast)
    )
    assert.isUndefined(Checker.generate(Schema.String.ast))
  })
})
