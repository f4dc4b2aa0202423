/**
 * `npm run test:load`: the load of a million tasks, or of as many as the first argument says, with the
 * figures it reached. Ends with 1 when something was lost or a task takes more memory than it may.
 */
import * as Effect from "effect/Effect"
import * as LoadRun from "./LoadRun.ts"

const bytesMax = 700
const tasksCount = Number(process.argv[2] ?? 1_000_000)

const result = await Effect.runPromise(LoadRun.run(tasksCount, (line) => console.log(line)))
const { added, bytesAdded, bytesCompleted, countsAfter, failedListed, lateListed, listed } = result
const claims = {
  [`${tasksCount} tasks added`]: added === tasksCount,
  [`${tasksCount} tasks completed`]: countsAfter.succeeded + countsAfter.failed === tasksCount,
  [`${tasksCount} tasks listed`]: listed === tasksCount,
  [`${countsAfter.failed} failed tasks listed`]: failedListed === countsAfter.failed,
  [`${lateListed} late tasks listed in ${result.lateRequests} requests`]:
    result.lateRequests === Math.ceil(lateListed / 1000),
  [`at most ${bytesMax} bytes a task when added: ${bytesAdded}`]: (bytesAdded ?? 0) <= bytesMax,
  [`at most ${bytesMax} bytes a task when completed: ${bytesCompleted}`]:
    (bytesCompleted ?? 0) <= bytesMax
}
for (const [claim, holds] of Object.entries(claims)) {
  console.log(`${holds ? "met   " : "MISSED"} ${claim}`)
}
process.exitCode = Object.values(claims).every(Boolean) ? 0 : 1
