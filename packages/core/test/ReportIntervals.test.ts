import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Result, Schema } from "effect"
import * as ReportIntervals from "../src/ReportIntervals.ts"
import * as SloReportRequest from "../src/SloReportRequest.ts"
import { assertIntervals } from "./suites/intervals.ts"
import { isoDate, transitions, zones } from "./utils/zones.ts"

describe("the intervals of a period", () => {
  it.effect("of a request are the columns of the recorded report", () =>
    Effect.gen(function*() {
      const request = yield* SloReportRequest.make({
        query: "service:checkout",
        from: "2023-08-01T14:57:50Z",
        to: "2024-02-01T15:57:50Z",
        interval: "monthly",
        timezone: "America/New_York"
      })
      const intervals = yield* Effect.fromResult(ReportIntervals.make(request, far))
      const recorded = "2023-08-01,2023-09-01,2023-10-01,2023-11-01,2023-12-01,2024-01-01"
      assert.strictEqual(intervals.map(({ start }) => start).join(), recorded)
      assert.deepStrictEqual(intervals[0], { start: "2023-08-01", from: 1_690_862_400, to: 1_693_540_800 })
      assert.deepStrictEqual(intervals[5], { start: "2024-01-01", from: 1_704_085_200, to: 1_706_763_600 })
    }))

  it("are in UTC where no zone is named", () => {
    const [first] = intervalsOf({ from: "2024-01-01T12:00:00Z", to: "2024-01-03", interval: "daily" })
    assert.deepStrictEqual(first, { start: "2024-01-01", from: 1_704_067_200, to: 1_704_153_600 })
  })

  it("begin with the whole interval that `from` lies in, also where it is the beginning itself", () => {
    assert.deepStrictEqual(startsOf({ from: "2024-01-31T23:59:59Z", to: "2024-03-01" }), ["2024-01-01", "2024-02-01"])
    assert.deepStrictEqual(startsOf({ from: "2024-02-01", to: "2024-03-01" }), ["2024-02-01"])
  })

  it("end with the last that ends at `to` or before it", () => {
    assert.deepStrictEqual(startsOf({ from: "2024-01-01", to: "2024-03-01" }), ["2024-01-01", "2024-02-01"])
    assert.deepStrictEqual(startsOf({ from: "2024-01-01", to: "2024-02-29T23:59:59Z" }), ["2024-01-01"])
  })

  it("leave out what ends in the future", () => {
    const period = { from: "2024-01-01", to: "2024-06-01" }
    assert.deepStrictEqual(startsOf(period, "2024-03-01"), ["2024-01-01", "2024-02-01"])
    assert.deepStrictEqual(startsOf(period, "2024-02-29T23:59:59.999Z"), ["2024-01-01"])
  })

  it("of weeks begin on Sunday", () => {
    const days = ["2023-12-31", "2024-01-01", "2024-01-06"]
    for (const from of days) {
      assert.deepStrictEqual(startsOf({ from, to: "2024-01-14", interval: "weekly" }), ["2023-12-31", "2024-01-07"])
    }
    assert.deepStrictEqual(startsOf({ from: "2024-01-07", to: "2024-01-14", interval: "weekly" }), ["2024-01-07"])
  })

  it("of months have the days of their month, the 29th of February too", () => {
    const intervals = intervalsOf({ from: "2024-01-15", to: "2025-01-01" })
    assert.deepStrictEqual(
      intervals.map(({ from, to }) => (to - from) / 86_400),
      [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    )
  })

  it("may begin before 1970, where `from` doesn't", () => {
    const timezone = "Africa/Monrovia"
    const [month] = intervalsOf({ from: "1970-01-01T00:00:00Z", to: "1970-02-01", timezone })
    assert.deepStrictEqual(month, { start: "1969-12-01", from: -2_678_400 + 2670, to: 2670 })
  })

  const hours: ReadonlyArray<readonly [zone: string, date: string, begins: string, hours: number]> = [
    ["America/New_York", "2024-03-10", "2024-03-10T05:00:00.000Z", 23],
    ["America/New_York", "2024-11-03", "2024-11-03T04:00:00.000Z", 25],
    ["Australia/Lord_Howe", "2024-04-07", "2024-04-06T13:00:00.000Z", 24.5],
    ["Australia/Lord_Howe", "2024-10-06", "2024-10-05T13:30:00.000Z", 23.5],
    ["Asia/Kathmandu", "2024-01-01", "2023-12-31T18:15:00.000Z", 24],
    ["Pacific/Chatham", "2024-04-07", "2024-04-06T10:15:00.000Z", 25],
    ["Pacific/Chatham", "2024-09-29", "2024-09-28T11:15:00.000Z", 23],
    // The hour after midnight is skipped: the day begins at 1:00.
    ["Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00.000Z", 23],
    ["Asia/Beirut", "2024-03-31", "2024-03-30T22:00:00.000Z", 23],
    ["America/Santiago", "2024-09-08", "2024-09-08T04:00:00.000Z", 23],
    ["America/Asuncion", "2023-10-01", "2023-10-01T04:00:00.000Z", 23],
    ["America/Havana", "2024-03-10", "2024-03-10T05:00:00.000Z", 23],
    // The hour before midnight is shown twice, so the day before is longer.
    ["Africa/Cairo", "2024-10-31", "2024-10-30T21:00:00.000Z", 25],
    // Midnight is shown twice: the day begins with the first.
    ["America/Havana", "2024-11-03", "2024-11-03T04:00:00.000Z", 25],
    ["Atlantic/Azores", "2024-10-27", "2024-10-27T00:00:00.000Z", 25],
    ["America/St_Johns", "2010-11-07", "2010-11-07T02:30:00.000Z", 25],
    ["America/Goose_Bay", "1988-10-30", "1988-10-30T02:00:00.000Z", 26],
    ["Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00.000Z", 24],
    ["Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00.000Z", 24]
  ]
  for (const [timezone, date, begins, length] of hours) {
    it(`of ${date} in ${timezone} has ${length} hours, from ${begins}`, () => {
      const from = Date.parse(begins) / 1000
      const intervals = intervalsOf({ from: begins, to: isoDate(from + 4 * 86_400), interval: "daily", timezone })
      assert.deepStrictEqual(intervals[0], { start: date, from, to: from + length * 3600 })
    })
  }

  it("have none of a date that a zone leaves out, and the week of it has six days", () => {
    const samoa = { from: "2011-12-28T12:00:00Z", to: "2012-01-02T12:00:00Z", timezone: "Pacific/Apia" } as const
    assert.deepStrictEqual(startsOf({ ...samoa, interval: "daily" }), [
      "2011-12-28",
      "2011-12-29",
      "2011-12-31",
      "2012-01-01",
      "2012-01-02"
    ])
    const [week] = intervalsOf({ ...samoa, interval: "weekly" })
    assert.strictEqual((week!.to - week!.from) / 86_400, 6)
  })

  it("that `from` lies in is told by the instant where clocks show a date, the one before it, and it again", () => {
    // At 0:01 of the 30th the clocks went back to 22:01 of the 29th.
    const [first] = intervalsOf({
      from: "1988-10-30T03:00:00Z",
      to: "1988-11-02",
      interval: "daily",
      timezone: "America/Goose_Bay"
    })
    assert.strictEqual(first!.start, "1988-10-30")
  })
})

describe("in every time zone, the intervals are what Intl's clocks show", () => {
  it("of every month of a year", () => {
    for (const timezone of zones) {
      assertIntervals({ from: seconds("2025-01-15"), to: seconds("2026-01-15"), interval: "monthly", timezone })
    }
  })

  it("of the days around every change of its clocks in three years", () => {
    for (const timezone of zones) {
      for (const change of transitions(timezone, seconds("2024-01-01"), seconds("2027-01-01"), 7 * 86_400)) {
        assertIntervals({ from: change - 86_400, to: change + 3 * 86_400, interval: "daily", timezone })
      }
    }
  })

  it.prop("of any period", {
    timezone: Schema.Literals(zones),
    interval: SloReportRequest.ReportInterval,
    from: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: seconds("2037-01-01") })),
    length: Schema.Int.check(Schema.isBetween({ minimum: 86_400, maximum: 70 * 86_400 })),
    past: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 80 * 86_400 }))
  }, ({ from, interval, length, past, timezone }) => {
    assertIntervals({ from, to: from + length, interval, timezone }, from + past)
  }, { arbitrary: { runs: 200 } })
})

