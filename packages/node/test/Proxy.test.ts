import { Credentials, FakeDatadog, FakeDatadogServer, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, type Scope } from "effect"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import type * as Http from "node:http"
import * as Https from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeSloReportClient, RetryPolicy, type SloReportClient } from "../src/index.ts"
import { selfSigned } from "./utils/certificate.ts"
import { environment, listen, makeProxy, ofNode, runProgram, statusOf, withProxies } from "./utils/sockets.ts"

const serving = Effect.provide(
  FakeDatadogServer.layerTest({ rateLimit: false, report: { timeline: Timeline.always("completed") } })
)

const keys: Record<string, string> = {
  DD_API_KEY: Credentials.standard.apiKey,
  DD_APP_KEY: Credentials.standard.applicationKey
}

// A client for the real site, so that only a proxy can be reached.
const toDatadog = <A, E, R>(self: Effect.Effect<A, E, R | SloReportClient.SloReportClient>) =>
  Effect.provide(
    self,
    Layer.provide(
      NodeSloReportClient.layerNode({ retry: RetryPolicy.none }),
      ConfigProvider.layer(ConfigProvider.fromEnvRecord(keys))
    )
  )

const assertNoKeys = (text: string) => {
  for (const key of Object.values(keys)) assert.notInclude(text, key)
}

describe("a client of layerNode with a proxy in the environment", () => {
  for (const variable of ["HTTPS_PROXY", "https_proxy"]) {
    it.live(`asks the proxy of ${variable} for a tunnel, and shows it no key`, () =>
      Effect.gen(function*() {
        const proxy = yield* makeProxy()
        const error = yield* Effect.flip(statusOf("x")).pipe(toDatadog, withProxies({ [variable]: proxy.url }))
        assert.strictEqual(error._tag, "DatadogTransportError")
        assert.strictEqual(proxy.seen.length, 1)
        assert.match(proxy.seen[0]!, /^CONNECT api\.datadoghq\.com:443 /)
        assertNoKeys(proxy.seen.join())
        assertNoKeys(`${error.message} ${String(error.cause)}`)
      }))
  }

  it.live("asks the proxy of HTTP_PROXY where there is no other", () =>
    Effect.gen(function*() {
      const proxy = yield* makeProxy()
      yield* Effect.exit(statusOf("x")).pipe(toDatadog, withProxies({ HTTP_PROXY: proxy.url }))
      assert.strictEqual(proxy.seen.length, 1)
      assert.match(proxy.seen[0]!, /^CONNECT /)
    }))

  for (const noProxy of ["api.nothing.invalid", ".nothing.invalid", "intranet.example, nothing.invalid", "*"]) {
    it.live(`goes around the proxy for NO_PROXY=${noProxy}`, () =>
      Effect.gen(function*() {
        const proxy = yield* makeProxy()
        const error = yield* Effect.flip(statusOf("x")).pipe(
          Effect.provide(ofNode("https://api.nothing.invalid", { retry: RetryPolicy.none })),
          withProxies({ HTTPS_PROXY: proxy.url, NO_PROXY: noProxy })
        )
        assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "dns" })
        assert.deepStrictEqual(proxy.seen, [])
      }), 15_000)
  }

  for (const host of ["127.0.0.1", "localhost"]) {
    for (const noProxy of ["", "intranet.example"]) {
      it.live(`goes straight to ${host}, where NO_PROXY is "${noProxy}"`, () =>
        Effect.gen(function*() {
          const proxy = yield* makeProxy()
          const fake = yield* FakeDatadog.FakeDatadog
          const { port } = yield* FakeDatadogServer.FakeDatadogServer
          const report = yield* Effect.exit(statusOf(yield* fake.addReport())).pipe(
            Effect.provide(ofNode(`http://${host}:${port}`, { retry: RetryPolicy.none })),
            withProxies({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: noProxy })
          )
          assert.deepStrictEqual(proxy.seen, [])
          assert.strictEqual(report._tag, "Success")
        }).pipe(serving))
    }
  }

  for (const url of ["http://127.0.0.2:1", "http://[::1]:1", "https://127.0.0.1:1", "https://localhost:1"]) {
    it.live(`doesn't ask the proxy for ${url}`, () =>
      Effect.gen(function*() {
        const proxy = yield* makeProxy()
        yield* Effect.flip(statusOf("x")).pipe(
          Effect.provide(ofNode(url, { attemptTimeout: "1 second", retry: RetryPolicy.none })),
          withProxies({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url })
        )
        assert.deepStrictEqual(proxy.seen, [])
      }))
  }

  it.live("fails with a typed error, which hides the proxy's password, where the proxy refuses", () =>
    Effect.gen(function*() {
      const proxy = yield* makeProxy()
      const error = yield* Effect.flip(statusOf("x")).pipe(
        toDatadog,
        withProxies({ HTTPS_PROXY: proxy.url.replace("//", "//user:secret-of-the-proxy@") })
      )
      assert.strictEqual(error._tag, "DatadogTransportError")
      assert.notInclude(`${error.message} ${String(error.cause)} ${JSON.stringify(error)}`, "secret-of-the-proxy")
    }))
})

