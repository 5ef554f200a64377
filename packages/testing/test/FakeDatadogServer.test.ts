import { FakeDatadog, FakeDatadogServer, Fault, ReportCsv, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Layer, Scope, Stream } from "effect"
import * as Http from "node:http"
import * as Net from "node:net"
import { gunzipSync } from "node:zlib"
import {
  createBody,
  createPath,
  downloadPath,
  historyPath,
  keys,
  searchPath,
  seconds,
  statuses,
  statusPath,
  unknownId
} from "./support.ts"

const withServer = Effect.provide(
  FakeDatadogServer.layerTest({ rateLimit: false, report: { timeline: Timeline.always("completed") } })
)

const inject = (fault: Fault.Fault) => FakeDatadog.FakeDatadog.use((fake) => fake.inject(fault))

describe("a loopback server", () => {
  it.live("answers a foreign client on all three operations", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const created = yield* get(createPath, { method: "POST", body: createBody({ query: "grüße" }) })
      assert.strictEqual(created.status, 200)
      const { id } = JSON.parse(created.body).data
      const status = yield* get(`${statusPath(id)}?x=1`)
      assert.strictEqual(status.body, `{"data":{"id":"${id}","type":"report_id","attributes":{"status":"completed"}}}`)
      const csv = yield* get(downloadPath(id))
      assert.deepStrictEqual([csv.headers["content-type"], csv.body.split("\n").length], ["text/csv", 14])
      const [first, second] = yield* fake.requests
      const { url } = yield* FakeDatadogServer.FakeDatadogServer
      assert.deepInclude(first, { method: "POST", path: createPath, url: `${url}${createPath}`, status: 200 })
      assert.strictEqual(first?.body, createBody({ query: "grüße" }))
      assert.strictEqual(first?.headers["dd-api-key"], keys["dd-api-key"])
      assert.deepInclude(second, { operation: "status", path: `${statusPath(id)}?x=1` })
      assert.strictEqual(yield* fake.inFlight, 0)
    }).pipe(withServer))

  it.live("answers the platform's fetch, and says 403, 404 and 400 to it", () =>
    Effect.gen(function*() {
      const { url } = yield* FakeDatadogServer.FakeDatadogServer
      const seen = yield* Effect.forEach([
        fetchOf(`${url}${statusPath(unknownId)}`, {}),
        fetchOf(`${url}${statusPath(unknownId)}`, keys),
        fetchOf(`${url}${statusPath("x")}`, keys),
        fetchOf(`${url}/elsewhere`, keys)
      ], Effect.map((response) => response.status))
      assert.deepStrictEqual(seen, [403, 404, 400, 404])
    }).pipe(withServer))

  it.live("binds 127.0.0.1 and no other address", () =>
    Effect.gen(function*() {
      const { port, url } = yield* FakeDatadogServer.FakeDatadogServer
      assert.strictEqual(url, `http://127.0.0.1:${port}`)
      for (const host of ["::1", "127.0.0.2"]) {
        const code = yield* Effect.callback<string>((resume) => {
          const socket = Net.connect({ host, port })
          socket.once("connect", () => resume(Effect.succeed("connected")))
          socket.once("error", (error: NodeJS.ErrnoException) => resume(Effect.succeed(error.code ?? "")))
        })
        assert.include(["ECONNREFUSED", "EADDRNOTAVAIL", "ENETUNREACH", "EAFNOSUPPORT"], code)
      }
    }).pipe(withServer))

  it.live("says which port is in use", () =>
    Effect.gen(function*() {
      const { port } = yield* FakeDatadogServer.FakeDatadogServer
      const error = yield* Effect.flip(Effect.scoped(FakeDatadogServer.make({ port })))
      assert.strictEqual(error._tag, "PortUnavailable")
      assert.strictEqual(
        error.message,
        `Port ${port} of 127.0.0.1 is in use. Choose another one, or 0 for any that is free.`
      )
      assert.include(JSON.parse(JSON.stringify(error)), { _tag: "PortUnavailable", message: error.message })
    }).pipe(withServer))

  it.live("listens where it is told, and says what can't be", () =>
    Effect.gen(function*() {
      const urls = yield* Effect.forEach(["localhost", "0.0.0.0"], (host) =>
        Effect.scoped(Effect.gen(function*() {
          const { port, url } = yield* FakeDatadogServer.make({ host })
          assert.strictEqual((yield* fetchOf(`${url}/_fake/health`, {})).status, 200)
          return url.replace(String(port), "port")
        })))
      assert.deepStrictEqual(urls, ["http://localhost:port", "http://127.0.0.1:port"])
      const error = yield* Effect.flip(Effect.scoped(FakeDatadogServer.make({ host: "192.0.2.1", port: 8126 })))
      assert.strictEqual(
        error.message,
        "Port 8126 of 192.0.2.1 can't be listened on (EADDRNOTAVAIL). Choose another one, or 0 for any that is free."
      )
    }).pipe(withServer))

  it.live("closes all connections at once when its scope closes, also hanging and idle ones", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(FakeDatadogServer.layerTest(), scope)
      const lost = yield* Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        const server = yield* FakeDatadogServer.FakeDatadogServer
        const agent = new Http.Agent({ keepAlive: true })
        yield* get(statusPath(unknownId), { agent })
        yield* fake.inject(Fault.hang)
        const hanging = yield* Effect.forkChild(Effect.flip(get(statusPath(unknownId))), { startImmediately: true })
        yield* until(Effect.map(fake.inFlight, (count) => count === 1))
        assert.strictEqual(yield* server.openSockets, 2)
        const idle = Net.connect({ host: "127.0.0.1", port: server.port })
        idle.on("error", () => {})
        yield* until(Effect.map(server.openSockets, (count) => count === 3))
        return { hanging, server, fake, agent }
      }).pipe(Effect.provide(context))
      const before = yield* Clock.currentTimeMillis
      yield* Scope.close(scope, Exit.void)
      assert.isBelow((yield* Clock.currentTimeMillis) - before, 1000)
      assert.strictEqual(yield* lost.server.openSockets, 0)
      assert.strictEqual(yield* lost.fake.inFlight, 0)
      lost.agent.destroy()
    }))

  it.live("gives up a request whose client went away", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const server = yield* FakeDatadogServer.FakeDatadogServer
      for (const fault of [Fault.hang, Fault.latency("1 hour"), Fault.stall(5)]) {
        yield* fake.inject(fault)
        const request = Http.get(`${server.url}${statusPath(unknownId)}`, { headers: keys, agent: false })
        request.on("error", () => {})
        yield* until(Effect.map(fake.inFlight, (count) => count === 1))
        request.destroy()
        yield* until(Effect.map(fake.inFlight, (count) => count === 0))
        yield* until(Effect.map(server.openSockets, (count) => count === 0))
      }
    }).pipe(withServer))

  it.live("holds a body back when its reader is slow", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const server = yield* FakeDatadogServer.FakeDatadogServer
      let made = 0
      const piece = Effect.sync(() => {
        made += 65_536
        return new Uint8Array(65_536)
      })
      yield* fake.inject(Fault.body(Stream.fromEffectRepeat(piece)))
      const id = yield* fake.addReport()
      const request = Http.get(`${server.url}${downloadPath(id)}`, { headers: keys, agent: false })
      request.on("error", () => {})
      const response = yield* Effect.callback<Http.IncomingMessage>((resume) => {
        request.once("response", (response) => resume(Effect.succeed(response)))
      })
      response.pause()
      yield* Effect.sleep("300 millis")
      const held = made
      yield* Effect.sleep("100 millis")
      assert.strictEqual(made, held)
      assert.isBelow(held, 32 * 1024 * 1024)
      request.destroy()
      yield* until(Effect.map(fake.inFlight, (count) => count === 0))
    }).pipe(withServer))

  it.live("offers SLOs with data, and is asked for them by others than Effect's client", () =>
    Effect.gen(function*() {
      const { body } = yield* get(searchPath("service:checkout", { size: 100, number: 0 }))
      const { data, links } = JSON.parse(body)
      const [slo] = data.attributes.slos
      assert.deepInclude(slo.data.attributes, { name: "Checkout availability", slo_type: "metric" })
      const { url } = yield* FakeDatadogServer.FakeDatadogServer
      assert.strictEqual(new URL(links.self).origin, url)
      const from = seconds("2024-01-01T00:00:00Z")
      const history = JSON.parse((yield* get(historyPath(slo.data.id, from, from + 31 * 86_400))).body).data
      assert.isTrue(history.overall.sli_value > 99 && history.overall.sli_value < 100)
      assert.strictEqual(history.series.times.length, 31 * 12)
    }).pipe(withServer))

  it.live("is a proxy's target too: a whole URL on the request line", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const path = `http://api.datadoghq.com${statusPath(unknownId)}`
      assert.strictEqual((yield* get(path)).status, 404)
      const [request] = yield* fake.requests
      assert.deepInclude(request, { url: path, path: statusPath(unknownId), operation: "status" })
    }).pipe(withServer))

  it.live("owns up to a defect instead of leaving the client waiting", () =>
    Effect.gen(function*() {
      yield* inject(Fault.make("broken", () => Effect.die(new Error("boom"))))
      const answer = yield* get(statusPath(unknownId))
      assert.strictEqual(answer.status, 500)
      assert.match(answer.body, /^The fake itself failed: Error: boom/)
    }).pipe(withServer))
})

