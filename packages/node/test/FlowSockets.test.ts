import { FakeDatadog, FakeDatadogServer, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import type { Operation } from "@effect-datadog/slo-report-testing"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import * as Fs from "node:fs"
import * as Http from "node:http"
import * as Os from "node:os"
import * as Path from "node:path"
import { gzipSync } from "node:zlib"
import { PollPolicy, RetryPolicy } from "../src/index.ts"
import { inFlight } from "./utils/client.ts"
import {
  add,
  bytesOf,
  completed,
  create,
  download,
  exportingTo,
  injectInto,
  madeReports,
  rows,
  sent,
  short,
  smallCsv,
  text
} from "./utils/flow.ts"
import { clients, closedPort, listen, once, quick, Running, until, withClientOf } from "./utils/sockets.ts"

const size = bytesOf(smallCsv).length
const soon = {
  rateLimit: false,
  report: { csv: smallCsv, timeline: Timeline.after("150 millis", "completed") }
} as const
const often = { poll: PollPolicy.fixed("100 millis") }

const serving = Effect.provide(FakeDatadogServer.layerTest(soon))
const servingAtOnce = Effect.provide(
  FakeDatadogServer.layerTest({ rateLimit: false, report: { csv: smallCsv, timeline: completed } })
)

const folder = Effect.acquireRelease(
  Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "slo-report-"))),
  (path) => Effect.sync(() => Fs.rmSync(path, { recursive: true, force: true }))
)

