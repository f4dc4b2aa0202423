/**
 * A key and a certificate that only vouches for itself, made anew, so that none lies in the tree.
 *
 * @source RFC 5280, the certificate's structure; ITU-T X.690, its encoding
 */
import { generateKeyPairSync, sign } from "node:crypto"

/** A server's identity for TLS, in PEM. */
export interface Identity {
  readonly key: string
  readonly cert: string
}

/** Makes an identity with a common name, valid for the years 2020 to 2049. */
export const make = (commonName: string): Identity => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const name = sequence(set(sequence(oid("550403"), node(0x0c, Buffer.from(commonName)))))
  const algorithm = sequence(oid("2a8648ce3d040302"))
  const body = sequence(
    node(0x02, Buffer.from([1])),
    algorithm,
    name,
    sequence(time("200101000000Z"), time("491231235959Z")),
    name,
    publicKey.export({ type: "spki", format: "der" })
  )
  const signature = sign("sha256", body, privateKey)
  const certificate = sequence(body, algorithm, node(0x03, Buffer.from([0]), signature))
  const lines = certificate.toString("base64").replace(/.{64}/g, "$&\n")
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
  }
}

const node = (tag: number, ...parts: ReadonlyArray<Buffer>): Buffer => {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content])
}

const lengthOf = (length: number): ReadonlyArray<number> =>
  length < 0x80
    ? [length]
    : length < 0x100
    ? [0x81, length]
    : [0x82, length >> 8, length & 0xff]

const sequence = (...parts: ReadonlyArray<Buffer>): Buffer => node(0x30, ...parts)
const set = (...parts: ReadonlyArray<Buffer>): Buffer => node(0x31, ...parts)
const oid = (hex: string): Buffer => node(0x06, Buffer.from(hex, "hex"))
const time = (text: string): Buffer => node(0x17, Buffer.from(text))
