import { FakeDatadog, FakeDatadogServer, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import * as Http from "node:http"
import * as Https from "node:https"
import * as Net from "node:net"
import { PollPolicy, SloReportClient } from "../src/index.ts"
import { selfSigned } from "./utils/certificate.ts"
import {
  clients,
  closedPort,
  listen,
  once,
  overFetch,
  quick,
  Running,
  statusOf,
  until,
  withClientOf,
  withProxies
} from "./utils/sockets.ts"
import { failureOf } from "./utils/wait.ts"

const serving = Effect.provide(FakeDatadogServer.layerTest({ rateLimit: false }))

const add = (status: string) =>
  FakeDatadog.FakeDatadog.use((fake) => fake.addReport({ timeline: Timeline.always(status) }))
const inject = (fault: Fault.Fault, times = 1) => FakeDatadog.FakeDatadog.use((fake) => fake.inject(fault, { times }))

const requests = FakeDatadog.FakeDatadog.use((fake) => fake.requests)
const answered = Effect.map(requests, (all) => all.map(({ status }) => status))
const openSockets = Running.use((server) => server.openSockets)

for (const [name, client] of Object.entries(clients)) {
  describe(`a client ${name}`, () => {
    const withClient = withClientOf(client)

    it.live("asks and is answered", () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        const id = yield* add("completed_with_errors")
        const report = yield* statusOf(id)
        assert.deepStrictEqual([report.id, report.status], [id, "completed_with_errors"])
        const [request] = yield* requests
        assert.strictEqual(request?.path, `/api/v2/slo/report/${id}/status`)
        assert.strictEqual(request?.headers["dd-api-key"], fake.credentials.apiKey)
        assert.strictEqual(request?.headers["dd-application-key"], fake.credentials.applicationKey)
        assert.match(request?.headers["user-agent"] ?? "", /^effect-datadog-slo-report\/\d+\.\d+\.\d+ \(node v\d+/)
        assert.strictEqual(request?.headers["accept"], "application/json")
        for (const header of ["b3", "traceparent", "authorization", "cookie"]) {
          assert.isUndefined(request?.headers[header], header)
        }
      }).pipe(Effect.withSpan("application"), withClient(), serving))

    for (const [header, hint] of [["X-RateLimit-Reset", 7], ["Retry-After", 9]] as const) {
      it.live(`reads ${header} in two lines as what each says`, () =>
        Effect.gen(function*() {
          const id = yield* add("completed")
          yield* inject(Fault.status(429, { headers: { [header]: [String(hint), String(hint)] } }))
          const error = yield* Effect.flip(statusOf(id))
          assert.deepInclude(error, { _tag: "DatadogTooManyRequests", retryAfter: Duration.seconds(hint) })
        }).pipe(withClient(once), serving))
    }

    const losses = {
      "is reset in the middle of its body": Fault.resetBody(20),
      "is reset in the middle of an error's body": Fault.all(Fault.resetBody(20), Fault.status(503)),
      "is cut off in the middle of its body": Fault.truncate(20),
      "never comes: the connection is reset": Fault.reset
    }
    for (const [loss, fault] of Object.entries(losses)) {
      it.live(`asks again where an answer ${loss}`, () =>
        Effect.gen(function*() {
          const id = yield* add("completed")
          yield* inject(fault, 2)
          assert.strictEqual((yield* statusOf(id)).status, "completed")
          assert.strictEqual((yield* requests).length, 3)
        }).pipe(withClient({ retry: quick }), serving))
    }

    for (const [loss, fault] of Object.entries(losses)) {
      it.live(`says what happened where an answer ${loss}`, () =>
        Effect.gen(function*() {
          const id = yield* add("completed")
          yield* inject(fault)
          const error = yield* Effect.flip(statusOf(id))
          if (loss.includes("error's")) assert.deepInclude(error, { _tag: "DatadogServerError", status: 503 })
          else assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "reset" })
        }).pipe(withClient(once), serving))
    }

    it.live("can't see a cut where the connection's end is the body's, and refuses what it got", () =>
      Effect.gen(function*() {
        const port = yield* listen(Net.createServer((socket) => {
          socket.once(
            "data",
            () => socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"data\":{\"id\":\"x\",\"attri")
          )
        }))
        const error = yield* Effect.flip(statusOf("x")).pipe(Effect.provide(client(`http://127.0.0.1:${port}`, once)))
        assert.strictEqual(error._tag, "DatadogProtocolError")
      }))

    it.live("asks again where a chunked body is cut off", () =>
      Effect.gen(function*() {
        let asked = 0
        const body = "{\"data\":{\"id\":\"x\",\"attributes\":{\"status\":\"completed\"}}}"
        const port = yield* listen(Http.createServer((_, response) => {
          asked += 1
          response.write(body.slice(0, 20))
          if (asked === 1) setTimeout(() => response.socket?.destroySoon(), 20)
          else response.end(body.slice(20))
        }))
        const report = yield* Effect.provide(statusOf("x"), client(`http://127.0.0.1:${port}`, { retry: quick }))
        assert.deepStrictEqual([report.status, asked], ["completed", 2])
      }))

    for (
      const [what, fault] of Object.entries({
        "no answer": Fault.hang,
        "a body that stops": Fault.stall(20),
        "a slow body": Fault.slowBody({ bytes: 10, gap: "100 millis" })
      })
    ) {
      it.live(`gives ${what} the attempt's time limit and no more, closes the socket, and asks again`, () =>
        Effect.gen(function*() {
          const fake = yield* FakeDatadog.FakeDatadog
          const id = yield* add("completed")
          yield* inject(fault)
          const before = yield* Clock.currentTimeMillis
          assert.strictEqual((yield* statusOf(id)).status, "completed")
          const took = (yield* Clock.currentTimeMillis) - before
          assert.isAtLeast(took, 245)
          assert.isAtMost(took, 2000)
          assert.strictEqual((yield* requests).length, 2)
          yield* until(Effect.map(fake.inFlight, (count) => count === 0))
          yield* until(Effect.map(openSockets, (count) => count <= 1))
        }).pipe(withClient({ attemptTimeout: "250 millis", retry: quick }), serving))
    }

    it.live("calls an attempt without an answer a timeout", () =>
      Effect.gen(function*() {
        yield* inject(Fault.hang)
        const error = yield* Effect.flip(statusOf(yield* add("completed")))
        assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "timeout" })
      }).pipe(withClient({ attemptTimeout: "50 millis", ...once }), serving))

    for (const [where, fault] of Object.entries({ "before the answer": Fault.hang, "in the body": Fault.stall(20) })) {
      it.live(`closes the socket at once where it is interrupted ${where}`, () =>
        Effect.gen(function*() {
          const fake = yield* FakeDatadog.FakeDatadog
          const id = yield* add("completed")
          yield* inject(fault)
          const fiber = yield* Effect.forkChild(statusOf(id))
          yield* until(Effect.map(fake.inFlight, (count) => count === 1))
          yield* Effect.sleep(30)
          assert.strictEqual(yield* openSockets, 1)
          yield* Fiber.interrupt(fiber)
          yield* until(Effect.map(openSockets, (count) => count === 0)).pipe(Effect.timeout("1 second"))
          assert.strictEqual(yield* fake.inFlight, 0)
          assert.strictEqual((yield* requests).length, 1)
        }).pipe(withClient(), serving))
    }

    it.live("leaves no request behind where the consumer of a wait leaves", () =>
      Effect.gen(function*() {
        const client = yield* SloReportClient.SloReportClient
        const fake = yield* FakeDatadog.FakeDatadog
        const stream = client.waitForReport(yield* add("in_progress"), { poll: PollPolicy.fixed("100 millis") })
        assert.strictEqual((yield* Stream.runCollect(Stream.take(stream, 2))).length, 2)
        yield* Effect.sleep(250)
        assert.deepStrictEqual([(yield* requests).length, yield* fake.inFlight], [2, 0])
      }).pipe(withClient(), serving))

    it.live("waits to the end of a report over a storm, real time and real sockets", () =>
      Effect.gen(function*() {
        const client = yield* SloReportClient.SloReportClient
        const fake = yield* FakeDatadog.FakeDatadog
        const id = yield* fake.addReport({ timeline: Timeline.after("500 millis", "completed") })
        yield* inject(Fault.latency("1 millis"))
        for (const fault of [Fault.status(503), Fault.reset, Fault.html(502), Fault.resetBody(5)]) yield* inject(fault)
        const reports = yield* Stream.runCollect(client.waitForReport(id, { poll: PollPolicy.fixed("100 millis") }))
        assert.strictEqual(reports.at(-1)?.status, "completed")
        assert.isTrue(reports.slice(0, -1).every(({ status }) => status === "in_progress"))
      }).pipe(withClient({ retry: quick }), serving))

    for (
      const [what, status, tag] of [
        ["a 200", 200, "DatadogProtocolError"],
        ["a 503", 503, "DatadogServerError"]
      ] as const
    ) {
      it.live(`stops reading ${what} whose body never ends, and lets go of it`, () =>
        Effect.gen(function*() {
          const fake = yield* FakeDatadog.FakeDatadog
          yield* inject(Fault.body(Stream.forever(Stream.succeed(new Uint8Array(8192).fill(32))), { status }))
          const error = yield* Effect.flip(statusOf(yield* add("completed")))
          assert.strictEqual(error._tag, tag)
          yield* until(Effect.map(fake.inFlight, (count) => count === 0)).pipe(Effect.timeout("1 second"))
          yield* until(Effect.map(openSockets, (count) => count === 0)).pipe(Effect.timeout("1 second"))
        }).pipe(withClient(once), serving))
    }

    for (const status of [301, 302, 303, 307, 308]) {
      it.live(`doesn't follow a ${status} to another origin, which sees no request`, () =>
        Effect.gen(function*() {
          let strangers = 0
          const port = yield* listen(Http.createServer((_, response) => {
            strangers += 1
            response.end("{}")
          }))
          const target = `http://127.0.0.1:${port}/api/v2`
          yield* inject(Fault.redirect(`${target}?key=1`, status))
          const error = yield* Effect.flip(statusOf(yield* add("completed")))
          assert.deepInclude(error, { _tag: "DatadogUnexpectedStatus", status, location: target })
          assert.deepStrictEqual([strangers, (yield* requests).length], [0, 1])
        }).pipe(withClient(), serving))
    }

    it.live("says that a connection is refused", () =>
      Effect.gen(function*() {
        const port = yield* closedPort
        const error = yield* Effect.flip(statusOf("x")).pipe(Effect.provide(client(`http://127.0.0.1:${port}`, once)))
        assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "refused" })
      }))

    it.live("says that a host is unknown", () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(statusOf("x")).pipe(Effect.provide(client("https://nothing.invalid", once)))
        assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "dns" })
      }).pipe(withProxies({})), 15_000)

    it.live("says that TLS failed where the server speaks none", () =>
      Effect.gen(function*() {
        const port = yield* listen(Http.createServer())
        const error = yield* Effect.flip(statusOf("x")).pipe(Effect.provide(client(`https://127.0.0.1:${port}`, once)))
        assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "tls" })
      }).pipe(withProxies({})))

    for (const [what, hosts] of [["nobody vouches for", []], ["is another host's", ["evil.example"]]] as const) {
      it.live(`says that TLS failed where the certificate ${what}, and sends nothing`, () =>
        Effect.gen(function*() {
          let asked = 0
          const server = Https.createServer(selfSigned(hosts), (_, response) => {
            asked += 1
            response.end()
          })
          const port = yield* listen(server)
          const error = yield* Effect.flip(statusOf("x")).pipe(
            Effect.provide(client(`https://localhost:${port}`, once))
          )
          assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "tls" })
          assert.strictEqual(asked, 0)
        }).pipe(withProxies({})))
    }

    it.live("uses at most two connections for many calls one after the other", () =>
      Effect.gen(function*() {
        const id = yield* add("completed")
        yield* Effect.repeat(statusOf(id), { times: 19 })
        assert.isAtMost(yield* openSockets, 2)
        assert.strictEqual((yield* requests).length, 20)
      }).pipe(withClient(), serving))
  })
}