for (const [name, client] of Object.entries(clients)) {
  describe.concurrent(`a client ${name}`, () => {
    const withClient = withClientOf(client)

    it.live("sends the request to create a report as the specification has it", () =>
      Effect.gen(function*() {
        const id = yield* create()
        const [request] = yield* sent
        assert.strictEqual(`${request?.method} ${request?.path}`, "POST /api/v2/slo/report")
        assert.strictEqual(
          request?.body,
          "{\"data\":{\"attributes\":{\"from_ts\":1690901870,\"to_ts\":1706803070," +
            "\"query\":\"slo_type:metric \\\"SLO Reporting Test\\\"\"," +
            "\"interval\":\"monthly\",\"timezone\":\"America/New_York\"}}}"
        )
        const { accept, "content-length": length, "content-type": type } = request!.headers
        assert.deepStrictEqual([accept, type, length], ["application/json", "application/json", "165"])
        assert.deepStrictEqual(yield* madeReports, [id])
      }).pipe(withClient(once), serving))

    const losses = {
      "a 500": Fault.status(500),
      "a 502": Fault.status(502, { family: "edge" }),
      "a 503": Fault.status(503),
      "no answer in time": Fault.hang,
      "a reset after the request was written": Fault.lostAnswer,
      "an answer that is cut off": Fault.truncate(20),
      "an answer that is reset": Fault.resetBody(20)
    }
    for (const [loss, fault] of Object.entries(losses)) {
      it.live(`sends the request to create a report once where it meets ${loss}`, () =>
        Effect.gen(function*() {
          yield* injectInto("create", fault, Infinity)
          const error = yield* Effect.flip(create())
          assert.strictEqual(error._tag, "CreateOutcomeUnknown")
          yield* Effect.sleep(100)
          assert.strictEqual((yield* sent).length, 1)
        }).pipe(withClient({ retry: quick, attemptTimeout: "300 millis" }), serving))
    }

    it.live("downloads every byte, in order", () =>
      Effect.gen(function*() {
        const id = yield* add({ csv: smallCsv })
        yield* injectInto("download", Fault.slowBody({ bytes: 7, gap: 0 }))
        assert.strictEqual(yield* text(id), smallCsv)
        const [request] = yield* sent
        const { accept, "accept-encoding": encoding } = request!.headers
        assert.deepStrictEqual([accept, encoding], ["text/csv, application/json", "identity"])
      }).pipe(withClient(once), serving))

    for (const [cut, fault] of Object.entries({ "cut off": Fault.truncate, "reset": Fault.resetBody })) {
      it.live(`fails wherever a body is ${cut}, and leaves no file`, () =>
        Effect.gen(function*() {
          const path = Path.join(yield* folder, "report.csv")
          for (let bytes = 0; bytes < size; bytes += bytes < 5 || bytes > size - 5 ? 1 : 9) {
            yield* injectInto("download", fault(bytes))
            const error = yield* Effect.flip(Stream.runDrain(exportingTo(path, often)))
            assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "reset" }, `${bytes} bytes`)
            assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), [], `${bytes} bytes`)
          }
        }).pipe(withClient(once), Effect.provide(NodeFileSystem.layer), servingAtOnce))
    }

    it.live("fails where a chunked body ends without its last chunk", () =>
      Effect.gen(function*() {
        const port = yield* listen(Http.createServer((_, response) => {
          response.write(smallCsv.slice(0, 100))
          setTimeout(() => response.socket?.destroySoon(), 30)
        }))
        const error = yield* Effect.flip(text("x")).pipe(Effect.provide(client(`http://127.0.0.1:${port}`, once)))
        assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "reset" })
      }))

    it.live("reads a body that comes compressed, and fails where its connection is cut", () =>
      Effect.gen(function*() {
        const id = yield* add({ csv: smallCsv })
        yield* injectInto("download", Fault.gzip)
        assert.strictEqual(yield* text(id), smallCsv)
        yield* injectInto("download", Fault.gzip)
        assert.strictEqual((yield* Stream.runCollect(rows(id))).length, 3)
        for (const bytes of [0, 1, 2, 11, 50, gzipSync(smallCsv).length - 1]) {
          yield* injectInto("download", Fault.all(Fault.truncate(bytes), Fault.gzip))
          assert.strictEqual((yield* Effect.flip(text(id)))._tag, "DatadogTransportError", `${bytes} bytes`)
        }
      }).pipe(withClient(once), serving))

    it.live("fails where the parts of a body stop coming, and closes the connection", () =>
      Effect.gen(function*() {
        const id = yield* add({ csv: smallCsv })
        yield* injectInto("download", Fault.stall(50))
        const error = yield* Effect.flip(text(id))
        assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "timeout" })
        yield* until(Effect.map(inFlight, (count) => count === 0))
      }).pipe(withClient({ ...once, attemptTimeout: "300 millis" }), serving))

    it.live("closes the connection of an attempt before the next one", () =>
      Effect.gen(function*() {
        const id = yield* add({ csv: smallCsv })
        yield* injectInto("download", Fault.stall(0))
        const patient = RetryPolicy.make({ base: "1 hour", cap: "1 hour" })
        const fiber = yield* text(id).pipe(
          Effect.provideService(RetryPolicy.Current, patient),
          Effect.forkChild({ startImmediately: true })
        )
        yield* until(Effect.map(inFlight, (count) => count === 1))
        yield* until(Effect.map(inFlight, (count) => count === 0))
        assert.isUndefined(fiber.pollUnsafe())
      }).pipe(withClient({ attemptTimeout: "300 millis" }), serving))

    it.live("takes no more of a file than the program does", () =>
      Effect.gen(function*() {
        let made = 0
        const endless = Stream.iterate(0, (n) => made = n + 1).pipe(
          Stream.rechunk(1),
          Stream.map(() => bytesOf(`id,slo_type,name,target,export_error\n${"x".repeat(64 * 1024)}`))
        )
        yield* injectInto("download", Fault.body(endless))
        yield* Stream.runForEach(Stream.take(download("x"), 3), () => Effect.sleep(200))
        // What the sockets of two processes hold, in parts of 64 KiB.
        assert.isAtMost(made, 200)
        yield* until(Effect.map(inFlight, (count) => count === 0))
      }).pipe(withClient(once), serving))

    it.live("leaves nothing where it is interrupted in the file", () =>
      Effect.gen(function*() {
        const path = Path.join(yield* folder, "report.csv")
        Fs.writeFileSync(path, "old")
        yield* injectInto("download", Fault.stall(50))
        const fiber = yield* Effect.forkChild(Stream.runDrain(exportingTo(path, often)), { startImmediately: true })
        const isDownloading = Effect.map(sent, (all) =>
          all.some(({ operation, status }) => operation === "download" && status === 200))
        yield* until(isDownloading)
        yield* Effect.sleep(50)
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["report.csv"])
        assert.strictEqual(Fs.readFileSync(path, "utf8"), "old")
        yield* until(Effect.map(inFlight, (count) =>
          count === 0))
      }).pipe(withClient(once), Effect.provide(NodeFileSystem.layer), serving))

    it.live("follows no redirect with a request to create a report", () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        const { url } = yield* Running
        for (const status of [301, 302, 307, 308]) {
          yield* fake.inject(Fault.redirect(`${url}/elsewhere`, status))
          assert.deepInclude(yield* Effect.flip(create()), { _tag: "DatadogUnexpectedStatus", status })
        }
        assert.strictEqual((yield* sent).length, 4)
      }).pipe(withClient({ retry: quick }), serving))
  })
}

