/**
 * The program of a thread of the laboratory. It loads the rest only when what was compiled before can be
 * used again, which halves the time until its first trial.
 */
import module from "node:module"
import { parentPort, workerData } from "node:worker_threads"

if (parentPort !== null) {
  module.enableCompileCache()
  const { serve } = await import("./LabThread.ts")
  await serve(workerData, parentPort)
}