describe("faults on a real socket", () => {
  it.live("a header sent twice is two lines on the wire", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(429, { headers: { "X-RateLimit-Reset": ["7", "7"] } }))
      yield* inject(Fault.headers({ "X-RateLimit-Reset": ["8", "9"], "Retry-After": "3" }))
      const id = yield* FakeDatadog.FakeDatadog.use((fake) => fake.addReport())
      assert.deepStrictEqual(linesOf(yield* raw(statusPath(id)), "x-ratelimit-reset"), ["7", "7"])
      const second = yield* raw(statusPath(id))
      assert.deepStrictEqual(linesOf(second, "x-ratelimit-reset"), ["8", "9"])
      assert.deepStrictEqual(linesOf(second, "retry-after"), ["3"])
    }).pipe(withServer))

  it.live("a reset before the headers resets", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      for (const fault of [Fault.reset, Fault.refused, Fault.lostAnswer]) {
        yield* fake.inject(fault)
        assert.strictEqual(
          (yield* Effect.flip(get(createPath, { method: "POST", body: createBody() }))).code,
          "ECONNRESET"
        )
      }
      assert.strictEqual((yield* fake.reportIds).length, 1)
      assert.deepStrictEqual(statuses(yield* fake.requests), [undefined, undefined, undefined])
    }).pipe(withServer))

  it.live("a body reset or cut short gives its first bytes and then an error, with a length and in chunks", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const table = yield* fake.addReport({ csv: { rows: 3 } })
      const text = (yield* get(downloadPath(table))).body
      const exact = yield* fake.addReport({ csv: text })
      for (const id of [exact, table]) {
        for (const bytes of [0, 1, 50, 200]) {
          for (const fault of [Fault.resetBody(bytes), Fault.truncate(bytes)]) {
            yield* fake.inject(fault)
            const wire = yield* raw(downloadPath(id))
            assert.strictEqual(wire.code, fault.name.startsWith("reset") ? "ECONNRESET" : undefined)
            assert.strictEqual(linesOf(wire, "content-length").length, id === exact ? 1 : 0)
            assert.strictEqual(wire.body.includes(text.slice(0, bytes)), true)
            assert.strictEqual(wire.body.includes(text.slice(0, bytes + 1)), false)
            yield* fake.inject(fault)
            assert.strictEqual((yield* Effect.flip(get(downloadPath(id)))).code, "ECONNRESET")
          }
        }
      }
      assert.strictEqual(yield* fake.inFlight, 0)
    }).pipe(withServer))

  it.live("a slow body comes in pieces", () =>
    Effect.gen(function*() {
      yield* inject(Fault.slowBody({ bytes: 10, gap: "30 millis" }))
      const id = yield* FakeDatadog.FakeDatadog.use((fake) => fake.addReport({ csv: "x".repeat(50) }))
      const before = yield* Clock.currentTimeMillis
      assert.strictEqual((yield* get(downloadPath(id))).body, "x".repeat(50))
      assert.isAtLeast((yield* Clock.currentTimeMillis) - before, 110)
    }).pipe(withServer))

  it.live("gzip, a page with 200, a redirect and no content arrive as they are", () =>
    Effect.gen(function*() {
      const { url } = yield* FakeDatadogServer.FakeDatadogServer
      const id = yield* FakeDatadog.FakeDatadog.use((fake) =>
        fake.addReport({ csv: { rows: 20, names: ReportCsv.awkwardNames } })
      )
      const plain = (yield* get(downloadPath(id))).body
      yield* inject(Fault.gzip)
      yield* inject(Fault.gzip)
      const packed = yield* get(downloadPath(id))
      assert.strictEqual(gunzipSync(packed.bytes).toString(), plain)
      const unpacked = yield* fetchOf(`${url}${downloadPath(id)}`, keys)
      assert.strictEqual(yield* Effect.promise(() => unpacked.text()), plain)
      yield* inject(Fault.html())
      yield* inject(Fault.redirect("https://evil.example/"))
      yield* inject(Fault.status(204))
      assert.match((yield* get(statusPath(id))).body, /^\n\n\n<!DOCTYPE html>/)
      assert.deepInclude((yield* get(statusPath(id))).headers, { location: "https://evil.example/" })
      assert.deepInclude(yield* get(statusPath(id)), { status: 204, body: "" })
    }).pipe(withServer))
})

