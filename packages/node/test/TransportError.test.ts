import { Fault } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema } from "effect"
import * as DiagnosticsChannel from "node:diagnostics_channel"
import { HttpClient, HttpClientError, HttpClientRequest } from "effect/http"
import { DatadogError } from "@effect-datadog/slo-report"
import { RetryPolicy, SloReportClient } from "../src/index.ts"
import { assertTag, call, callError, inject, requests, statusPath } from "./utils/client.ts"
import { inMemory } from "./utils/wait.ts"

const because = (cause: unknown): SloReportClient.ClientOptions => ({
  retry: RetryPolicy.none,
  transformClient: HttpClient.transform((_, request) =>
    Effect.fail(new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) }))
  )
})

const withCode = (code: string, message = "x") => Object.assign(new Error(message), { code })

const connecting = (code: string) => Object.assign(withCode(code), { syscall: "connect" })

const handshake = "Client network socket disconnected before secure TLS connection was established"

describe("a transport error", () => {
  const reasons: Readonly<Record<DatadogError.DatadogTransportError["reason"], Readonly<Record<string, unknown>>>> = {
    refused: {
      "ECONNREFUSED": withCode("ECONNREFUSED"),
      "ECONNREFUSED within fetch's error": new TypeError("fetch failed", { cause: withCode("ECONNREFUSED") }),
      "ECONNREFUSED of two addresses": Object.assign(
        new AggregateError([withCode("ECONNREFUSED"), withCode("ECONNREFUSED")]),
        { code: "ECONNREFUSED" }
      ),
      "ECONNREFUSED of two addresses, without a code of its own": new TypeError("fetch failed", {
        cause: new AggregateError([withCode("ECONNREFUSED"), withCode("ECONNREFUSED")])
      })
    },
    reset: {
      "ECONNRESET": withCode("ECONNRESET"),
      "EPIPE": withCode("EPIPE"),
      "UND_ERR_SOCKET": withCode("UND_ERR_SOCKET", "other side closed"),
      "UND_ERR_SOCKET within fetch's error": new TypeError("terminated", { cause: withCode("UND_ERR_SOCKET") })
    },
    dns: {
      "ENOTFOUND": withCode("ENOTFOUND"),
      "EAI_AGAIN within fetch's error": new TypeError("fetch failed", { cause: withCode("EAI_AGAIN") })
    },
    tls: {
      "CERT_HAS_EXPIRED": withCode("CERT_HAS_EXPIRED"),
      "DEPTH_ZERO_SELF_SIGNED_CERT": withCode("DEPTH_ZERO_SELF_SIGNED_CERT"),
      "SELF_SIGNED_CERT_IN_CHAIN": withCode("SELF_SIGNED_CERT_IN_CHAIN"),
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE": withCode("UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY": withCode("UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
      "ERR_TLS_CERT_ALTNAME_INVALID": withCode("ERR_TLS_CERT_ALTNAME_INVALID"),
      "ERR_SSL_WRONG_VERSION_NUMBER within fetch's error": new TypeError("fetch failed", {
        cause: withCode("ERR_SSL_WRONG_VERSION_NUMBER")
      }),
      "EPROTO": withCode("EPROTO"),
      "a handshake that is closed": withCode("ECONNRESET", handshake),
      "a handshake that is closed within fetch's error": new TypeError("fetch failed", {
        cause: withCode("ECONNRESET", handshake)
      })
    },
    unreachable: {
      "UND_ERR_CONNECT_TIMEOUT": withCode("UND_ERR_CONNECT_TIMEOUT"),
      "ENETUNREACH": withCode("ENETUNREACH"),
      "EHOSTUNREACH within fetch's error": new TypeError("fetch failed", { cause: withCode("EHOSTUNREACH") }),
      "ENETDOWN": withCode("ENETDOWN"),
      "EADDRNOTAVAIL": withCode("EADDRNOTAVAIL"),
      "ETIMEDOUT of the system's connect": connecting("ETIMEDOUT"),
      "ETIMEDOUT of two addresses": Object.assign(
        new AggregateError([connecting("ETIMEDOUT"), connecting("ENETUNREACH")]),
        {
          code: "ETIMEDOUT"
        }
      ),
      "ECONNRESET of the system's connect": connecting("ECONNRESET"),
      "EACCES of the system's connect, as a firewall gives": connecting("EACCES"),
      "ENOENT of the system's connect, as a socket's path gives": connecting("ENOENT")
    },
    proxy: {
      "a CONNECT that undici saw refused": withCode(
        "UND_ERR_ABORTED",
        "Proxy response (502) !== 200 when HTTP Tunneling"
      ),
      "a proxy that wants a password": withCode("UND_ERR_ABORTED", "Proxy response (407) !== 200 when HTTP Tunneling"),
      "a proxy that closed": withCode("UND_ERR_PRX_CONN"),
      "a proxy whose certificate is bad": withCode("UND_ERR_PRX_TLS"),
      "a SOCKS proxy that refuses the user": withCode("UND_ERR_SOCKS5_AUTH_REJECTED"),
      "Node's own tunnel": withCode("ERR_PROXY_TUNNEL", "Failed to establish tunnel to a:443 via b:1: HTTP/1.1 503 No")
    },
    closed: {
      "UND_ERR_DESTROYED": withCode("UND_ERR_DESTROYED"),
      "UND_ERR_CLOSED within fetch's error": new TypeError("fetch failed", { cause: withCode("UND_ERR_CLOSED") })
    },
    invalid: {
      "UND_ERR_INVALID_ARG": withCode("UND_ERR_INVALID_ARG", "invalid x-bad header"),
      "ERR_INVALID_CHAR": withCode("ERR_INVALID_CHAR"),
      "ERR_INVALID_PROTOCOL": withCode("ERR_INVALID_PROTOCOL"),
      "fetch's word on a header": new TypeError("Headers.append: \"a\nb\" is an invalid header value."),
      "fetch's word on a character": new TypeError("Cannot convert argument to a ByteString because the character …"),
      "fetch's word on a scheme": new TypeError("fetch failed", { cause: new Error("unknown scheme") }),
      "fetch's word on a port": new TypeError("fetch failed", { cause: new Error("bad port") })
    },
    timeout: {
      "ETIMEDOUT": withCode("ETIMEDOUT"),
      "UND_ERR_HEADERS_TIMEOUT": withCode("UND_ERR_HEADERS_TIMEOUT"),
      "UND_ERR_BODY_TIMEOUT within fetch's error": new TypeError("terminated", {
        cause: withCode("UND_ERR_BODY_TIMEOUT")
      })
    },
    other: {
      "an error in the program": new TypeError("Cannot read properties of undefined (reading 'x')"),
      "Chromium's word on the network": new TypeError("Failed to fetch"),
      "an error without a code": new Error("x"),
      "an unheard-of code": withCode("EWHATEVER"),
      "a code that is a number": Object.assign(new Error("x"), { code: 5 }),
      "nothing": undefined,
      "null": null,
      "a text": "x",
      "a number": 5,
      "an empty object": {},
      "a function": () => 5
    }
  }

  for (const [reason, causes] of Object.entries(reasons)) {
    for (const [name, cause] of Object.entries(causes)) {
      it.effect(`has the reason "${reason}" of ${name}`, () =>
        Effect.gen(function*() {
          const { exit } = yield* call()
          assert.isTrue(Exit.isFailure(exit))
          const error = yield* Effect.flip(exit)
          assertTag(error, "DatadogTransportError")
          assert.strictEqual(error.reason, reason)
          assert.strictEqual(error.method, "GET")
          assert.strictEqual(error.path, statusPath)
          assert.include(error.message, statusPath)
          assert.notInclude(error.message, "undefined")
          const json = JSON.stringify(Schema.encodeSync(DatadogError.DatadogError)(error))
          assert.strictEqual(Schema.decodeSync(DatadogError.DatadogError)(JSON.parse(json)).message, error.message)
        }).pipe(Effect.provide(inMemory(because(cause)))))
    }
  }

  const unsent = ["refused", "unreachable", "dns", "tls", "proxy", "closed", "invalid"]
  for (const [reason, causes] of Object.entries(reasons)) {
    for (const [name, cause] of Object.entries(causes)) {
      const sent = unsent.includes(reason) ? "no" : "maybe"
      it.effect(`tells that ${sent === "no" ? "nothing" : "perhaps something"} was sent of ${name}`, () =>
        Effect.gen(function*() {
          const error = yield* callError()
          assertTag(error, "DatadogTransportError")
          assert.strictEqual(error.sent, sent)
        }).pipe(Effect.provide(inMemory(because(cause)))))
    }
  }

  const lasting = [
    reasons.closed,
    reasons.invalid,
    {
      "CERT_HAS_EXPIRED": withCode("CERT_HAS_EXPIRED"),
      "ERR_TLS_CERT_ALTNAME_INVALID": withCode("ERR_TLS_CERT_ALTNAME_INVALID"),
      "INVALID_CA": withCode("INVALID_CA"),
      "CRL_HAS_EXPIRED": withCode("CRL_HAS_EXPIRED"),
      "a proxy that wants a password": withCode("UND_ERR_ABORTED", "Proxy response (407) !== 200 when HTTP Tunneling"),
      "a proxy's rule": withCode("UND_ERR_ABORTED", "Proxy response (403) !== 200 when HTTP Tunneling"),
      "a SOCKS proxy that refuses the user": withCode("UND_ERR_SOCKS5_AUTH_REJECTED"),
      "an error in the program": new TypeError("Cannot read properties of undefined (reading 'x')")
    }
  ]
  for (const [name, cause] of lasting.flatMap((causes) => Object.entries(causes))) {
    it.effect(`is not tried again of ${name}`, () =>
      Effect.gen(function*() {
        const { exit, took } = yield* call()
        const error = yield* Effect.flip(exit)
        assertTag(error, "DatadogTransportError")
        assert.isFalse(error.isTransient)
        assert.isFalse(DatadogError.isRetryable(error))
        assert.strictEqual(took, 0)
      }).pipe(Effect.provide(inMemory({ ...because(cause), retry: RetryPolicy.default }))))
  }

  for (
    const [name, cause] of Object.entries({
      ...reasons.refused,
      ...reasons.unreachable,
      ...reasons.dns,
      ...reasons.reset,
      ...reasons.timeout,
      "EPROTO": withCode("EPROTO"),
      "a handshake that is closed": withCode("ECONNRESET", handshake),
      "a gateway that is down": withCode("UND_ERR_ABORTED", "Proxy response (502) !== 200 when HTTP Tunneling"),
      "Chromium's word on the network": new TypeError("Failed to fetch")
    })
  ) {
    it.effect(`may pass after ${name}`, () =>
      Effect.gen(function*() {
        const error = yield* callError()
        assertTag(error, "DatadogTransportError")
        assert.isTrue(DatadogError.isRetryable(error))
      }).pipe(Effect.provide(inMemory(because(cause)))))
  }

  describe("whose phase undici has published", () => {
    const publish = (channel: string, error: Error) =>
      Effect.sync(() => DiagnosticsChannel.channel(channel).publish({ error }))

    const sentAfter = (error: Error, ...channels: ReadonlyArray<string>) =>
      Effect.gen(function*() {
        yield* SloReportClient.SloReportClient
        yield* Effect.forEach(channels, (channel) => publish(channel, error))
        const failed = yield* callError()
        assertTag(failed, "DatadogTransportError")
        return failed.sent
      }).pipe(Effect.provide(inMemory(because(error))))

    const connecting = "undici:client:connectError"
    const request = "undici:request:error"

    it.effect("was not sent where it ended a connection that was being made", () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* sentAfter(withCode("ECONNRESET"), connecting, request), "no")
        assert.strictEqual(yield* sentAfter(withCode("ECONNRESET"), request), "maybe")
        assert.strictEqual(yield* sentAfter(withCode("ECONNRESET")), "maybe")
      }))

    // A pool that is destroyed gives one error to all its connections, in use or being made.
    it.effect("may have been sent where a closed client had taken it", () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* sentAfter(withCode("UND_ERR_DESTROYED"), connecting, request), "maybe")
        assert.strictEqual(yield* sentAfter(withCode("UND_ERR_DESTROYED"), request, connecting), "maybe")
        assert.strictEqual(yield* sentAfter(withCode("UND_ERR_DESTROYED")), "no")
      }))
  })

  it.effect("blames attemptTimeout only for the limit of an attempt", () =>
    Effect.gen(function*() {
      assert.notInclude((yield* callError()).message, "attemptTimeout")
    }).pipe(Effect.provide(inMemory(because(withCode("ETIMEDOUT"))))))

  it.effect("says in its message why a request can't be sent", () =>
    Effect.gen(function*() {
      assert.include((yield* callError()).message, "invalid x-bad header")
    }).pipe(Effect.provide(inMemory(because(withCode("UND_ERR_INVALID_ARG", "invalid x-bad header"))))))

  it.effect("keeps what the transport said as its cause", () =>
    Effect.gen(function*() {
      const error = yield* callError()
      assertTag(error, "DatadogTransportError")
      const cause = error.cause as Error
      assert.deepStrictEqual([cause.name, cause.message], ["TypeError", "fetch failed"])
      assert.strictEqual((cause.cause as Error).message, "getaddrinfo ENOTFOUND api.datadoghq.com")
    }).pipe(Effect.provide(inMemory(because(
      new TypeError("fetch failed", { cause: withCode("ENOTFOUND", "getaddrinfo ENOTFOUND api.datadoghq.com") })
    )))))

  it.effect("does not lose its way in causes that go round in a circle", () =>
    Effect.gen(function*() {
      const error = yield* callError()
      assertTag(error, "DatadogTransportError")
      assert.strictEqual(error.reason, "other")
    }).pipe(Effect.provide(inMemory(because(circle())))))

  const circle = () => {
    const error: Error & { errors?: ReadonlyArray<unknown> } = new Error("x")
    error.cause = error
    error.errors = [error, error, error]
    return error
  }

  for (
    const [name, fault, reason] of [
      ["before the headers", Fault.reset, "reset"],
      ["in the body", Fault.resetBody(20), "reset"],
      ["by an early end", Fault.truncate(20), "reset"],
      ["by a refusal", Fault.refused, "refused"],
      ["by a name that isn't found", Fault.noAnswer("ENOTFOUND"), "dns"],
      ["by a bad certificate", Fault.noAnswer("CERT_HAS_EXPIRED"), "tls"],
      ["by a timeout", Fault.noAnswer("ETIMEDOUT"), "timeout"]
    ] as const
  ) {
    it.effect(`is what a connection that is lost ${name} gives`, () =>
      Effect.gen(function*() {
        yield* inject(Fault.all(fault, Fault.body(`{"data":{"id":"x","attributes":{"status":"completed"}}}`)))
        const error = yield* callError()
        assertTag(error, "DatadogTransportError")
        assert.strictEqual(error.reason, reason)
        assert.strictEqual((yield* requests).length, 1)
      }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none }))))
  }

  it.effect("is what a URL that can't be one gives", () =>
    Effect.gen(function*() {
      const error = yield* callError()
      assertTag(error, "DatadogTransportError")
      assert.deepInclude(error, { reason: "invalid", sent: "no", isTransient: false })
    }).pipe(Effect.provide(inMemory({
      retry: RetryPolicy.none,
      transformClient: HttpClient.mapRequest(HttpClientRequest.setUrl("https://[::not-a-host"))
    }))))
})
