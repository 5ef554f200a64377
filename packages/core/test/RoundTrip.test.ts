import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schema } from "effect"
import { ApiErrorBody, DatadogSite, RateLimit, SloReport } from "../src/index.ts"
import { assertSame, describeRoundTrips } from "./suites/roundTrip.ts"

describeRoundTrips(50)

describe("a time that the wire cannot carry is refused or survives", () => {
  const times = {
    "of nanoseconds": Duration.nanos(1n),
    "of a millisecond and a half": Duration.nanos(1_500_000n),
    "of whole milliseconds in nanoseconds": Duration.nanos(7_000_000_000n),
    "of nanoseconds beyond a double's precision": Duration.nanos(3_734_056_630_284_433_195_562n),
    "of half a millisecond": Duration.millis(0.5),
    "of nothing": Duration.zero,
    "of eternity": Duration.infinity
  }
  for (const [name, reset] of Object.entries(times)) {
    it(name, () => {
      const made = Effect.runSyncExit(Effect.sync(() => new RateLimit.RateLimit({ reset })))
      if (made._tag === "Failure") return
      for (const schema of [RateLimit.RateLimit, Schema.toCodecJson(RateLimit.RateLimit)]) {
        assertSame(Schema.decodeUnknownSync(schema)(Schema.encodeSync(schema)(made.value)), made.value)
      }
    })
  }
})

describe("what can be decoded is decoded the same when it was encoded", () => {
  it.effect.prop("of any status of any report", {
    id: SloReport.ReportId,
    status: Schema.Union([Schema.String, SloReport.ReportStatus])
  }, ({ id, status }) =>
    Effect.gen(function*() {
      const schema = SloReport.SloReportStatusResponse
      const report = yield* Schema.decodeUnknownEffect(schema)({ data: { id, attributes: { status } } })
      assert.deepStrictEqual(report, SloReport.fromStatus(id, status))
      const encoded = yield* Schema.encodeEffect(schema)(report)
      assert.deepStrictEqual(yield* Schema.decodeUnknownEffect(schema)(encoded), report)
    }))

  it.effect.prop(
    "of any error body",
    { text: Schema.String, json: Schema.Json },
    ({ json, text }) =>
      Effect.gen(function*() {
        const schema = Schema.toCodecJson(ApiErrorBody.ApiErrorBody)
        for (const value of [json, { errors: json }, { errors: [json] }, text]) {
          const parsed = ApiErrorBody.fromText(value === text ? text : JSON.stringify(value))
          const again = JSON.parse(JSON.stringify(yield* Schema.encodeEffect(schema)(parsed)))
          assert.deepStrictEqual(yield* Schema.decodeUnknownEffect(schema)(again), parsed)
        }
      })
  )
})

describe("a site", () => {
  it.prop("is what its own text decodes to", { site: DatadogSite.DatadogSite }, ({ site }) => {
    assert.strictEqual(Schema.decodeUnknownSync(DatadogSite.DatadogSite)(site), site)
    assert.strictEqual(DatadogSite.apiUrl(site), `https://api.${site}`)
  })
})
