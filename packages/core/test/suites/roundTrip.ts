import { assert, describe, it } from "@effect/vitest"
import { Effect, Equal, Schema } from "effect"
import {
  ApiErrorBody,
  DatadogError,
  DatadogSite,
  RateLimit,
  ReportIntervals,
  Slo,
  SloHistory,
  SloReport,
  SloSearch
} from "../../src/index.ts"

// V8 13.6 (Node 24): after `JSON.parse('{"😀":1,"\\\\":2}')`, `JSON.parse('{"😀":1,"\\n":2}')` has the key "\\" too.
const misreadByV8 = /"\\(?:u[0-9a-f]{4}|.)":/

/** So many runs of each schema's property. */
export function describeRoundTrips(runs: number): void {
  const roundTrips = <S extends Schema.Codec<any, any>>(name: string, schema: S): void => {
    const json = Schema.toCodecJson(schema)

    it.effect.prop(`for ${name}`, { value: schema }, ({ value }) =>
      Effect.gen(function*() {
        const encoded = yield* Schema.encodeEffect(schema)(value)
        assertSame(yield* Schema.decodeUnknownEffect(schema)(encoded), value)
      }), { arbitrary: { runs } })

    it.effect.prop(`for ${name}, as JSON text`, { value: schema }, ({ value }) =>
      Effect.gen(function*() {
        const text = JSON.stringify(yield* Schema.encodeEffect(json)(value))
        if (misreadByV8.test(text)) return
        assertSame(yield* Schema.decodeUnknownEffect(json)(JSON.parse(text)), value)
      }), { arbitrary: { runs } })
  }

  describe("decode after encode is the identity", () => {
    roundTrips("DatadogSite", DatadogSite.DatadogSite)
    roundTrips("ReportId", SloReport.ReportId)
    roundTrips("ReportStatus", SloReport.ReportStatus)
    roundTrips("SloReport", SloReport.SloReport)
    roundTrips("SloReportStatusResponse", SloReport.SloReportStatusResponse)
    roundTrips("SloId", Slo.SloId)
    roundTrips("SloType", Slo.SloType)
    roundTrips("Slo", Slo.Slo)
    roundTrips("SloSearchPage", SloSearch.SloSearchPage)
    roundTrips("SloHistory", SloHistory.SloHistory)
    roundTrips("InvalidReportPeriod", ReportIntervals.InvalidReportPeriod)
    roundTrips("ApiErrorDetail", ApiErrorBody.ApiErrorDetail)
    roundTrips("ApiErrorBody", ApiErrorBody.ApiErrorBody)
    roundTrips("RateLimit", RateLimit.RateLimit)
    roundTrips("DatadogBadRequest", DatadogError.DatadogBadRequest)
    roundTrips("DatadogUnauthorized", DatadogError.DatadogUnauthorized)
    roundTrips("DatadogForbidden", DatadogError.DatadogForbidden)
    roundTrips("DatadogNotFound", DatadogError.DatadogNotFound)
    roundTrips("DatadogTooManyRequests", DatadogError.DatadogTooManyRequests)
    roundTrips("DatadogServerError", DatadogError.DatadogServerError)
    roundTrips("DatadogUnexpectedStatus", DatadogError.DatadogUnexpectedStatus)
    roundTrips("DatadogProtocolError", DatadogError.DatadogProtocolError)
    roundTrips("DatadogTransportError", DatadogError.DatadogTransportError)
    roundTrips("SloReportApiError", DatadogError.SloReportApiError)
    roundTrips("DatadogError", DatadogError.DatadogError)
  })
}

/** Equal in class and in every field, of errors too. */
export function assertSame(actual: unknown, expected: unknown): void {
  if (expected instanceof Error) {
    assert.instanceOf(actual, expected.constructor as new(...args: ReadonlyArray<never>) => unknown)
    assert.strictEqual((actual as Error).message, expected.message)
    assert.isTrue(Equal.equals({ ...(actual as Error) }, { ...expected }))
  } else {
    assert.isTrue(Equal.equals(actual, expected))
  }
}
