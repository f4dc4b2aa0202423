/**
 * The flags of `batchwave emulate`.
 */
import * as Flag from "effect/cli/Flag"
import { dataDirectoryDefault } from "../run/DataDirectory.ts"
import { flag, slotsMax, whole } from "./FlagKinds.ts"

/**
 * The flags by the name of their setting.
 *
 * @category constants
 */
export const emulateFlags = {
  port: whole("port", 0, 65_535, "The port to listen on; 0 takes a free one").pipe(
    Flag.withDefault(0)
  ),
  host: Flag.String("host").pipe(
    Flag.withMetavar("address"),
    Flag.withDescription(
      "Listen for others than this machine, with the key of BATCHWAVE_EMULATOR_KEY or one made for this start; needs --executor"
    ),
    Flag.optional
  ),
  data: Flag.String("data").pipe(
    Flag.withMetavar("directory"),
    Flag.withDescription(
      "Where jobs, tasks and their files outlive the command; forgotten at its end by default"
    ),
    Flag.optional
  ),
  truth: Flag.String("truth").pipe(
    Flag.withMetavar("file"),
    Flag.withDescription(
      "A file that is told, line by line in JSON, what really happens to tasks, processes and nodes"
    ),
    Flag.optional
  ),
  slots: whole("slots", 1, slotsMax, "Task slots of each node; the number of cores by default")
    .pipe(Flag.optional),
  nodes: whole("nodes", 1, 10_000, "Nodes of the pool; 1 by default").pipe(Flag.optional),
  allow: Flag.String("allow").pipe(
    Flag.withMetavar("directory"),
    Flag.withDescription(
      `A directory that files may come from and go to, ${dataDirectoryDefault} by default; may be repeated`
    ),
    Flag.atLeast(0)
  ),
  allowHost: Flag.String("allow-host").pipe(
    Flag.withMetavar("host"),
    Flag.withDescription(
      "A host, address or range besides loopback that files may come from and go to; may be repeated"
    ),
    Flag.atLeast(0)
  ),
  autoStorage: Flag.String("auto-storage").pipe(
    Flag.withMetavar("url"),
    Flag.withDescription(
      "The account's own storage: a storage account's URL with a signature, or a file: directory"
    ),
    Flag.optional
  ),
  faults: Flag.String("faults").pipe(
    Flag.withMetavar("file"),
    Flag.withDescription(
      "A JSON file that says which requests, tasks and nodes go wrong, and how"
    ),
    Flag.optional
  ),
  set: Flag.String("set").pipe(
    Flag.withMetavar("name=value"),
    Flag.withDescription(
      "A limit, a lag or a choice where the service is not documented (docs/fidelity.md); may be repeated"
    ),
    Flag.atLeast(0)
  ),
  executor: Flag.Literals("executor", ["process", "simulated"]).pipe(
    Flag.withDescription(
      "Whether tasks run as processes, the default on loopback, or only take their time by a scenario"
    ),
    Flag.optional
  ),
  scenario: Flag.String("scenario").pipe(
    Flag.withMetavar("file"),
    Flag.withDescription("A JSON file that says how simulated tasks go and how nodes live"),
    Flag.optional
  ),
  trace: Flag.String("trace").pipe(
    Flag.withMetavar("file"),
    Flag.withDescription("A recorded workflow (WfFormat) whose durations simulated tasks take"),
    Flag.optional
  ),
  speed: Flag.Finite("speed").pipe(
    Flag.withMetavar("factor"),
    Flag.withDescription("How much faster than real time simulated tasks go; 1 by default"),
    Flag.optional
  ),
  https: flag("https", "Serve https, with a certificate made for this start or the one given"),
  cert: Flag.String("cert").pipe(
    Flag.withMetavar("file"),
    Flag.withDescription("A certificate for --https, as PEM; needs --key-file"),
    Flag.optional
  ),
  keyFile: Flag.String("key-file").pipe(
    Flag.withMetavar("file"),
    Flag.withDescription("The key of the certificate, as PEM"),
    Flag.optional
  ),
  env: flag("env", "Print the account as export lines for a shell when it is ready"),
  json: flag("json", "Print the account as one JSON object when it is ready")
}
