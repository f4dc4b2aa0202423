import * as Output from "@batchwave/pipeline/Output"
import * as Pipeline from "@batchwave/pipeline/Pipeline"
import { sh } from "@batchwave/pipeline/Shell"
import * as Schema from "effect/Schema"

/** Two tasks, and an edge because the second reads what the first has answered. */
export const pipeline = Pipeline.make(
  "count",
  { params: { file: Schema.String } },
  (p, { file }) => {
    const lines = p.task("count", {
      run: sh`wc -l < ${file} > "$BATCHWAVE_OUTPUT_FILE"`,
      output: Output.json(Schema.Int)
    })
    return p.task("tell", { run: sh`echo there are ${lines.output} lines` })
  }
)

/** The canonical workflow, policies and output checks; fails with every problem at once. */
export const compiled = pipeline.compile({ file: "it's here.txt" })
