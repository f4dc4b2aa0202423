/**
 * Where resource files may come from and output files go to over the network.
 *
 * N1. Without rules: this machine's loopback, nothing else.
 * N2. A rule is a host name, `*.suffix`, `*` for every name, an address, or a range such as
 *     `10.0.0.0/8`.
 * N3. Addresses that are not public (private, link-local with the metadata service of clouds,
 *     shared, reserved, Azure's platform address) need a rule of their own, whatever name leads to
 *     them.
 *
 * @source RFC 6890 and the IANA special-purpose address registries; 168.63.129.16 is the address of
 * the Azure platform inside virtual networks
 */
import type { AddressGuard } from "@batchwave/client/BlobStorage"
import * as Result from "effect/Result"
import { BlockList, isIP } from "node:net"

const specialRanges: ReadonlyArray<readonly [address: string, prefix: number]> = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["::", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
  ["fc00::", 7],
  ["fe80::", 9],
  ["ff00::", 8]
]

const special = new BlockList()
for (const [address, prefix] of specialRanges) {
  special.addSubnet(address, prefix, familyOf(address))
}

const loopback = new BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")

function familyOf(address: string): "ipv4" | "ipv6" {
  return address.includes(":") ? "ipv6" : "ipv4"
}

const hostForm = /^(?:\*|(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)$/

/** Makes the guard of rules; fails with a sentence for each that is none. */
export const make = (
  rules: ReadonlyArray<string>
): Result.Result<AddressGuard, ReadonlyArray<string>> => {
  const addresses = new BlockList()
  const names: Array<string> = []
  const problems: Array<string> = []
  for (const rule of rules) {
    const text = rule.toLowerCase().replace(/^\[|\]$/g, "")
    const [address = "", prefixText] = text.split("/")
    if (isIP(address) !== 0) {
      const prefix = prefixOf(address, prefixText)
      if (prefix === undefined) problems.push(describe(rule))
      else addresses.addSubnet(address, prefix, familyOf(address))
    } else if (prefixText === undefined && hostForm.test(text)) names.push(text)
    else problems.push(describe(rule))
  }
  if (problems.length > 0) return Result.fail(problems)
  const isNamed = (address: string): boolean => {
    const family = familyOf(address)
    return loopback.check(address, family) || addresses.check(address, family)
  }
  const isPublic = (address: string): boolean => !special.check(address, familyOf(address))
  return Result.succeed({
    allowsHost: (host) =>
      isIP(host) === 0
        ? host === "localhost" || names.some((name) => matches(name, host))
        : isNamed(plain(host)) || (names.includes("*") && isPublic(plain(host))),
    allowsAddress: (address) => isNamed(plain(address)) || isPublic(plain(address))
  })
}

const describe = (rule: string): string =>
  `${
    JSON.stringify(rule)
  } is no host: give a name such as example.com or *.example.com, an address, or a range such as 10.0.0.0/8.`

const prefixOf = (address: string, text: string | undefined): number | undefined => {
  const most = isIP(address) === 4 ? 32 : 128
  if (text === undefined) return most
  const prefix = Number(text)
  return /^\d{1,3}$/.test(text) && prefix <= most ? prefix : undefined
}

const matches = (name: string, host: string): boolean => {
  const bare = host.replace(/\.$/, "")
  return name === "*" || name === bare || (name.startsWith("*.") && bare.endsWith(name.slice(1)))
}

/** An IPv4 address in the clothes of an IPv6 one counts as what it is. */
const plain = (address: string): string => {
  const [bare = ""] = address.toLowerCase().split("%")
  const dotted = /^(?:0*:){0,5}:?:ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1]
  if (dotted !== undefined) return dotted
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(bare)
  if (hex === null) return bare
  const [high, low] = [Number.parseInt(hex[1] ?? "", 16), Number.parseInt(hex[2] ?? "", 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join(".")
}
