import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import * as Period from "../src/Period.ts"
import * as Span from "../src/Span.ts"

const last = (text: string, now: string, timezone = "UTC") => {
  const reading = Span.readLast(text)
  if (!("value" in reading)) return reading.expected
  const zoned = DateTime.setZone(DateTime.makeUnsafe(now), DateTime.zoneMakeNamedUnsafe(timezone))
  const { from, to } = Period.last(reading.value, zoned)
  return [DateTime.formatIso(from), DateTime.formatIso(to)]
}

describe("--last", () => {
  it("is of whole months, days, weeks and years that are over", () => {
    const now = "2026-11-15T12:00:00Z" // a Sunday
    assert.deepStrictEqual(last("1mo", now), ["2026-10-01T00:00:00.000Z", "2026-11-01T00:00:00.000Z"])
    assert.deepStrictEqual(last("12mo", now), ["2025-11-01T00:00:00.000Z", "2026-11-01T00:00:00.000Z"])
    assert.deepStrictEqual(last("1y", now), last("12mo", now))
    assert.deepStrictEqual(last("30d", now), ["2026-10-16T00:00:00.000Z", "2026-11-15T00:00:00.000Z"])
    assert.deepStrictEqual(last("1w", now), ["2026-11-08T00:00:00.000Z", "2026-11-15T00:00:00.000Z"])
    assert.deepStrictEqual(last("1w", "2026-11-14T23:59:59Z"), ["2026-11-01T00:00:00.000Z", "2026-11-08T00:00:00.000Z"])
  })

  it("goes by the zone's calendar: on the 1st in UTC it may still be the month before", () => {
    const now = "2026-11-01T02:00:00Z"
    assert.deepStrictEqual(last("1mo", now), ["2026-10-01T00:00:00.000Z", "2026-11-01T00:00:00.000Z"])
    assert.deepStrictEqual(last("1mo", now, "America/New_York"), [
      "2026-09-01T04:00:00.000Z",
      "2026-10-01T04:00:00.000Z"
    ])
  })

  it("has days of 23 and 25 hours in its weeks", () => {
    assert.deepStrictEqual(last("1w", "2026-11-03T12:00:00Z", "America/New_York"), [
      "2026-10-25T04:00:00.000Z",
      "2026-11-01T04:00:00.000Z"
    ])
    assert.deepStrictEqual(last("1w", "2026-11-10T12:00:00Z", "America/New_York"), [
      "2026-11-01T04:00:00.000Z",
      "2026-11-08T05:00:00.000Z"
    ])
  })

  it("begins with what comes first where a zone skips midnight", () => {
    assert.deepStrictEqual(last("1d", "2018-11-05T12:00:00Z", "America/Sao_Paulo"), [
      "2018-11-04T03:00:00.000Z",
      "2018-11-05T02:00:00.000Z"
    ])
  })

  it("is refused where it is no length", () => {
    for (const text of ["", "0mo", "mo", "-1d", "1.5w", "1h", "12 months", "1e3d", "999999d", "1m"]) {
      assert.strictEqual(
        last(text, "2026-11-15T12:00:00Z"),
        "expected a number of days, weeks, months or years, such as 30d, 8w, 12mo or 1y",
        text
      )
    }
  })
})

describe("a duration", () => {
  it("is of seconds, minutes or hours, one second at least", () => {
    assert.deepStrictEqual(Span.readMillis("90s"), { value: 90_000 })
    assert.deepStrictEqual(Span.readMillis("1.5m"), { value: 90_000 })
    assert.deepStrictEqual(Span.readMillis(" 2h "), { value: 7_200_000 })
    for (const text of ["", "5", "0s", "0.5s", "1ms", "-1s", "1d", "Infinitys"]) {
      assert.property(Span.readMillis(text), "expected", text)
    }
  })
})
