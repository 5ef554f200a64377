import { Effect, type Scope } from "effect"
import { generateKeyPairSync, sign } from "node:crypto"
import * as Tls from "node:tls"

// Since Node 22.19; its types are older.
declare module "node:tls" {
  export function setDefaultCACertificates(certificates: ReadonlyArray<string>): void
}

// A certificate in DER, signed by its own key: what a test needs of X.509, so that no key lies in the repository.

const der = (tag: number, ...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const content = Buffer.concat(parts)
  const { length } = content
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Uint8Array.of(tag, ...head), content])
}

const sequence = (...parts: ReadonlyArray<Uint8Array>) => der(0x30, ...parts)
const hex = (tag: number, digits: string) => der(tag, Buffer.from(digits, "hex"))
const oid = (digits: string) => hex(0x06, digits)
const text = (tag: number, value: string) => der(tag, Buffer.from(value))

const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"))
const commonName = oid("550403")
const subjectAltName = oid("551d11")

export interface SelfSigned {
  readonly key: string
  readonly cert: string
}

export const selfSigned = (hosts: ReadonlyArray<string>): SelfSigned => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const name = sequence(der(0x31, sequence(commonName, text(0x0c, "test"))))
  const names = sequence(...hosts.map((host) => text(0x82, host)), hex(0x87, "7f000001"))
  const body = sequence(
    der(0xa0, hex(0x02, "02")),
    hex(0x02, "01"),
    ecdsaWithSha256,
    name,
    sequence(text(0x17, "200101000000Z"), text(0x17, "491231235959Z")),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(sequence(subjectAltName, der(0x04, names))))
  )
  const signature = der(0x03, Uint8Array.of(0), sign("sha256", body, privateKey))
  const cert = Buffer.from(sequence(body, ecdsaWithSha256, signature)).toString("base64").replace(/.{64}/g, "$&\n")
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${cert}\n-----END CERTIFICATE-----\n`
  }
}

// Trusts a certificate in this process until the scope closes.
export const trusting = (certificate: string): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const before = Tls.getCACertificates("default")
      Tls.setDefaultCACertificates([...before, certificate])
      return before
    }),
    (before) => Effect.sync(() => Tls.setDefaultCACertificates(before))
  ).pipe(Effect.asVoid)