// -----------------------------------------------------------------------------
// helpers
// -----------------------------------------------------------------------------

interface Received {
  readonly status: number | undefined
  readonly headers: Http.IncomingHttpHeaders
  readonly bytes: Buffer
  readonly body: string
}

/** A request by node:http; fails with the system's error, also in the middle of the body. */
const get = (path: string, options: Http.RequestOptions & { readonly body?: string } = {}) =>
  Effect.flatMap(
    FakeDatadogServer.FakeDatadogServer,
    ({ port }) =>
      Effect.callback<Received, NodeJS.ErrnoException>((resume) => {
        const { body, ...rest } = options
        const request = Http.request(
          { host: "127.0.0.1", port, path, headers: keys, agent: false, ...rest },
          (response) => {
            const chunks: Array<Buffer> = []
            response.on("data", (chunk: Buffer) => chunks.push(chunk))
            response.once("error", (error) => resume(Effect.fail(error)))
            response.once("end", () => {
              const bytes = Buffer.concat(chunks)
              resume(
                Effect.succeed({
                  status: response.statusCode,
                  headers: response.headers,
                  bytes,
                  body: bytes.toString()
                })
              )
            })
          }
        )
        request.once("error", (error) => resume(Effect.fail(error)))
        request.end(body)
      })
  )

