/**
 * What `batchwave emulate` says once the account answers: for people, for programs, or for a shell.
 */
import type { EmulatorShape } from "@batchwave/emulator/Emulator"

/**
 * An account that answers. `certificateFile` is the file that clients have to trust, with https.
 *
 * @category models
 */
export type Coordinates =
  & Pick<EmulatorShape, "endpoint" | "account" | "key" | "pool">
  & { readonly certificateFile: string | undefined }

/**
 * The account for programs.
 *
 * @category models
 */
export interface AccountDocument
  extends Pick<EmulatorShape, "endpoint" | "account" | "key" | "pool">
{
  /** With https: the file that clients have to trust. */
  readonly certificate?: string
}

/**
 * One JSON object, on one line.
 *
 * @category rendering
 */
export const json = ({ account, certificateFile, endpoint, key, pool }: Coordinates): string =>
  JSON.stringify(
    {
      endpoint,
      account,
      key,
      pool,
      ...(certificateFile === undefined ? {} : { certificate: certificateFile })
    } satisfies AccountDocument
  )

/**
 * One line to read.
 *
 * @category rendering
 */
export const line = ({ account, endpoint, key, pool }: Coordinates): string =>
  `ready: ${endpoint}  account ${account}  key ${key}  pool ${pool}`

/**
 * Export lines for a shell, by the names that the Azure CLI and our client read, and with https the
 * ones by which Node and Python learn whom to trust.
 *
 * @category rendering
 */
export const exports = (
  { account, certificateFile, endpoint, key }: Coordinates
): ReadonlyArray<string> =>
  [
    ["AZURE_BATCH_ENDPOINT", endpoint],
    ["AZURE_BATCH_ACCOUNT", account],
    ["AZURE_BATCH_ACCESS_KEY", key],
    ...(certificateFile === undefined ? [] : [
      ["NODE_EXTRA_CA_CERTS", certificateFile],
      ["REQUESTS_CA_BUNDLE", certificateFile]
    ])
  ].map(([name = "", value = ""]) => `export ${name}=${quoted(value)}`)

/** As it is when a shell leaves it alone, else in single quotes. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
