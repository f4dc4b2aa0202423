/** Which hosts and addresses the rules of the network allow. */
import * as NetworkRules from "@batchwave/emulator/executor/NetworkRules"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"

const guard = (...rules: ReadonlyArray<string>) => {
  const made = NetworkRules.make(rules)
  assert.isTrue(Result.isSuccess(made), JSON.stringify(made))
  return Result.getOrThrow(made)
}

const special = [
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "100.127.255.255",
  "168.63.129.16",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::a9fe:a9fe",
  "::ffff:169.254.169.254",
  "::ffff:a9fe:a9fe",
  "::ffff:10.0.0.1",
  "64:ff9b::a9fe:a9fe",
  "2002:a9fe:a9fe::1",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "fe80::1%eth0",
  "ff02::1"
]
const loopback = ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"]
const outside = ["1.1.1.1", "100.63.255.255", "100.128.0.0", "172.32.0.0", "2606:4700::1111"]

describe("NetworkRules", () => {
  it("allows loopback and nothing else without rules", () => {
    const none = guard()
    for (const host of [...loopback, "localhost"]) assert.isTrue(none.allowsHost(host), host)
    for (const host of [...special, ...outside, "example.com", "localhost.example.com"]) {
      assert.isFalse(none.allowsHost(host), host)
    }
  })

  it("keeps every name away from addresses that are not public", () => {
    const wide = guard("*")
    for (const address of special) {
      assert.isFalse(wide.allowsHost(address), address)
      assert.isFalse(wide.allowsAddress(address), address)
    }
    for (const address of [...outside, ...loopback]) {
      assert.isTrue(wide.allowsHost(address), address)
      assert.isTrue(wide.allowsAddress(address), address)
    }
  })

  it("matches names whole, and a suffix below its dot only", () => {
    const named = guard("Example.com", "*.blob.core.windows.net")
    const allowed = ["example.com", "example.com.", "a.blob.core.windows.net"]
    for (const host of allowed) assert.isTrue(named.allowsHost(host), host)
    const refused = [
      "a.example.com",
      "example.com.evil.org",
      "blob.core.windows.net",
      "evilblob.core.windows.net",
      "1.1.1.1"
    ]
    for (const host of refused) assert.isFalse(named.allowsHost(host), host)
  })

  it("allows an address or a range that is named, and one past its edges not", () => {
    const ranges = guard("10.0.0.0/8", "[fd00::7]", "169.254.169.254")
    const allowed = ["10.0.0.0", "10.255.255.255", "::ffff:10.1.1.1", "fd00::7", "169.254.169.254"]
    for (const address of allowed) {
      assert.isTrue(ranges.allowsHost(address), address)
      assert.isTrue(ranges.allowsAddress(address), address)
    }
    for (const address of ["9.255.255.255", "11.0.0.0", "fd00::8", "169.254.169.253"]) {
      assert.isFalse(ranges.allowsHost(address), address)
    }
  })

  it("names every rule that is none", () => {
    const wrong = ["", "http://example.com", "example.com:80", "10.0.0.0/33", "a/8", "*.", "a b"]
    const made = NetworkRules.make(["example.com", ...wrong])
    assert.isTrue(Result.isFailure(made))
    const problems = Result.isFailure(made) ? made.failure : []
    assert.lengthOf(problems, wrong.length)
    wrong.forEach((rule, index) => assert.include(problems[index], JSON.stringify(rule)))
  })
})