const fetchOf = (url: string, headers: Record<string, string>) => Effect.promise(() => fetch(url, { headers }))

interface Wire {
  readonly head: ReadonlyArray<string>
  readonly body: string
  readonly code: string | undefined
}

/** What comes over a plain socket until it is closed. */
const raw = (path: string) =>
  Effect.flatMap(FakeDatadogServer.FakeDatadogServer, ({ port }) =>
    Effect.callback<Wire>((resume) => {
      const socket = Net.connect({ host: "127.0.0.1", port })
      let text = ""
      let code: string | undefined
      socket.on("data", (chunk) => (text += chunk.toString()))
      socket.on("error", (error: NodeJS.ErrnoException) => (code = error.code))
      socket.once("close", () => {
        const [head = "", ...body] = text.split("\r\n\r\n")
        resume(Effect.succeed({ head: head.split("\r\n"), body: body.join("\r\n\r\n"), code }))
      })
      const lines = Object.entries({ ...keys, host: "127.0.0.1", connection: "close" })
      socket.write(`GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`)
    }))

const linesOf = (wire: Wire, name: string) =>
  wire.head.filter((line) => line.toLowerCase().startsWith(`${name}: `)).map((line) => line.slice(name.length + 2))

const until = (condition: Effect.Effect<boolean>): Effect.Effect<void> =>
  Effect.flatMap(condition, (holds) => holds ? Effect.void : Effect.andThen(Effect.sleep("2 millis"), until(condition)))
