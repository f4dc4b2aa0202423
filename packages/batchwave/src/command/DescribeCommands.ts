/**
 * The commands that tell what a pipeline is made of, without running it.
 */
import * as RunMode from "@batchwave/core/RunMode"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as CommandModule from "./CommandModule.ts"
import { color, data, file, nodes, onScreen, out, param } from "./CommonFlags.ts"
import { flag } from "./FlagKinds.ts"

const plan = Command.make(
  "plan",
  {
    file,
    param,
    format: Flag.Literals("format", ["text", "json", "mermaid", "dot", "workflow"]).pipe(
      Flag.withDescription("How the plan is printed; workflow is the graph as a file to run"),
      Flag.withDefault("text")
    ),
    json: flag("json", "The same as --format json"),
    mode: Flag.Literals("mode", RunMode.dependencyModes).pipe(
      Flag.withDescription(
        "For a run in this mode; of native, which edges the service cannot hold"
      ),
      Flag.optional
    ),
    cache: flag("cache", "List which nodes would take their result from earlier runs, and why not"),
    data,
    color
  },
  Effect.fnUntraced(function*(settings) {
    const PlanCommand = yield* CommandModule.load(() => import("./PlanCommand.ts"))
    const format = settings.json ? "json" : settings.format
    yield* PlanCommand.run({ ...settings, format }).pipe(onScreen(settings))
  })
).pipe(
  Command.withDescription("Check a pipeline and print what would run, without running anything"),
  Command.withExamples([
    {
      command: "batchwave plan weather.ts --param years='[2020, 2021]'",
      description: "Show waves and critical path"
    },
    { command: "batchwave plan weather.ts --format mermaid", description: "Draw the graph" }
  ])
)

const target = Argument.String("run or file").pipe(
  Argument.withDescription("A run by its id, or a file with a pipeline; the newest run by default"),
  Argument.optional
)

const graph = Command.make(
  "graph",
  {
    target,
    format: Flag.Literals("format", ["mermaid", "dot", "json"]).pipe(
      Flag.withDescription("How it is drawn; json is the workflow, which can be run"),
      Flag.withDefault("mermaid")
    ),
    json: flag("json", "The same as --format json"),
    out,
    param,
    data,
    color
  },
  Effect.fnUntraced(function*(settings) {
    const GraphCommand = yield* CommandModule.load(() => import("./GraphCommand.ts"))
    const format = settings.json ? "json" : settings.format
    yield* GraphCommand.run({ ...settings, format }).pipe(onScreen(settings))
  })
).pipe(
  Command.withDescription("Draw the graph of a pipeline, or of a run as it was started"),
  Command.withExamples([
    { command: "batchwave graph weather.ts", description: "As Mermaid, for a README" },
    {
      command: "batchwave graph RUN --format dot | dot -Tsvg > run.svg",
      description: "As a picture, by Graphviz"
    }
  ])
)

const exporting = Command.make(
  "export",
  {
    target,
    az: flag("az", "As az batch task create --json-file takes them, which is the only form"),
    node: nodes,
    partial: flag("partial", "Leave out tasks that cannot be told yet"),
    out,
    param,
    mode: Flag.Literals("mode", RunMode.dependencyModes).pipe(
      Flag.withDescription("Of a file: for a run in this mode; native tasks name their parents"),
      Flag.optional
    ),
    runId: Flag.String("run-id").pipe(
      Flag.withDescription("Of a file: the run that the tasks are told of; export by default"),
      Flag.optional
    ),
    store: Flag.Redacted("store").pipe(
      Flag.withMetavar("url"),
      Flag.withDescription(
        "Of a file: the blob container of its files, no signature needed (or AZURE_STORAGE_CONTAINER_SAS_URL)"
      ),
      Flag.optional
    ),
    json: flag("json", "JSON, which is printed anyway"),
    data,
    color
  },
  Effect.fnUntraced(function*(settings) {
    const ExportCommand = yield* CommandModule.load(() => import("./ExportCommand.ts"))
    yield* ExportCommand.run(settings).pipe(onScreen(settings))
  })
).pipe(
  Command.withDescription("Print the tasks of a run or a pipeline as JSON for the Azure CLI"),
  Command.withExamples([
    { command: "batchwave export RUN --az", description: "What was sent, as it was sent" },
    {
      command: "batchwave export weather.ts --az --mode native --out tasks.json",
      description: "The graph as tasks that wait for each other, before any run"
    }
  ])
)

/**
 * All of them, in the order in which help lists them.
 *
 * @internal
 */
export const describing = [plan, graph, exporting] as const
