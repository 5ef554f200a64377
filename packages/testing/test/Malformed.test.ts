import { FakeDatadog, FakeDatadogServer } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Net from "node:net"
import { createBody, keys, statusPath, unknownId } from "./support.ts"

const host = "host: 127.0.0.1\r\n"
const close = "connection: close\r\n"
const keyLines = Object.entries(keys).map(([name, value]) => `${name}: ${value}\r\n`).join("")
const post = `POST /api/v2/slo/report HTTP/1.1\r\n${host}${close}${keyLines}`

/** What is sent, and the first line of the answer; "" is none: the connection is closed. */
const malformed: ReadonlyArray<readonly [name: string, bytes: string, answer: RegExp]> = [
  ["no HTTP at all", "hello\r\n\r\n", /^HTTP\/1\.1 400 /],
  ["the beginning of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", /^HTTP\/1\.1 400 /],
  ["no host", "GET / HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400 /],
  ["another version", `GET / HTTP/9.9\r\n${host}\r\n`, /^HTTP\/1\.1 (400|505) /],
  ["an unknown method", `BREW / HTTP/1.1\r\n${host}\r\n`, /^HTTP\/1\.1 400 /],
  [
    "a method that it never asks for",
    `DELETE ${statusPath(unknownId)} HTTP/1.1\r\n${host}${close}\r\n`,
    /^HTTP\/1\.1 404 /
  ],
  ["a header without a colon", `GET / HTTP/1.1\r\n${host}oops\r\n\r\n`, /^HTTP\/1\.1 400 /],
  ["headers beyond all bounds", `GET / HTTP/1.1\r\n${host}a: ${"x".repeat(100_000)}\r\n\r\n`, /^(HTTP\/1\.1 431 .*)?$/],
  ["a length that is none", `${post}content-length: x\r\n\r\n`, /^HTTP\/1\.1 400 /],
  ["two lengths", `${post}content-length: 1\r\ncontent-length: 2\r\n\r\nab`, /^HTTP\/1\.1 400 /],
  [
    "a length and chunks",
    `${post}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    /^HTTP\/1\.1 400 /
  ],
  ["a chunk whose length is none", `${post}transfer-encoding: chunked\r\n\r\nzz\r\n`, /^(HTTP\/1\.1 400 .*)?$/],
  ["no body where one is needed", `${post}content-length: 0\r\n\r\n`, /^HTTP\/1\.1 400 /],
  ["bytes that are no text", `${post}content-length: 4\r\n\r\n\xff\xfe\x00\x01`, /^HTTP\/1\.1 400 /],
  [
    "a path that is no UTF-8",
    `GET /api/v2/slo/report/%ff%fe/status HTTP/1.1\r\n${host}${close}${keyLines}\r\n`,
    /^HTTP\/1\.1 40[04] /
  ],
  [
    "a path with half an escape",
    `GET /api/v2/slo/report/%/status HTTP/1.1\r\n${host}${close}${keyLines}\r\n`,
    /^HTTP\/1\.1 40[04] /
  ],
  [
    "a query with half an escape",
    `GET /api/v1/slo/search?query=%&page[size]=% HTTP/1.1\r\n${host}${close}${keyLines}\r\n`,
    /^HTTP\/1\.1 [24]00 /
  ],
  [
    "a host that is none",
    `GET /api/v1/slo/search?query=a HTTP/1.1\r\nhost: [oops\r\n${close}${keyLines}\r\n`,
    /^HTTP\/1\.1 [24]00 /
  ],
  ["a target that is a star", `OPTIONS * HTTP/1.1\r\n${host}${close}\r\n`, /^HTTP\/1\.1 404 /],
  ["a target without a slash", `GET oops HTTP/1.1\r\n${host}${close}\r\n`, /^HTTP\/1\.1 40[04] /],
  ["a tunnel", `CONNECT api.datadoghq.com:443 HTTP/1.1\r\n${host}\r\n`, /^$/],
  ["an upgrade", `GET / HTTP/1.1\r\n${host}connection: upgrade\r\nupgrade: h2c\r\n\r\n`, /^(HTTP\/1\.1 404 .*)?$/],
  ["an expectation", `GET / HTTP/1.1\r\n${host}${close}expect: wonders\r\n\r\n`, /^HTTP\/1\.1 417 /],
  [
    "a control that is none",
    `POST /_fake/clock HTTP/1.1\r\n${host}${close}content-length: 1\r\n\r\n{`,
    /^HTTP\/1\.1 400 /
  ]
]

describe("a malformed request", () => {
  it.live.each(malformed)(
    "is answered or cut off, and the next one is answered: %s",
    ([, bytes, answer]) =>
      Effect.gen(function*() {
        const received = yield* exchange(bytes)
        assert.match(received.split("\r\n")[0]!, answer)
        assert.notInclude(received, "The fake itself failed")
        yield* isWell
      }).pipe(Effect.provide(FakeDatadogServer.layerTest()))
  )

  it.live("that stops in the middle leaves nothing behind", () =>
    Effect.gen(function*() {
      const server = yield* FakeDatadogServer.FakeDatadogServer
      const whole = `${post}content-length: ${createBody().length}\r\n\r\n${createBody()}`
      for (let length = 1; length < whole.length; length += 23) yield* abandon(whole.slice(0, length))
      while ((yield* server.openSockets) > 0) yield* Effect.sleep(2)
      const fake = yield* FakeDatadog.FakeDatadog
      assert.deepStrictEqual(yield* fake.reportIds, [])
      yield* isWell
    }).pipe(Effect.provide(FakeDatadogServer.layerTest())))

  it.live("is none that follows another before its answer", () =>
    Effect.gen(function*() {
      const good = (more: string) => `GET ${statusPath(unknownId)} HTTP/1.1\r\n${host}${more}${keyLines}\r\n`
      const received = yield* exchange(`${good("")}${good("")}${good(close)}`)
      assert.deepStrictEqual(received.match(/HTTP\/1\.1 \d+/g), Array(3).fill("HTTP/1.1 404"))
    }).pipe(Effect.provide(FakeDatadogServer.layerTest())))
})

const isWell = Effect.gen(function*() {
  const fake = yield* FakeDatadog.FakeDatadog
  const request = `GET ${statusPath(unknownId)} HTTP/1.1\r\n${host}${close}${keyLines}\r\n`
  assert.match(yield* exchange(request), /^HTTP\/1\.1 404 /)
  assert.strictEqual(yield* fake.inFlight, 0)
})

const connect = Effect.map(
  FakeDatadogServer.FakeDatadogServer,
  ({ port }) => Net.connect({ host: "127.0.0.1", port }).on("error", () => {})
)

/** Sends bytes, and gives all that comes until the server closes. */
const exchange = (bytes: string) =>
  Effect.flatMap(connect, (socket) =>
    Effect.callback<string>((resume) => {
      let text = ""
      socket.on("data", (chunk) => (text += chunk.toString("latin1")))
      socket.once("close", () => resume(Effect.succeed(text)))
      socket.write(Buffer.from(bytes, "latin1"))
      socket.setTimeout(500, () => resume(Effect.succeed(text)))
      return Effect.sync(() => socket.destroy())
    }))

const abandon = (bytes: string) =>
  Effect.flatMap(connect, (socket) =>
    Effect.callback<void>((resume) => {
      socket.write(Buffer.from(bytes, "latin1"), () => {
        socket.destroy()
        resume(Effect.void)
      })
    }))
