/** The pipeline whose interrupted runs are kept as golden journals; its plan must never change. */
import { Backoff, Pipeline, Policy } from "batchwave"

export default Pipeline.graph("golden", {
  first: { run: "exit 0" },
  flaky: {
    run: "[ -e tried ] || { touch tried; exit 75; }",
    policy: Policy.retry({ max: 3, backoff: Backoff.constant(10) })
  },
  slow: { run: "sleep 2", needs: ["first"] },
  last: { run: "exit 0", needs: ["flaky", "slow"] }
})
