/** The header of a run of no nodes, for tests of journals. */
import * as Workflow from "@batchwave/core/Workflow"
import { journalVersion, type RunHeader } from "../src/RunHeader.ts"

/** Of the first run of a pipeline that is called test. */
export const header: RunHeader = {
  version: journalVersion,
  runId: "run-1",
  jobId: "bw-run-1",
  poolId: "batchwave",
  pipeline: "test",
  parameters: {},
  endpoint: "http://127.0.0.1:1",
  workflow: Workflow.make("test", []),
  planFingerprint: "0",
  seed: 1,
  createdAtMs: 1
}
