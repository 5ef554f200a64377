import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import * as Http from "node:http"
import * as Https from "node:https"
import { maxConnections } from "../../src/internal/http/undici.ts"
import { selfSigned, trusting } from "../utils/certificate.ts"
import { create, download } from "../utils/flow.ts"
import { listen, makeProxy, ofNode, quick, statusOf, until, withProxies } from "../utils/sockets.ts"

type Answer = (request: number, response: Http.ServerResponse) => void

const completed: Answer = (_, response) => {
  response.end("{\"data\":{\"id\":\"x\",\"attributes\":{\"status\":\"completed\"}}}")
}

// A server that counts requests and connections, those at the same time too.
const serve = (server: Http.Server, answer: Answer) =>
  Effect.gen(function*() {
    const counts = { requests: 0, sockets: 0, mostSockets: 0 }
    server.on("request", (_, response) => answer(++counts.requests, response))
    server.on("connection", (socket) => {
      counts.sockets += 1
      counts.mostSockets = Math.max(counts.mostSockets, counts.sockets)
      socket.once("close", () => counts.sockets -= 1)
    })
    return { counts, port: yield* listen(server) }
  })

const manyAtOnce = (calls: number) =>
  Effect.forEach(Array.from({ length: calls }), () => statusOf("x"), { concurrency: "unbounded", discard: true })

export const describeConnections = (calls: number) =>
  describe("a client of layerNode", () => {
    it.live(`answers ${calls} calls at once over ${maxConnections} connections`, () =>
      Effect.gen(function*() {
        const { counts, port } = yield* serve(Http.createServer(), completed)
        yield* Effect.provide(manyAtOnce(calls), ofNode(`http://127.0.0.1:${port}`))
        assert.strictEqual(counts.mostSockets, maxConnections)
        assert.isAtLeast(counts.requests, calls)
      }), 60_000)

    it.live("asks again those whose connection is lost, and keeps no other waiting", () =>
      Effect.gen(function*() {
        const { counts, port } = yield* serve(Http.createServer(), (request, response) => {
          if (request % 10 === 0) response.socket?.resetAndDestroy()
          else completed(request, response)
        })
        yield* Effect.provide(manyAtOnce(calls / 2), ofNode(`http://127.0.0.1:${port}`, { retry: quick }))
        assert.isAtMost(counts.mostSockets, maxConnections)
      }), 60_000)

    it.live("opens no more connections through a proxy", () =>
      Effect.gen(function*() {
        const certificate = selfSigned(["api.nothing.invalid"])
        yield* trusting(certificate.cert)
        const { counts, port } = yield* serve(Https.createServer(certificate), completed)
        const proxy = yield* makeProxy(port)
        yield* manyAtOnce(calls / 2).pipe(
          Effect.provide(ofNode("https://api.nothing.invalid")),
          withProxies({ HTTPS_PROXY: proxy.url })
        )
        for (const count of [counts.mostSockets, proxy.seen.length]) {
          assert.isAtMost(count, maxConnections)
          assert.isAbove(count, maxConnections / 4)
        }
      }), 60_000)

    it.live("sends a create call while downloads hold all of them, and a status call when one has ended", () =>
      Effect.gen(function*() {
        const { counts, port } = yield* serve(Http.createServer(), (request, response) => {
          if (request <= maxConnections) {
            response.write("id,slo_type,name,target,export_error\n")
          } else if (request === maxConnections + 1) {
            response.end("{\"data\":{\"id\":\"x\"}}")
          } else completed(request, response)
        })
        yield* Effect.gen(function*() {
          let begun = 0
          const one = Stream.runForEach(download("x"), () =>
            Effect.sync(() => begun += 1))
          const downloads = yield* Effect.forEach(Array.from({ length: maxConnections }), () => Effect.forkChild(one))
          yield* until(Effect.sync(() => begun === maxConnections))
          const status = yield* Effect.forkChild(statusOf("x"))
          assert.strictEqual(yield* create(), "x")
          assert.deepStrictEqual([counts.requests, counts.mostSockets], [maxConnections + 1, maxConnections + 1])
          yield* Fiber.interrupt(downloads[0]!)
          assert.strictEqual((yield* Fiber.join(status)).status, "completed")
        }).pipe(Effect.provide(ofNode(`http://127.0.0.1:${port}`)))
      }), 60_000)

    it.live("sends nothing of a call that is interrupted before it has a connection", () =>
      Effect.gen(function*() {
        const held: Array<Http.ServerResponse> = []
        const { counts, port } = yield* serve(Http.createServer(), (request, response) => {
          if (request <= maxConnections) {
            held.push(response)
          } else completed(request, response)
        })
        yield* Effect.gen(function*() {
          const first = yield* Effect.forkChild(manyAtOnce(maxConnections))
          yield* until(Effect.sync(() =>
            held.length === maxConnections
          ))
          const last = yield* Effect.forkChild(statusOf("x"))
          const queued = yield* Effect.forkChild(manyAtOnce(calls))
          yield* Effect.sleep(50)
          yield* Fiber.interrupt(queued)
          assert.strictEqual(counts.requests, maxConnections)
          held.forEach((response) => completed(0, response))
          assert.strictEqual((yield* Fiber.join(last)).status, "completed")
          yield* Fiber.join(first)
          assert.deepStrictEqual([counts.requests, counts.mostSockets], [maxConnections + 1, maxConnections])
        }).pipe(Effect.provide(ofNode(`http://127.0.0.1:${port}`)))
      }), 60_000)
  })
