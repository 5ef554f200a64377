import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, ManagedRuntime, Stream } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import * as Http from "node:http"
import * as Https from "node:https"
import * as Net from "node:net"
import { DatadogError } from "@effect-datadog/slo-report"
import { PollPolicy, RetryPolicy, SloReportClient, SloReportError } from "../src/index.ts"
import { selfSigned } from "./utils/certificate.ts"
import { create } from "./utils/flow.ts"
import {
  type ClientLayer,
  closedPort,
  listen,
  ofNode,
  once,
  quick,
  statusOf,
  transports,
  until,
  withProxies
} from "./utils/sockets.ts"

const certificate = selfSigned(["localhost"])

type Behaviour = (socket: Net.Socket) => void

// A server of sockets, and how many of them were opened.
const sockets = Effect.fnUntraced(function*(behave: Behaviour) {
  const counted = { connections: 0 }
  const port = yield* listen(Net.createServer((socket) => {
    counted.connections += 1
    behave(socket)
  }))
  return { counted, port }
})

const onData = (behave: Behaviour): Behaviour => (socket) => socket.once("data", () => behave(socket))

// What createReport fails with, which must be the transport's error itself.
const createError = (client: ClientLayer, url: string, options: SloReportClient.ClientOptions = once) =>
  Effect.provide(Effect.flip(create()), client(url, options))

const expectUnsent = (
  error: DatadogError.DatadogError | SloReportError.CreateOutcomeUnknown,
  reason: DatadogError.DatadogTransportError["reason"]
) => {
  assert.instanceOf(error, DatadogError.DatadogTransportError, error.message)
  assert.deepStrictEqual([error.reason, error.sent], [reason, "no"], error.message)
  return error
}

for (const [name, client] of Object.entries(transports)) {
  describe(`a request ${name} that never got a connection was not sent`, () => {
    const handshakes: Readonly<Record<string, Behaviour>> = {
      "a handshake that is reset": onData((socket) => socket.resetAndDestroy()),
      "a handshake that is closed": onData((socket) => socket.destroy()),
      "a handshake that is ended": onData((socket) => socket.end()),
      "a server that speaks no TLS": onData((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))
    }
    for (const [what, behave] of Object.entries(handshakes)) {
      it.live(`because of ${what}, and is tried again`, () =>
        Effect.gen(function*() {
          const { counted, port } = yield* sockets(behave)
          const error = yield* createError(client, `https://127.0.0.1:${port}`, { retry: quick })
          assert.isTrue(expectUnsent(error, "tls").isTransient)
          assert.strictEqual(counted.connections, 5)
        }))
    }

    it.live("because of a certificate that nobody trusts, and is not tried again", () =>
      Effect.gen(function*() {
        let requests = 0
        const port = yield* listen(Https.createServer(certificate, () => requests += 1))
        const error = yield* createError(client, `https://127.0.0.1:${port}`, { retry: quick })
        assert.isFalse(expectUnsent(error, "tls").isTransient)
        assert.include(error.message, "certificates")
        assert.strictEqual(requests, 0)
      }))

    it.live("because nobody listens there, and is tried again", () =>
      Effect.gen(function*() {
        const error = yield* createError(client, `http://127.0.0.1:${yield* closedPort}`, { retry: quick })
        assert.isTrue(expectUnsent(error, "refused").isTransient)
      }))

    it.live("because its host has no address, and is tried again", () =>
      Effect.gen(function*() {
        assert.isTrue(expectUnsent(yield* createError(client, "https://api.nothing.invalid"), "dns").isTransient)
      }))
  })

  describe(`a request ${name} that can't be sent as it is fails as any other does`, () => {
    const changes: Readonly<
      Record<string, (request: HttpClientRequest.HttpClientRequest) => HttpClientRequest.HttpClientRequest>
    > = {
      "a header with a line break": HttpClientRequest.setHeader("x-bad", "a\nb"),
      "a header beyond Latin-1": HttpClientRequest.setHeader("x-bad", "検索"),
      "another protocol": HttpClientRequest.setUrl("ftp://127.0.0.1/x"),
      "a URL that is none": HttpClientRequest.setUrl("https://[::not-a-host")
    }
    for (const [what, change] of Object.entries(changes)) {
      it.live(`because of ${what}`, () =>
        Effect.gen(function*() {
          const { counted, port } = yield* sockets((socket) => socket.destroy())
          const options = { retry: quick, transformClient: HttpClient.mapRequest(change) }
          const error = expectUnsent(yield* createError(client, `http://127.0.0.1:${port}`, options), "invalid")
          assert.isFalse(error.isTransient)
          assert.strictEqual(counted.connections, 0)
        }))
    }
  })
}