// Each waits for three seconds.
describe.concurrent("an export to a file with a 429 in each phase", () => {
  for (const [name, client] of Object.entries(clients)) {
    it.live(`writes the whole file: a client ${name}`, () =>
      Effect.gen(function*() {
        const path = Path.join(yield* folder, "report.csv")
        const phases: ReadonlyArray<Operation.Operation> = ["create", "status", "download"]
        for (const phase of phases) {
          yield* injectInto(phase, Fault.status(429, { headers: { "X-RateLimit-Reset": ["1", "1"] } }))
        }
        const seen = yield* Stream.runCollect(exportingTo(path, often))
        assert.deepStrictEqual(seen.slice(0, 2).map(short), ["SourceChosen report open", "Created"])
        assert.deepStrictEqual(short(seen.at(-1)!), `Done completed ${size}`)
        assert.strictEqual(Fs.readFileSync(path, "utf8"), smallCsv)
        assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["report.csv"])
        const all = yield* sent
        for (const phase of phases) {
          const [first, second] = all.filter(({ operation }) => operation === phase)
          assert.deepStrictEqual([first?.status, second?.status], [429, 200])
          assert.isAtLeast(second!.at - first!.at, 995)
        }
        assert.strictEqual((yield* madeReports).length, 1)
      }).pipe(withClientOf(client)(), Effect.provide(NodeFileSystem.layer), serving))
  }
})

// Alone: the port that is closed is to stay free.
describe("a request to create a report where the connection is refused", () => {
  for (const [name, client] of Object.entries(clients)) {
    it.live(`is sent again: a client ${name}`, () =>
      Effect.gen(function*() {
        const port = yield* closedPort
        const delayed = RetryPolicy.make({ times: 100, base: "20 millis", cap: "100 millis" })
        const fiber = yield* create().pipe(
          Effect.provide(client(`http://127.0.0.1:${port}`, { retry: delayed })),
          Effect.forkChild({ startImmediately: true })
        )
        yield* Effect.sleep(200)
        assert.isUndefined(fiber.pollUnsafe())
        let bodies = 0
        const server = Http.createServer((request, response) => {
          request.resume().once("end", () => {
            bodies += 1
            response.end("{\"data\":{\"id\":\"69cfaa02-6640-11ef-8501-33b2b403f044\",\"type\":\"report_id\"}}")
          })
        })
        yield* Effect.acquireRelease(
          Effect.callback<void>((resume) => {
            server.listen(port, "127.0.0.1", () => resume(Effect.void))
          }),
          () => Effect.sync(() => (server.closeAllConnections(), server.close()))
        )
        assert.strictEqual(yield* Fiber.join(fiber), "69cfaa02-6640-11ef-8501-33b2b403f044")
        assert.strictEqual(bodies, 1)
      }))
  }
})
