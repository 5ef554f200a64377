import { Fault } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema, Stream } from "effect"
import { RetryPolicy, SloReportClient, SloReportError } from "../src/index.ts"
import { inject, reportId } from "./utils/client.ts"
import { assertClean, echoesOf, keyPair, leaksOf, token, watched, withCanaries } from "./utils/echoes.ts"
import { add, create, download, exporting, injectInto, rows, run, sent } from "./utils/flow.ts"
import { accessToken, apiKey, applicationKey, print, printWatch } from "./utils/secrets.ts"

const operations: Readonly<Record<string, Effect.Effect<void, unknown, SloReportClient.SloReportClient>>> = {
  create: create(),
  download: Stream.runDrain(download(reportId)),
  rows: Stream.runDrain(rows(reportId)),
  export: Stream.runDrain(exporting()),
  search: SloReportClient.SloReportClient.use((client) => Stream.runDrain(client.searchSlos("a"))),
  history: SloReportClient.SloReportClient.use((client) => client.getSloHistory("a", { from: 0, to: 1 }))
}

// All ways to print an exit's error, as it is and as it is written.
const printed = (exit: Exit.Exit<{ readonly exit: Exit.Exit<unknown, unknown> }, unknown>): string => {
  assert.isTrue(Exit.isSuccess(exit) && Exit.isFailure(exit.value.exit), "the operation has failed")
  const error = Exit.isSuccess(exit) && Exit.isFailure(exit.value.exit) ? exit.value.exit.cause.reasons : []
  const encoded = error.map((reason) =>
    reason._tag === "Fail" && Schema.is(SloReportError.CreateOutcomeUnknown)(reason.error)
      ? JSON.stringify(Schema.encodeSync(Schema.toCodecJson(SloReportError.CreateOutcomeUnknown))(reason.error))
      : ""
  )
  return [print(exit), ...error.map(print), ...encoded].join("\n")
}

for (const [kind, credentials] of Object.entries({ "a key pair": keyPair, "a token": token })) {
  const own = kind === "a token" ? [accessToken] : [apiKey, applicationKey]

  describe(`creating and downloading with ${kind}`, () => {
    const layer = (options?: SloReportClient.ClientOptions) =>
      withCanaries(credentials, { retry: RetryPolicy.make({ times: 1 }), ...options })

    for (const [name, fault] of Object.entries(echoesOf(own))) {
      it.effect(`shows no secret where an answer echoes it: ${name}`, () =>
        Effect.gen(function*() {
          for (const [operation, effect] of Object.entries(operations)) {
            // A text without markup is a file to a download, and none of its words are in an error.
            if (name === "200 as text" && operation === "download") continue
            if (name === "a secret where an excerpt is cut" && operation === "download") continue
            yield* inject(fault, Infinity)
            const { exit, watch } = yield* watched(run(effect))
            assertClean(printed(exit), `the error of ${operation}`)
            assertClean(printWatch(watch), `the logs and spans of ${operation}`)
          }
        }).pipe(Effect.provide(layer())))
    }

    for (const [name, transformClient] of Object.entries(leaksOf(own))) {
      it.effect(`shows no secret where a transport's error holds it: ${name}`, () =>
        Effect.gen(function*() {
          for (const effect of Object.values(operations)) {
            const { exit, watch } = yield* watched(run(effect))
            assertClean(printed(exit), "the error")
            assertClean(printWatch(watch), "the logs and spans")
          }
        }).pipe(Effect.provide(layer({ transformClient }))))
    }

    for (const names of [own, [own.join(" ")], [`${"x".repeat(45)}${own[0]}`]]) {
      it.effect(`shows no secret where a file's header holds it: ${names.join(",").length} characters`, () =>
        Effect.gen(function*() {
          const known = "id,slo_type,name,target,export_error"
          const headers = {
            DatadogProtocolError: [...names, ...names].join(","),
            InvalidReportTable: `${known},${[...names, ...names].join(",")}`
          }
          for (const [tag, header] of Object.entries(headers)) {
            const id = yield* add({ csv: `${header}\n` })
            const { exit, watch } = yield* watched(run(Stream.runDrain(rows(id))))
            assert.include(print(exit), tag)
            assertClean(printed(exit) + printWatch(watch))
          }
        }).pipe(Effect.provide(layer())))
    }

    it.effect("shows no secret where the encoding of a body that can't be read is one", () =>
      Effect.gen(function*() {
        const headers = { "Content-Encoding": own.join(" ") }
        yield* injectInto("download", Fault.body(Uint8Array.of(0xc3, 0x28, 0xff), { headers }))
        const { exit, watch } = yield* watched(run(Stream.runDrain(download(reportId))))
        assert.include(print(exit), "encoded as <redacted>")
        assertClean(printed(exit) + printWatch(watch))
      }).pipe(Effect.provide(layer())))

    it.effect("shows no secret in a success, and really sends it", () =>
      Effect.gen(function*() {
        yield* injectInto("create", Fault.status(429))
        const { exit, watch } = yield* watched(run(Stream.runCollect(exporting())))
        assert.isTrue(Exit.isSuccess(exit) && Exit.isSuccess(exit.value.exit))
        for (const { headers } of yield* sent) {
          for (const secret of own) assert.include(JSON.stringify(headers), secret)
        }
        assert.isAtLeast(watch.spans.length, 5)
        assertClean(print(exit) + printWatch(watch))
      }).pipe(Effect.provide(layer())))
  })
}
