import { Fault } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { RetryPolicy, SloReportClient } from "../src/index.ts"
import { assertTag, callError, getStatus, inject, reportId, requests, statusPath } from "./utils/client.ts"
import { credentials, inMemory, site } from "./utils/wait.ts"

const elsewhere = "https://evil.example/steal"

describe("a redirect", () => {
  for (const status of [301, 302, 303, 307, 308]) {
    it.effect(`${status} is not followed: it is a DatadogUnexpectedStatus, and no key leaves`, () =>
      Effect.gen(function*() {
        yield* inject(Fault.redirect(`${elsewhere}?token=hunter2#fragment`, status))
        const error = yield* callError()
        assertTag(error, "DatadogUnexpectedStatus")
        assert.strictEqual(error.status, status)
        assert.strictEqual(error.location, elsewhere)
        assert.include(error.message, elsewhere)
        assert.notInclude(error.message, "hunter2")
        assert.deepStrictEqual((yield* requests).map(({ url }) => new URL(url).origin), ["https://api.datadoghq.com"])
      }).pipe(Effect.provide(inMemory())))
  }

  for (
    const [location, safe] of [
      ["/login?next=hunter2", "/login"],
      ["https://user:hunter2@evil.example/x", "https://evil.example/x"],
      ["//user:hunter2@evil.example/x", "//evil.example/x"],
      ["?hunter2", undefined],
      ["", undefined]
    ] as const
  ) {
    it.effect(`to "${location}" tells ${safe ?? "no location"}`, () =>
      Effect.gen(function*() {
        yield* inject(Fault.redirect(location))
        const error = yield* callError()
        assertTag(error, "DatadogUnexpectedStatus")
        assert.strictEqual(error.location, safe)
      }).pipe(Effect.provide(inMemory())))
  }

  for (const status of [300, 304]) {
    it.effect(`${status} without a location is a DatadogUnexpectedStatus, too`, () =>
      Effect.gen(function*() {
        yield* inject(Fault.body("", { status }))
        const error = yield* callError()
        assertTag(error, "DatadogUnexpectedStatus")
        assert.isUndefined(error.location)
      }).pipe(Effect.provide(inMemory())))
  }
})

describe("over fetch", () => {
  interface Sent {
    readonly url: string
    readonly init: RequestInit
  }

  const answer = JSON.stringify({ data: { id: reportId, attributes: { status: "completed" } } })

  // A fetch that follows redirects to elsewhere unless it is told not to, as the real one does.
  const stub = (sent: Array<Sent>, redirected = false): typeof globalThis.fetch => (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input)
    sent.push({ url, init })
    if (!redirected) return Promise.resolve(new Response(answer))
    if (init.redirect === "manual") {
      return Promise.resolve(new Response(null, { status: 302, headers: { location: elsewhere } }))
    }
    return stub(sent)(elsewhere, init)
  }

  const client = SloReportClient.layer({ site, credentials, retry: RetryPolicy.none })

  const overFetch = Layer.provide(client, FetchHttpClient.layer)

  const withInit: RequestInit = { keepalive: true, cache: "no-store", integrity: "sha256-x", redirect: "follow" }

  it.effect("a redirect is not followed", () =>
    Effect.gen(function*() {
      const sent: Array<Sent> = []
      const error = yield* Effect.flip(getStatus()).pipe(
        Effect.provide(overFetch),
        Effect.provideService(FetchHttpClient.Fetch, stub(sent, true))
      )
      assertTag(error, "DatadogUnexpectedStatus")
      assert.strictEqual(error.location, elsewhere)
      assert.deepStrictEqual(sent.map(({ url }) => url), [`https://api.datadoghq.com${statusPath}`])
      assert.strictEqual(sent[0]?.init.redirect, "manual")
    }))

  it.effect("a user's RequestInit that is provided to the call survives, but for its redirect", () =>
    Effect.gen(function*() {
      const sent: Array<Sent> = []
      yield* getStatus().pipe(
        Effect.provide(overFetch),
        Effect.provideService(FetchHttpClient.RequestInit, withInit),
        Effect.provideService(FetchHttpClient.Fetch, stub(sent))
      )
      const { cache, integrity, keepalive, redirect } = sent[0]!.init
      assert.deepStrictEqual({ cache, integrity, keepalive, redirect }, {
        cache: "no-store",
        integrity: "sha256-x",
        keepalive: true,
        redirect: "manual"
      })
    }))

  it.effect("a user's RequestInit that is provided to the layers survives, but for its redirect", () =>
    Effect.gen(function*() {
      const sent: Array<Sent> = []
      const userServices = Layer.succeedContext(
        Context.make(FetchHttpClient.RequestInit, withInit).pipe(Context.add(FetchHttpClient.Fetch, stub(sent)))
      )
      yield* getStatus().pipe(Effect.provide(Layer.provide(overFetch, userServices)))
      const { cache, integrity, keepalive, redirect } = sent[0]!.init
      assert.deepStrictEqual({ cache, integrity, keepalive, redirect }, {
        cache: "no-store",
        integrity: "sha256-x",
        keepalive: true,
        redirect: "manual"
      })
    }))

  it.effect("of two, that of the call goes before that of the layers, option by option", () =>
    Effect.gen(function*() {
      const sent: Array<Sent> = []
      const ofLayers: RequestInit = { cache: "no-cache", integrity: "sha256-x" }
      yield* getStatus().pipe(
        Effect.provide(Layer.provide(overFetch, Layer.succeed(FetchHttpClient.RequestInit, ofLayers))),
        Effect.provideService(FetchHttpClient.RequestInit, { cache: "no-store" }),
        Effect.provideService(FetchHttpClient.Fetch, stub(sent))
      )
      const { cache, integrity, redirect } = sent[0]!.init
      assert.deepStrictEqual([cache, integrity, redirect], ["no-store", "sha256-x", "manual"])
    }))

  it.effect("the request is the same: url, method and headers", () =>
    Effect.gen(function*() {
      const sent: Array<Sent> = []
      yield* getStatus().pipe(
        Effect.provide(overFetch),
        Effect.provideService(FetchHttpClient.Fetch, stub(sent))
      )
      const { init, url } = sent[0]!
      assert.strictEqual(url, `https://api.datadoghq.com${statusPath}`)
      assert.strictEqual(init.method, "GET")
      assert.isUndefined(init.body)
      assert.deepStrictEqual([...new Headers(init.headers).keys()].sort(), [
        "accept",
        "dd-api-key",
        "dd-application-key",
        "user-agent"
      ])
    }))
})
