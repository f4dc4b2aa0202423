/**
 * What a server speaks TLS with: a certificate generated at its start, whose authority is written
 * into the data directory for clients to trust, or one it was given.
 *
 * @internal
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { createPrivateKey, X509Certificate } from "node:crypto"
import { rename, writeFile } from "node:fs/promises"
import * as Path from "node:path"
import * as Certificate from "./Certificate.ts"
import { EmulatorError } from "./EmulatorError.ts"
import { attempt } from "./executor/FileFault.ts"
import type { State } from "./State.ts"

/** Certificate and key, as PEM. */
export interface ServerIdentity {
  readonly certificate: string
  readonly key: string
  /** The file with the authority that clients have to trust, when it was made here. */
  readonly authorityFile: string | undefined
}

/** Opens the identity of a server; nothing when it speaks plain http. */
export const open = Effect.fnUntraced(function*(
  { settings: { dataDirectory, host, https } }: State
): Effect.fn.Return<ServerIdentity | undefined, EmulatorError> {
  if (https === undefined) return undefined
  if (https !== "generated") {
    yield* check(https.certificate, https.key)
    return { ...https, authorityFile: undefined }
  }
  const hosts = new Set(["localhost", "127.0.0.1", "::1", host])
  const made = Certificate.make([...hosts], yield* Clock.currentTimeMillis)
  const authorityFile = Path.join(dataDirectory, "certificate.pem")
  yield* attempt(authorityFile, () => writeFile(`${authorityFile}.part`, made.authority)).pipe(
    Effect.andThen(attempt(authorityFile, () => rename(`${authorityFile}.part`, authorityFile))),
    Effect.mapError((cause) =>
      new EmulatorError({
        reason: "DirectoryUnusable",
        message: `Cannot write ${authorityFile}; give a data directory that can be written to.`,
        cause
      })
    )
  )
  return { ...made, authorityFile }
})

const check = (certificate: string, key: string): Effect.Effect<void, EmulatorError> =>
  Effect.try({
    try: () => new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key)),
    catch: () => wrong("The certificate and its key must be PEM, the key without passphrase.")
  }).pipe(
    Effect.flatMap((isPair) =>
      isPair ? Effect.void : Effect.fail(wrong("The key is not the one of the certificate."))
    )
  )

const wrong = (message: string): EmulatorError =>
  new EmulatorError({ reason: "InvalidOptions", message })