// Each waits for a second.
describe.concurrent("a 429 with its header in two lines", () => {
  for (const [name, client] of Object.entries(clients)) {
    it.live(`is waited out, and then the call succeeds: a client ${name}`, () =>
      Effect.gen(function*() {
        const id = yield* add("completed")
        yield* inject(Fault.status(429, { headers: { "X-RateLimit-Reset": ["1", "1"] } }))
        assert.strictEqual((yield* statusOf(id)).status, "completed")
        const [first, second] = yield* requests
        assert.deepStrictEqual(yield* answered, [429, 200])
        assert.isAtLeast(second!.at - first!.at, 995)
        assert.isAtMost(second!.at - first!.at, 2000)
      }).pipe(withClientOf(client)(), serving))
  }
})

describe("a client over fetch", () => {
  it.live("doesn't follow a redirect where the application's fetch options say so", () =>
    Effect.gen(function*() {
      const { url } = yield* Running
      const id = yield* add("completed")
      yield* inject(Fault.redirect(`${url}/elsewhere`))
      const error = yield* Effect.flip(statusOf(id)).pipe(
        Effect.provide(overFetch(url)),
        Effect.provideService(FetchHttpClient.RequestInit, { redirect: "follow" })
      )
      assert.deepInclude(error, { _tag: "DatadogUnexpectedStatus", status: 302 })
      assert.strictEqual((yield* requests).length, 1)
    }).pipe(serving))

  it.live("reads a compressed answer", () =>
    Effect.gen(function*() {
      const { url } = yield* Running
      yield* inject(Fault.gzip)
      const report = yield* Effect.provide(statusOf(yield* add("completed")), overFetch(url))
      assert.strictEqual(report.status, "completed")
    }).pipe(serving))
})

describe("the layer of a client", () => {
  for (const name of ["over undici", "of layerNode"] as const) {
    it.live(`leaves no connection open once it is closed: ${name}`, () =>
      Effect.gen(function*() {
        const { url } = yield* Running
        const id = yield* add("completed")
        yield* Effect.gen(function*() {
          yield* statusOf(id)
          assert.isAtLeast(yield* openSockets, 1)
        }).pipe(Effect.provide(clients[name]!(url)))
        yield* until(Effect.map(openSockets, (count) => count === 0)).pipe(Effect.timeout("1 second"))
      }).pipe(serving))
  }
})

describe("a wait over a real socket", () => {
  it.live("ends at once with the error of a connection that was never made", () =>
    Effect.gen(function*() {
      const port = yield* closedPort
      const exit = yield* Effect.exit(SloReportClient.SloReportClient.use((client) => client.awaitReport("x"))).pipe(
        Effect.provide(overFetch(`http://127.0.0.1:${port}`, { retry: quick }))
      )
      assert.deepInclude(failureOf(exit), { _tag: "DatadogTransportError", reason: "refused" })
    }))
})
