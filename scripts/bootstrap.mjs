/**
 * Entry of every `npm` script of this workspace: makes sure the pinned tools are installed, then
 * becomes one of them.
 *
 * Usage: `node scripts/bootstrap.mjs COMMAND [ARGUMENT...]`, where COMMAND is a key of the table in
 * `commands.mjs`.
 *
 * This file is read by whatever Node the machine has, so it uses only old syntax until the version
 * is known to be good; the rest is loaded afterwards.
 */

var nodeMajorMin = 20

if (Number(process.versions.node.split(".")[0]) < nodeMajorMin) {
  process.stderr.write(
    "batchwave: Node " + process.versions.node +
      " is too old to set this workspace up. Install Node "
      + nodeMajorMin +
      " or newer (the workspace then brings its own Node 24) and run the command again.\n"
  )
  process.exitCode = 1
} else {
  import("./commands.mjs").then(function(commands) {
    return commands.main(process.argv.slice(2))
  }).catch(function(error) {
    process.stderr.write(
      "batchwave: " + (error && error.message ? error.message : String(error)) + "\n"
    )
    process.exitCode = 1
  })
}
