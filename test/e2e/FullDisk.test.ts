/**
 * A run whose disk is full is asked and cancelled from another process, on a small file system of its own.
 */
import { assert, describe, it } from "@effect/vitest"
import { spawn, spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Command from "./Command.ts"

const bin = fileURLToPath(new URL("../../packages/batchwave/src/bin.ts", import.meta.url))

/** Where its arguments are: the directory of all, node, the command. */
const script = `
set -u
cd "$1"; node="$2"; bin="$3"
mkdir disk && mount -t tmpfs -o size=1m tmpfs disk
ask() { echo "== $1"; "$node" "$bin" "$@" --data disk/data 2>&1; echo "code $?"; }
"$node" "$bin" run chain.ts --backend azure --run-id r --data disk/data --quiet >run.out 2>run.err &
run=$!
until [ -e disk/data/runs/r/control/mailbox ]; do sleep 0.02; done
dd if=/dev/zero of=disk/fill bs=4096 2>/dev/null
until grep -q "the disk is full" run.err; do sleep 0.02; done
touch full
ask status r
ask cancel r
rm disk/fill
wait $run; echo "run $?"
ask events r
`

const hasSmallDisks = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/tmp"])

describe("a run whose disk is full", () => {
  it.skipIf(hasSmallDisks.status !== 0)(
    `says so at once, and is cancelled before anything is begun when there is room${
      hasSmallDisks.status === 0 ? "" : " (skipped: no file system can be mounted here)"
    }`,
    async () => {
      const directory = Command.makeDirectory()
      Command.writePipeline(
        directory,
        "chain.ts",
        `
import { Pipeline } from "batchwave"
export default Pipeline.graph("chain", Object.fromEntries(Array.from({ length: 300 }, (_, at) => [
  "t" + at,
  { run: "true", needs: at === 0 ? [] : ["t" + (at - 1)] }
])))
`
      )
      writeFileSync(join(directory, "script.sh"), script)
      const emulator = await Command.startEmulator(directory)
      try {
        const output = await new Promise<string>((resolve) => {
          const args = ["-rm", "sh", "script.sh", directory, process.execPath, bin]
          const child = spawn("unshare", args, {
            cwd: directory,
            env: { ...process.env, CI: "true", ...emulator.env }
          })
          let text = ""
          child.stdout.setEncoding("utf8").on("data", (part: string) => {
            text += part
          })
          child.on("close", () => resolve(text))
        })
        const [, status = "", cancel = "", events = ""] = output.split(/^== .*$/m)
        assert.match(
          status,
          /run r is running: .*\nit waits: the disk of \S+runs\/r is full \(\d+ KiB free\);.*\ncode 0/
        )
        assert.match(
          cancel,
          /error: run r is paused: the disk of \S+runs\/r is full .*done first when there is room; .*\ncode 6/
        )
        assert.match(cancel, /^run 3$/m)
        const tags = events.split("\n").flatMap((line) => {
          const found = /"_tag":"([A-Za-z]+)"/.exec(line)?.[1]
          return found === undefined ? [] : [found]
        })
        // The task that was planned and waited for its record is never added.
        assert.include(tags, "CancelRequested")
        assert.notInclude(tags.slice(tags.indexOf("CancelRequested")), "TasksAccepted")
        assert.strictEqual(tags.at(-1), "RunFinished")
      } finally {
        await Command.stop(emulator.started)
      }
    }
  )
})
