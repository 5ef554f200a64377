import { Fault } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Cause, ConfigProvider, Context, Data, Effect, Exit, Fiber, Layer, Redacted, Stream } from "effect"
import { FetchHttpClient, Headers, HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { DatadogConfig, DatadogHttpClient, RetryPolicy, SloReportClient } from "../src/index.ts"
import { assertClean, echoesOf, keyPair, leaksOf, token, watched, withCanaries } from "./utils/echoes.ts"
import { addReport, call, callError, getStatus, inject, reportId, requests } from "./utils/client.ts"
import {
  accessToken,
  apiKey,
  applicationKey,
  findCanary,
  makeWatch,
  print,
  printWatch,
  watching
} from "./utils/secrets.ts"
import { inMemory, site } from "./utils/wait.ts"

class Careless extends Data.TaggedError("Careless")<{ readonly message: string }> {}

describe("the search", () => {
  const hidden = Object.defineProperty({}, "secret", { value: apiKey, enumerable: false })
  const cyclic: { self?: unknown; key: string } = { key: apiKey }
  cyclic.self = cyclic

  const planted: Readonly<Record<string, unknown>> = {
    "a text": `x${applicationKey}y`,
    "an error's message": new Error(accessToken),
    "an error's cause": new Error("x", { cause: new Error("y", { cause: { key: apiKey } }) }),
    "a hidden property": hidden,
    "a deep property": { a: [{ b: new Map([["c", { d: new Set([applicationKey]) }]]) }] },
    "a property of a cycle": cyclic,
    "a failed exit": Exit.fail(new Careless({ message: apiKey })),
    "a defect": Exit.die(new Error(apiKey)),
    "a long text": "x".repeat(20_000) + apiKey,
    "a part of a secret": apiKey.slice(3, 20)
  }

  for (const [name, value] of Object.entries(planted)) {
    it(`finds what is planted in ${name}`, () => assert.isDefined(findCanary(print(value))))
  }

  it("doesn't find what is redacted", () => assertClean(print({ keyPair, token })))

  for (const credentials of [keyPair, token]) {
    it.effect(`finds what a careless client logs, traces or throws: ${Object.keys(credentials)[0]}`, () =>
      Effect.gen(function*() {
        yield* addReport
        const logged = makeWatch()
        yield* Effect.logTrace("asked", { key: apiKey }).pipe(watching(logged))
        assert.isDefined(findCanary(printWatch(logged)))
        const annotated = makeWatch()
        yield* Effect.logTrace("x").pipe(Effect.annotateLogs("key", apiKey), watching(annotated))
        assert.isDefined(findCanary(printWatch(annotated)))
        const traced = makeWatch()
        yield* Effect.void.pipe(Effect.withSpan("x", { attributes: { key: [apiKey] } }), watching(traced))
        assert.isDefined(findCanary(printWatch(traced)))
        const failed = makeWatch()
        yield* Effect.fail(new Careless({ message: apiKey })).pipe(
          Effect.withSpan("x"),
          Effect.ignore,
          watching(failed)
        )
        assert.isDefined(findCanary(printWatch(failed)))
        // Effect's own client, without what this one adds.
        const careless = makeWatch()
        const client = yield* HttpClient.HttpClient
        const headers = { "dd-api-key": apiKey, "x-token": accessToken }
        yield* client.get("https://api.datadoghq.com/x", { headers }).pipe(watching(careless))
        assert.isDefined(findCanary(printWatch(careless)))
      }).pipe(Effect.provide(withCanaries(credentials))))
  }
})

// Unlike a fake it holds no keys of its own.
const silent = HttpClient.make(() => Effect.never)

for (const [kind, credentials] of Object.entries({ "a key pair": keyPair, "a token": token })) {
  const own = kind === "a token" ? [accessToken] : [apiKey, applicationKey]
  const echoes = echoesOf(own)

  for (const tracePropagation of [false, true]) {
    describe(`with ${kind}, ${tracePropagation ? "traced" : "not traced"}`, () => {
      const layer = (options?: SloReportClient.ClientOptions) =>
        withCanaries(credentials, { tracePropagation, retry: RetryPolicy.make({ times: 1 }), ...options })

      it.effect("a success shows no secret, and the keys were really sent", () =>
        Effect.gen(function*() {
          yield* addReport
          yield* inject(Fault.status(503))
          const { exit, watch } = yield* watched(call())
          assert.isTrue(Exit.isSuccess(exit) && Exit.isSuccess(exit.value.exit))
          const sent = (yield* requests).at(-1)!.headers
          for (const secret of own) assert.include(JSON.stringify(sent), secret)
          assert.isAtLeast(watch.logs.length, 1)
          assert.isAtLeast(watch.spans.length, tracePropagation ? 4 : 2)
          assertClean(print(exit) + printWatch(watch))
        }).pipe(Effect.provide(layer())))

      if (tracePropagation) {
        it.effect("the headers are captured, so that there is something to redact", () =>
          Effect.gen(function*() {
            yield* addReport
            const { watch } = yield* watched(call())
            const attributes = Object.fromEntries(watch.spans.flatMap((span) => [...span.attributes]))
            const names = kind === "a token" ? ["authorization"] : ["dd-api-key", "dd-application-key"]
            for (const name of names) assert.strictEqual(attributes[`http.request.header.${name}`], "<redacted>")
            assert.strictEqual(attributes["http.request.header.accept"], "application/json")
          }).pipe(Effect.provide(layer())))
      }

      for (const [name, fault] of Object.entries(echoes)) {
        it.effect(`an answer that echoes the secrets shows none: ${name}`, () =>
          Effect.gen(function*() {
            yield* inject(fault, Infinity)
            const { exit, watch } = yield* watched(call())
            assert.isTrue(Exit.isSuccess(exit) && Exit.isFailure(exit.value.exit))
            assertClean(print(exit), "the error")
            // Of the answer's headers, as a client span has them, another test tells.
            const spans = watch.spans.filter(({ name }) => !name.includes("GET"))
            assert.isNotEmpty(spans)
            assertClean(printWatch({ ...watch, spans }), "the logs and spans")
          }).pipe(Effect.provide(layer())))
      }

      for (const [name, transformClient] of Object.entries(leaksOf(own))) {
        it.effect(`a transport error that holds the secrets shows none: ${name}`, () =>
          Effect.gen(function*() {
            const { exit, watch } = yield* watched(callError())
            assert.isTrue(Exit.isSuccess(exit) && exit.value._tag === "DatadogTransportError")
            assertClean(print(exit), "the error")
            assertClean(printWatch(watch), "the logs and spans")
          }).pipe(Effect.provide(layer({ transformClient }))))
      }

      for (
        const [name, fault] of Object.entries({
          "no answer": Fault.refused,
          "a reset": Fault.reset,
          "a hang": Fault.hang,
          "a body that breaks off": Fault.resetBody(10)
        })
      ) {
        it.effect(`a transport error shows no secret: ${name}`, () =>
          Effect.gen(function*() {
            yield* addReport
            yield* inject(fault, Infinity)
            const { exit, watch } = yield* watched(callError())
            assert.isTrue(Exit.isSuccess(exit) && exit.value._tag === "DatadogTransportError")
            assertClean(print(exit) + printWatch(watch))
          }).pipe(Effect.provide(layer())))
      }

      it.effect("an answer that echoes the secrets in its headers shows none in the captured headers", () =>
        Effect.gen(function*() {
          yield* addReport
          yield* inject(Fault.headers({ "X-Echo": own.join(" "), "Set-Cookie": own, "X-Request": own }))
          const { exit, watch } = yield* watched(call())
          assertClean(print(exit) + printWatch(watch))
        }).pipe(Effect.provide(layer())))

      it.effect("a wait shows no secret, in the middle of trouble and at its end", () =>
        Effect.gen(function*() {
          yield* addReport
          yield* inject(echoes["503 with texts"]!, 3)
          yield* inject(echoes["429 with objects"]!, 2)
          yield* inject(echoes["403 as HTML"]!)
          const client = yield* SloReportClient.SloReportClient
          const { exit, watch } = yield* watched(Effect.gen(function*() {
            const fiber = yield* Effect.forkChild(
              Effect.exit(
                Effect.zip(
                  Effect.exit(Stream.runDrain(client.waitForReport(reportId))),
                  Effect.exit(client.awaitReport(reportId))
                )
              )
            )
            yield* TestClock.adjust("1 day")
            return yield* Fiber.join(fiber)
          }))
          assertClean(print(exit) + printWatch(watch))
        }).pipe(Effect.provide(layer())))
    })
  }

  describe(`the values that hold ${kind}`, () => {
    const options = { site, credentials }

    it.effect("show no secret: config, options, layer, service, client, context", () =>
      Effect.gen(function*() {
        const environment = kind === "a token"
          ? { DD_ACCESS_TOKEN: accessToken }
          : { DD_API_KEY: apiKey, DD_APP_KEY: applicationKey }
        const provider = ConfigProvider.fromEnvRecord(environment)
        const config = yield* Effect.provide(
          Effect.gen(function*() {
            return yield* DatadogConfig.config
          }),
          ConfigProvider.layer(provider)
        )
        const service = yield* SloReportClient.make(options)
        const context = yield* Layer.build(SloReportClient.layer(options))
        const client = yield* DatadogHttpClient.make(options)
        const values = {
          config,
          options,
          recipe: DatadogConfig.config,
          layer: SloReportClient.layer(options),
          layerConfig: SloReportClient.layerConfig(),
          make: SloReportClient.make(options),
          service,
          context,
          inContext: Context.get(context, SloReportClient.SloReportClient),
          client,
          call: service.getReportStatus(reportId),
          wait: service.waitForReport(reportId),
          awaiting: service.awaitReport(reportId)
        }
        for (const [name, value] of Object.entries(values)) assertClean(print(value), name)
      }).pipe(Effect.provide(Layer.succeed(HttpClient.HttpClient, silent))))
  })
}

describe("a secret that an answer spells in its own way", () => {
  const odd = "canary/0123456789+abcdef=="

  const spellings: Readonly<Record<string, Fault.Fault>> = {
    "JSON with escaped slashes": Fault.body(`{"errors":["bad token ${odd.replaceAll("/", "\\/")}"]}`, { status: 403 }),
    "JSON with escaped plus signs": Fault.body(`{"errors":["bad token ${odd.replaceAll("+", "\\u002b")}"]}`, {
      status: 403
    })
  }

  for (const [name, fault] of Object.entries(spellings)) {
    it.effect(`shows none: ${name}`, () =>
      Effect.gen(function*() {
        yield* inject(fault)
        const error = yield* callError()
        assert.notInclude(print(error), odd)
      }).pipe(
        Effect.provide(inMemory({ credentials: { accessToken: Redacted.make(odd) } } as SloReportClient.ClientOptions))
      ))
  }

  it.effect("shows none: a key that begins with the other", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(403, { messages: ["bad key canary-0-and-its-rest"] }))
      assert.notInclude(print(yield* callError()), "and-its-rest")
    }).pipe(Effect.provide(inMemory({
      credentials: { apiKey: Redacted.make("canary-0"), appKey: Redacted.make("canary-0-and-its-rest") }
    } as SloReportClient.ClientOptions))))
})