describe("a period without intervals is refused with a message that names the member and what would be right", () => {
  const refused: ReadonlyArray<
    readonly [what: string, period: Partial<Period>, member: string, issue: RegExp]
  > = [
    ["with an unknown zone", { timezone: "Mars/Olympus" }, "timezone", /^expected an IANA time zone name/],
    ["with an empty zone", { timezone: "" }, "timezone", /^expected an IANA time zone name/],
    ["with an offset as a zone", { timezone: "+02:00" }, "timezone", /^expected an IANA time zone name/],
    ["with a path as a zone", { timezone: "../etc" }, "timezone", /^expected an IANA time zone name/],
    ["that ends before it begins", { to: "2023-01-01" }, "from", /^expected a time before "to"$/],
    ["that ends as it begins", { to: "2024-01-10" }, "from", /^expected a time before "to"$/],
    ["from before 1970", { from: "1969-12-31T23:59:59Z" }, "from", /^expected a time from 1970/],
    ["from a year of six digits", { from: "+275000-01-01", to: "+275700-01-01" }, "from", /^expected a time from 1970/],
    ["to a year of five digits", { to: "+010000-01-01" }, "to", /^expected a time from 1970/],
    ["without an interval's length", { interval: undefined }, "interval", /^expected daily, weekly or monthly$/],
    [
      "with a length that is none",
      { interval: "yearly" as "daily" },
      "interval",
      /^expected daily, weekly or monthly$/
    ],
    [
      "that ends within its first interval",
      { to: "2024-01-31T23:59:59Z" },
      "to",
      /^no monthly interval of the period has ended; the first, from 2024-01-01, ends on 2024-02-01 at 0:00/
    ]
  ]
  for (const [what, period, member, issue] of refused) {
    it(what, () => {
      const error = issueOf(period, far)
      assert.instanceOf(error, ReportIntervals.InvalidReportPeriod)
      assert.strictEqual(error.member, member)
      assert.match(error.issue, issue)
      assert.strictEqual(
        error.message,
        `The period has no intervals; nothing was sent. "${member}": ${error.issue}.`
      )
    })
  }

  it("whose first interval ends in the future", () => {
    const error = issueOf({ interval: "weekly" }, DateTime.makeUnsafe("2024-01-13T23:59:59Z"))
    assert.strictEqual(error.member, "to")
    assert.match(error.issue, /^no weekly interval of the period has ended; the first, from 2024-01-07, ends on/)
  })
})

type Period = {
  readonly from: string
  readonly to: string
  readonly interval?: "daily" | "weekly" | "monthly" | undefined
  readonly timezone?: string
}

const far = DateTime.makeUnsafe("9999-01-01")

function seconds(date: string): number {
  return Date.parse(date) / 1000
}

function inputOf(period: Partial<Period>): ReportIntervals.Input {
  const { from, to, ...rest } = { from: "2024-01-10", to: "2024-06-01", interval: "monthly" as const, ...period }
  return { ...rest, from: DateTime.makeUnsafe(from), to: DateTime.makeUnsafe(to) }
}

function intervalsOf(period: Partial<Period>, now = "9999-01-01"): ReadonlyArray<ReportIntervals.Interval> {
  return Result.getOrThrow(ReportIntervals.make(inputOf(period), DateTime.makeUnsafe(now)))
}

function startsOf(period: Partial<Period>, now?: string): ReadonlyArray<string> {
  return intervalsOf(period, now).map(({ start }) => start)
}

function issueOf(period: Partial<Period>, now: DateTime.DateTime): ReportIntervals.InvalidReportPeriod {
  return Result.getOrThrow(Result.flip(ReportIntervals.make(inputOf(period), now)))
}
