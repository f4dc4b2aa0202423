/**
 * How much do waves cost, and what does it bring to let the service hold tasks back?
 *
 * `batchwave lab "$TRACE" --arm examples/lab/modes.ts --scenario steady`, where `TRACE` is the path of
 * a recorded workflow (WfFormat).
 */
import { Arm } from "@batchwave/lab"

export default [
  Arm.make("eager", { mode: "eager" }),
  Arm.make("waves", { mode: "waves" }),
  Arm.make("native", { mode: "native" })
]