describe("credentials that can't be Datadog's", () => {
  const slips: Record<string, string> = {
    "a line break": `${apiKey}\n${apiKey}`,
    "spaces around": ` ${apiKey} `,
    "a letter that no header has": `${apiKey}ü`,
    "a character that ends a header": `${apiKey}\0`,
    "quotes": `"${apiKey}"`,
    "a placeholder": "${DD_API_KEY}",
    "nothing": ""
  }
  for (const [name, slip] of Object.entries(slips)) {
    it.effect(`are refused when the client is made, by name, and not shown: ${name}`, () =>
      Effect.gen(function*() {
        for (
          const [credentials, key] of [
            [{ apiKey: Redacted.make(slip), appKey: Redacted.make(applicationKey) }, "credentials.apiKey"],
            [{ apiKey: Redacted.make(apiKey), appKey: Redacted.make(slip) }, "credentials.appKey"],
            [{ accessToken: Redacted.make(slip) }, "credentials.accessToken"]
          ] as const
        ) {
          const exit = yield* Effect.exit(Effect.provide(
            Effect.void,
            Layer.provide(
              SloReportClient.layer({ site, credentials }),
              FetchHttpClient.layer
            )
          ))
          assert.isTrue(Exit.isFailure(exit))
          const defect = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
          assert.instanceOf(defect, RangeError)
          assert.include(String(defect), key)
          assertClean(print(defect))
        }
      }))
  }
})

describe("DatadogHttpClient.withPrivacy", () => {
  it.effect("adds the secret headers to those that are redacted already", () =>
    Effect.gen(function*() {
      const names = yield* Headers.CurrentRedactedNames.pipe(
        DatadogHttpClient.withPrivacy(),
        Effect.provideService(Headers.CurrentRedactedNames, ["x-mine", /^x-secret-/])
      )
      assert.deepStrictEqual(names, ["x-mine", /^x-secret-/, ...DatadogHttpClient.secretHeaders])
      assert.deepStrictEqual([...DatadogHttpClient.secretHeaders].sort(), [
        "authorization",
        "dd-api-key",
        "dd-application-key"
      ])
    }))

  it.effect("keeps the requests of others as they are", () =>
    Effect.gen(function*() {
      yield* addReport
      yield* getStatus()
      const client = yield* HttpClient.HttpClient
      yield* client.get("https://api.datadoghq.com/other").pipe(Effect.withSpan("mine"))
      const [own, other] = (yield* requests).map(({ headers }) => headers)
      assert.notProperty(own, "traceparent")
      assert.property(other, "traceparent")
      assert.notProperty(other, "dd-api-key")
    }).pipe(Effect.provide(inMemory())))
})
