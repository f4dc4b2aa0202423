/** The generated certificate as node:crypto and OpenSSL read it. */
import * as Certificate from "@batchwave/emulator/Certificate"
import { assert, describe, it } from "@effect/vitest"
import { createPrivateKey, X509Certificate } from "node:crypto"

const nowMs = Date.UTC(2026, 10, 22, 12)
const hosts = ["localhost", "127.0.0.1", "::1", "fe80::1:0:2", "batch.example"]

describe("Certificate.make", () => {
  it("makes a server's certificate that its authority has signed, for every host", () => {
    const made = Certificate.make(hosts, nowMs)
    const server = new X509Certificate(made.certificate)
    const authority = new X509Certificate(made.authority)
    assert.isTrue(server.verify(authority.publicKey))
    assert.isTrue(server.checkIssued(authority))
    assert.isTrue(server.checkPrivateKey(createPrivateKey(made.key)))
    assert.strictEqual(server.checkHost("localhost"), "localhost")
    assert.strictEqual(server.checkHost("batch.example"), "batch.example")
    assert.isUndefined(server.checkHost("other.example"))
    for (const address of ["127.0.0.1", "::1", "fe80::1:0:2"]) {
      assert.isDefined(server.checkIP(address), address)
    }
    assert.isUndefined(server.checkIP("127.0.0.2"))
    assert.isFalse(server.ca)
    assert.isTrue(authority.ca)
    assert.deepStrictEqual(server.keyUsage, ["1.3.6.1.5.5.7.3.1"])
  })

  it("is valid from a day before for 397 days", () => {
    const server = new X509Certificate(Certificate.make(hosts, nowMs).certificate)
    assert.strictEqual(server.validFromDate.getTime(), nowMs - 86_400_000)
    assert.strictEqual(server.validToDate.getTime(), nowMs + 397 * 86_400_000)
    const late = Certificate.make(["localhost"], Date.UTC(2049, 11, 31))
    assert.strictEqual(
      new X509Certificate(late.certificate).validToDate.getTime(),
      Date.UTC(2049, 11, 31) + 397 * 86_400_000
    )
  })

  it("is another one each time", () => {
    const [one, two] = [Certificate.make(hosts, nowMs), Certificate.make(hosts, nowMs)]
    assert.notStrictEqual(one.authority, two.authority)
    assert.isFalse(
      new X509Certificate(two.certificate).checkIssued(new X509Certificate(one.authority))
    )
  })
})
