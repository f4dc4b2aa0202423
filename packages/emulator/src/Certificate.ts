/**
 * A certificate for a server on this machine: an authority that signs this one certificate and whose
 * key is then forgotten, so that who trusts it trusts nothing else.
 *
 * X.509 needs few kinds of values, written here in DER as they nest.
 *
 * @source RFC 5280 (certificates), RFC 5480 and RFC 5758 (elliptic curves), X.690 (DER)
 *
 * @internal
 */
import * as DateTime from "effect/DateTime"
import { Buffer } from "node:buffer"
import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign as signBytes
} from "node:crypto"
import { isIP } from "node:net"

/** A server's certificate, as PEM. */
export interface Certificate {
  readonly certificate: string
  readonly key: string
  /** What clients have to trust. */
  readonly authority: string
}

const dayMs = 86_400_000

/** Clocks of clients may be behind by this. */
const leewayMs = dayMs

/** What browsers and operating systems still take. */
const lifeMs = 397 * dayMs

/** Makes a certificate for host names and addresses, valid from `nowMs` for 13 months. */
export const make = (hosts: ReadonlyArray<string>, nowMs: number): Certificate => {
  const authority = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
  const server = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
  const authorityId = keyIdOf(authority.publicKey)
  const validity = sequence(timeOf(nowMs - leewayMs), timeOf(nowMs + lifeMs))
  // Two authorities of one name but different keys would be mistaken for one another.
  const issuer = nameOf(`Batchwave emulator ${authorityId.toString("hex").slice(0, 8)}`)
  const certify = (subject: Buffer, subjectKey: KeyObject, extensions: ReadonlyArray<Buffer>) =>
    signed(authority.privateKey, issuer, validity, subject, subjectKey, extensions)
  return {
    authority: certify(issuer, authority.publicKey, [
      extension(ids.basicConstraints, true, sequence(yes, integer(Buffer.from([0])))),
      extension(ids.keyUsage, true, bits(1, 0b0000_0110)),
      extension(ids.subjectKeyId, false, tagged(0x04, authorityId))
    ]),
    certificate: certify(nameOf("Batchwave emulator"), server.publicKey, [
      extension(ids.basicConstraints, true, sequence()),
      extension(ids.keyUsage, true, bits(7, 0b1000_0000)),
      extension(ids.extendedKeyUsage, false, sequence(oid(ids.serverAuthentication))),
      extension(ids.subjectAltName, false, sequence(...hosts.map(hostOf))),
      extension(ids.subjectKeyId, false, tagged(0x04, keyIdOf(server.publicKey))),
      extension(ids.authorityKeyId, false, sequence(tagged(0x80, authorityId)))
    ]),
    key: server.privateKey.export({ type: "pkcs8", format: "pem" }).toString()
  }
}

const ids = {
  ecdsaWithSha256: [1, 2, 840, 10045, 4, 3, 2],
  commonName: [2, 5, 4, 3],
  subjectKeyId: [2, 5, 29, 14],
  keyUsage: [2, 5, 29, 15],
  subjectAltName: [2, 5, 29, 17],
  basicConstraints: [2, 5, 29, 19],
  authorityKeyId: [2, 5, 29, 35],
  extendedKeyUsage: [2, 5, 29, 37],
  serverAuthentication: [1, 3, 6, 1, 5, 5, 7, 3, 1]
} as const

const signed = (
  key: KeyObject,
  issuer: Buffer,
  validity: Buffer,
  subject: Buffer,
  subjectKey: KeyObject,
  extensions: ReadonlyArray<Buffer>
): string => {
  const algorithm = sequence(oid(ids.ecdsaWithSha256))
  const serial = randomBytes(16)
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40, 0)
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    issuer,
    validity,
    subject,
    subjectKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(...extensions))
  )
  const signature = signBytes("sha256", body, { key, dsaEncoding: "der" })
  return pem(sequence(body, algorithm, tagged(0x03, Buffer.from([0]), signature)))
}

/** Any value that is the same for the same key will do. */
const keyIdOf = (key: KeyObject): Buffer =>
  createHash("sha256").update(key.export({ type: "spki", format: "der" })).digest().subarray(0, 20)

const nameOf = (commonName: string): Buffer =>
  sequence(tagged(0x31, sequence(oid(ids.commonName), tagged(0x0c, Buffer.from(commonName)))))

/** Years from 2050 on are written in full. */
const timeOf = (atMs: number): Buffer => {
  const text = `${
    DateTime.formatIso(DateTime.makeUnsafe(atMs)).slice(0, 19).replaceAll(/\D/g, "")
  }Z`
  return text < "2050" ? tagged(0x17, Buffer.from(text.slice(2))) : tagged(0x18, Buffer.from(text))
}

const hostOf = (host: string): Buffer => {
  switch (isIP(host)) {
    case 4:
      return tagged(0x87, Buffer.from(host.split(".").map(Number)))
    case 6:
      return tagged(0x87, bytesOfIpv6(host))
    default:
      return tagged(0x82, Buffer.from(host))
  }
}

/** `URL` writes an address in one form, which has no zone and no dotted part. */
const bytesOfIpv6 = (address: string): Buffer => {
  const plain = new URL(`http://[${address.replace(/%.*$/, "")}]`).hostname.slice(1, -1)
  const [head = "", tail = ""] = plain.split("::")
  const left = head === "" ? [] : head.split(":")
  const right = tail === "" ? [] : tail.split(":")
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0")
  const groups = [...left, ...zeros, ...right].map((group) => group.padStart(4, "0"))
  return Buffer.from(groups.join(""), "hex")
}

const extension = (id: ReadonlyArray<number>, isCritical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(isCritical ? [yes] : []), tagged(0x04, value))

const tagged = (tag: number, ...contents: ReadonlyArray<Buffer>): Buffer => {
  const content = Buffer.concat(contents)
  const { length } = content
  const header = length < 0x80
    ? [tag, length]
    : length < 0x100
    ? [tag, 0x81, length]
    : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(header), content])
}

const sequence = (...contents: ReadonlyArray<Buffer>): Buffer => tagged(0x30, ...contents)

const integer = (magnitude: Buffer): Buffer => tagged(0x02, magnitude)

const bits = (unusedCount: number, octet: number): Buffer =>
  tagged(0x03, Buffer.from([unusedCount, octet]))

const yes = tagged(0x01, Buffer.from([0xff]))

const oid = ([first = 0, second = 0, ...rest]: ReadonlyArray<number>): Buffer =>
  tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))

const base128 = (value: number): ReadonlyArray<number> => {
  const octets = [value & 0x7f]
  for (let left = value >> 7; left > 0; left >>= 7) octets.unshift((left & 0x7f) | 0x80)
  return octets
}

const pem = (der: Buffer): string =>
  [
    "-----BEGIN CERTIFICATE-----",
    ...(der.toString("base64").match(/.{1,64}/g) ?? []),
    "-----END CERTIFICATE-----",
    ""
  ].join("\n")