const ask = `
import { NodeSloReportClient, SloReportClient } from "@effect-datadog/slo-report-node"
import { Effect } from "effect"
const status = Effect.flatMap(SloReportClient.SloReportClient, (client) => client.getReportStatus(process.argv[1]))
const report = await Effect.runPromise(Effect.provide(status, NodeSloReportClient.layerNode()))
console.log(report.status)
`

// The API under its real name, behind a tunnel: https with a certificate that the program is told to trust.
const tls: Effect.Effect<
  { readonly port: number; readonly trust: string; readonly requests: ReadonlyArray<Http.IncomingHttpHeaders> },
  never,
  Scope.Scope
> = Effect.gen(function*() {
  const certificate = selfSigned(["api.datadoghq.com"])
  const requests: Array<Http.IncomingHttpHeaders> = []
  const port = yield* listen(Https.createServer(certificate, (request, response) => {
    requests.push(request.headers)
    response.end("{\"data\":{\"id\":\"x\",\"type\":\"report_id\",\"attributes\":{\"status\":\"completed\"}}}")
  }))
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "slo-report-"))),
    (folder) => Effect.promise(() => rm(folder, { recursive: true }))
  )
  const trust = join(folder, "certificate.pem")
  yield* Effect.promise(() => writeFile(trust, certificate.cert))
  return { port, trust, requests }
})

describe("a program with layerNode", () => {
  it.live(
    "reaches Datadog through a proxy's tunnel, in which alone the keys are, and ends by itself",
    () =>
      Effect.gen(function*() {
        const { port, requests, trust } = yield* tls
        const proxy = yield* makeProxy(port)
        const variables = { ...keys, HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: trust }
        const { code, lingered, stderr, stdout } = yield* runProgram(ask, variables, "x")
        assert.deepStrictEqual([stdout, code], ["completed\n", 0], stderr)
        assert.isBelow(lingered, 2000)
        assert.strictEqual(proxy.seen.length, 1)
        assert.match(proxy.seen[0]!, /^CONNECT api\.datadoghq\.com:443 /)
        assertNoKeys(proxy.seen.join())
        assert.strictEqual(requests.length, 1)
        assert.deepInclude(requests[0], {
          host: "api.datadoghq.com",
          "dd-api-key": keys["DD_API_KEY"],
          "dd-application-key": keys["DD_APP_KEY"]
        })
      }),
    15_000
  )

  const run = (source: string, ...args: ReadonlyArray<string>) =>
    Effect.gen(function*() {
      const { url } = yield* FakeDatadogServer.FakeDatadogServer
      return yield* runProgram(source, environment(url), ...args)
    })

  it.live(
    "ends by itself as soon as it is done, and says nothing that it was not told to",
    () =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        const { code, lingered, stderr, stdout } = yield* run(ask, yield* fake.addReport())
        assert.deepStrictEqual({ stdout, stderr, code }, { stdout: "completed\n", stderr: "", code: 0 })
        assert.isBelow(lingered, 2000)
      }).pipe(serving),
    15_000
  )

  it.live("ends by itself where it leaves a wait early", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const id = yield* fake.addReport({ timeline: Timeline.always("in_progress") })
      const { code, lingered, stdout } = yield* run(
        `
import { NodeSloReportClient, SloReportClient } from "@effect-datadog/slo-report-node"
import { Effect, Option, Stream } from "effect"
const wait = Stream.unwrap(SloReportClient.SloReportClient.useSync((client) => client.waitForReport(process.argv[1])))
const first = await Effect.runPromise(Effect.provide(Stream.runHead(wait), NodeSloReportClient.layerNode()))
console.log(Option.getOrThrow(first).status)
`,
        id
      )
      assert.deepStrictEqual([stdout, code], ["in_progress\n", 0])
      assert.isBelow(lingered, 2000)
      assert.strictEqual((yield* fake.requests).length, 1)
    }).pipe(serving), 15_000)

  it.live("ends by itself where it gives up a call without an answer", () =>
    Effect.gen(function*() {
      const { code, lingered, stdout } = yield* Effect.scoped(Effect.gen(function*() {
        const port = yield* listen(Https.createServer())
        return yield* runProgram(
          `
import { NodeSloReportClient, SloReportClient } from "@effect-datadog/slo-report-node"
import { Effect } from "effect"
const status = Effect.flatMap(SloReportClient.SloReportClient, (client) => client.getReportStatus("x"))
await Effect.runPromise(status.pipe(
  Effect.timeoutOption("300 millis"),
  Effect.provide(NodeSloReportClient.layerNode()),
  Effect.tap(() => Effect.sync(() => console.log("given up")))
))
`,
          { ...environment(`http://127.0.0.1:${port}`) }
        )
      }))
      assert.deepStrictEqual([stdout, code], ["given up\n", 0])
      assert.isBelow(lingered, 2000)
    }), 15_000)
})