describe("a request of layerNode through a proxy that leads nowhere", () => {
  type Connect = (socket: Net.Socket) => void

  const tunnels: ReadonlyArray<readonly [what: string, behave: Connect, reason: "proxy" | "tls", tries: number]> = [
    ["wants a password", (socket) => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"), "proxy", 1],
    ["forbids the host", (socket) => socket.end("HTTP/1.1 403 Forbidden\r\n\r\n"), "proxy", 1],
    ["is no gateway now", (socket) => socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"), "proxy", 5],
    ["is too slow", (socket) => socket.end("HTTP/1.1 504 Gateway Timeout\r\n\r\n"), "proxy", 5],
    ["closes", (socket) => socket.destroy(), "proxy", 5],
    ["resets", (socket) => socket.resetAndDestroy(), "tls", 5],
    [
      "loses the tunnel at once",
      (socket) => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
        socket.once("data", () => socket.resetAndDestroy())
      },
      "tls",
      5
    ]
  ]
  for (const [what, behave, reason, tries] of tunnels) {
    it.live(`that ${what}, was not sent`, () =>
      Effect.gen(function*() {
        let asked = 0
        const server = Http.createServer().on("connect", (_, socket: Net.Socket) => {
          asked += 1
          socket.on("error", () => {})
          behave(socket)
        })
        const url = `http://127.0.0.1:${yield* listen(server)}`
        const error = yield* withProxies({ HTTPS_PROXY: url })(
          createError(ofNode, "https://api.nothing.invalid", { retry: quick })
        )
        assert.strictEqual(expectUnsent(error, reason).isTransient, tries > 1)
        assert.strictEqual(asked, tries)
      }))
  }
})

describe("a client whose layer has ended", () => {
  const inProgress = (id: string) => JSON.stringify({ data: { id, attributes: { status: "in_progress" } } })

  const running = (url: string, options?: SloReportClient.ClientOptions) =>
    Effect.gen(function*() {
      const runtime = ManagedRuntime.make(ofNode(url, options))
      return { runtime, client: yield* Effect.promise(() => runtime.runPromise(SloReportClient.SloReportClient)) }
    })

  it.live("sends nothing, says so, and is not tried again", () =>
    Effect.gen(function*() {
      const { counted, port } = yield* sockets((socket) => socket.destroy())
      const { client, runtime } = yield* running(`http://127.0.0.1:${port}`, { retry: quick })
      yield* Effect.promise(() => runtime.dispose())
      const error = expectUnsent(
        yield* Effect.flip(Effect.provideService(create(), SloReportClient.SloReportClient, client)),
        "closed"
      )
      assert.isFalse(DatadogError.isRetryable(error))
      assert.strictEqual(counted.connections, 0)
    }))

  it.live("doesn't know of a create call that was on its way", () =>
    Effect.gen(function*() {
      let requests = 0
      const { port } = yield* sockets(onData(() => requests += 1))
      const { client, runtime } = yield* running(`http://127.0.0.1:${port}`, { retry: quick })
      const fiber = yield* Effect.forkChild(
        Effect.flip(Effect.provideService(create(), SloReportClient.SloReportClient, client)),
        { startImmediately: true }
      )
      yield* until(Effect.sync(() => requests > 0))
      yield* Effect.promise(() => runtime.dispose())
      const error = yield* Fiber.join(fiber)
      assert.instanceOf(error, SloReportError.CreateOutcomeUnknown)
      assert.deepInclude(error.error, {
        _tag: "DatadogTransportError",
        reason: "closed",
        sent: "maybe",
        isTransient: false
      })
      assert.strictEqual(requests, 1)
    }))

  it.live("interrupts its waits", () =>
    Effect.gen(function*() {
      const port = yield* listen(Http.createServer((_, response) => response.end(inProgress("x"))))
      const { client, runtime } = yield* running(`http://127.0.0.1:${port}`, { retry: RetryPolicy.none })
      const seen = yield* Effect.forkChild(
        Stream.runDrain(client.waitForReport("x", { poll: PollPolicy.fixed("100 millis") })),
        { startImmediately: true }
      )
      yield* Effect.sleep("150 millis")
      yield* Effect.promise(() => runtime.dispose())
      const exit = yield* Effect.timeout(Fiber.await(seen), "2 seconds")
      assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
    }))
})

describe("a create call goes over a connection of its own", () => {
  const answers: Readonly<Record<string, string>> = {
    GET: JSON.stringify({ data: { id: "x", attributes: { status: "in_progress" } } }),
    POST: JSON.stringify({ data: { id: "new-report" } })
  }

  // What each connection was used for, in turn.
  const server = Effect.gen(function*() {
    const uses = new Map<Net.Socket, Array<string>>()
    const port = yield* listen(Http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      const { method = "", socket } = request
      uses.set(socket, [...uses.get(socket) ?? [], method])
      request.resume()
      response.end(answers[method])
    }))
    return { uses, url: `http://127.0.0.1:${port}` }
  })

  for (const [name, client] of Object.entries(transports)) {
    it.live(`${name}, however many there are`, () =>
      Effect.gen(function*() {
        const { url, uses } = yield* server
        yield* Effect.provide(Effect.replicateEffect(create(), 20), client(url, once))
        assert.deepStrictEqual([...uses.values()], Array.from({ length: 20 }, () => ["POST"]))
      }))
  }

  it.live("of layerNode, also between polls, which keep theirs", () =>
    Effect.gen(function*() {
      const { url, uses } = yield* server
      yield* Effect.provide(
        Effect.replicateEffect(Effect.andThen(Effect.andThen(statusOf("x"), create()), statusOf("x")), 20),
        ofNode(url, once)
      )
      const posts = [...uses.values()].filter((methods) => methods.includes("POST"))
      assert.deepStrictEqual(posts, Array.from({ length: 20 }, () => ["POST"]))
      // 40 polls; undici opens another connection where the last answer isn't quite done.
      assert.isBelow(uses.size - posts.length, 10)
    }))
})
