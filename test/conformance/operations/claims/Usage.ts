/** What `$expand=stats` shows of a job and of a task alike. */
export const usage = {
  "stats.url": "*",
  "stats.startTime": "*",
  "stats.lastUpdateTime": "*",
  "stats.userCPUTime": "PT0S",
  "stats.kernelCPUTime": "PT0S",
  "stats.wallClockTime": "*",
  "stats.readIOps": 0,
  "stats.writeIOps": 0,
  "stats.readIOGiB": 0,
  "stats.writeIOGiB": 0,
  "stats.waitTime": "*"
}
