import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Equal, Exit, Schema } from "effect"
import { TestClock } from "effect/testing"
import * as SloReport from "../src/SloReport.ts"
import * as SloReportRequest from "../src/SloReportRequest.ts"

describe("a request that is made", () => {
  it.effect("holds what was asked for", () =>
    Effect.gen(function*() {
      const request = yield* SloReportRequest.make(input({ interval: "weekly", timezone: "America/New_York" }))
      assert.instanceOf(request, SloReportRequest.SloReportRequest)
      assert.deepStrictEqual(
        request,
        new SloReportRequest.SloReportRequest({
          query: "service:checkout",
          from: DateTime.makeUnsafe("2024-01-01T05:00:00Z"),
          to: DateTime.makeUnsafe("2024-02-01T05:00:00Z"),
          interval: "weekly",
          timezone: "America/New_York"
        })
      )
    }))

  it.effect("has no interval and no time zone where none was given, not even undefined ones", () =>
    Effect.gen(function*() {
      for (const given of [input({}), input({ interval: undefined, timezone: undefined })]) {
        assert.sameMembers(Object.keys(yield* SloReportRequest.make(given)), ["query", "from", "to"])
      }
    }))

  for (
    const query of ["slo-name", " padded ", `slo_type:metric "SLO Reporting Test"`, "Größe 🚀", "a\nb", "\u{d800}"]
  ) {
    it.effect(`keeps the query ${JSON.stringify(query)} as it is`, () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* SloReportRequest.make(input({ query }))).query, query)
      }))
  }

  const times: ReadonlyArray<readonly [from: string, timezone: string | undefined, instant: string]> = [
    ["2023-08-01", undefined, "2023-08-01T00:00:00.000Z"],
    ["2023-08-01", "UTC", "2023-08-01T00:00:00.000Z"],
    ["2023-08-01", "America/New_York", "2023-08-01T04:00:00.000Z"],
    ["2023-12-01", "America/New_York", "2023-12-01T05:00:00.000Z"],
    ["2023-08-01", "Pacific/Kiritimati", "2023-07-31T10:00:00.000Z"],
    ["2023-08-01T08:30", undefined, "2023-08-01T08:30:00.000Z"],
    ["2023-08-01T08:30", "Asia/Kolkata", "2023-08-01T03:00:00.000Z"],
    ["2023-08-01T08:30:15", "Europe/Berlin", "2023-08-01T06:30:15.000Z"],
    ["2023-08-01T08:30:15Z", "Europe/Berlin", "2023-08-01T08:30:15.000Z"],
    ["2023-08-01T08:30+05:30", "Europe/Berlin", "2023-08-01T03:00:00.000Z"],
    ["2023-08-01T08:30:15-04:00", undefined, "2023-08-01T12:30:15.000Z"],
    // The hour that the clocks skip, and the one that they show twice.
    ["2023-03-12T02:30", "America/New_York", "2023-03-12T07:30:00.000Z"],
    ["2023-11-05T01:30", "America/New_York", "2023-11-05T05:30:00.000Z"],
    ["2020-02-29", undefined, "2020-02-29T00:00:00.000Z"],
    ["1970-01-01", undefined, "1970-01-01T00:00:00.000Z"]
  ]
  for (const [from, timezone, instant] of times) {
    it.effect(`begins at ${instant} when it says ${from} in ${timezone ?? "no time zone"}`, () =>
      Effect.gen(function*() {
        const request = yield* SloReportRequest.make(input({ from, timezone }))
        assert.strictEqual(DateTime.formatIso(request.from), instant)
      }))
  }

  it.effect("takes a zoned time for the instant that it is", () =>
    Effect.gen(function*() {
      const from = DateTime.makeZonedUnsafe("2023-08-01T00:00:00-04:00", { timeZone: "America/New_York" })
      const request = yield* SloReportRequest.make(input({ from, timezone: "Europe/Berlin" }))
      assert.isTrue(DateTime.isUtc(request.from))
      assert.strictEqual(DateTime.formatIso(request.from), "2023-08-01T04:00:00.000Z")
    }))

  it.effect("drops a fraction of a second, so that the current time will do", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("3456.789 seconds")
      const request = yield* SloReportRequest.make(
        input({ from: "1970-01-01T00:00:01.999999999Z", to: yield* DateTime.now })
      )
      assert.strictEqual(DateTime.toEpochMillis(request.from), 1_000)
      assert.strictEqual(DateTime.toEpochMillis(request.to), 3_456_000)
    }))

  it.effect("may end in the last second of the year 9999, and not later", () =>
    Effect.gen(function*() {
      const to = "9999-12-31T23:59:59.999Z"
      assert.strictEqual(
        DateTime.formatIso((yield* SloReportRequest.make(input({ to }))).to),
        "9999-12-31T23:59:59.000Z"
      )
      assert.match(
        yield* refusal({ to: DateTime.makeUnsafe(253_402_300_800_000) }),
        /1970 to the end of 9999\n {2}at \["to"\]/
      )
    }))

  it.prop("is the same from times, from their texts, and with fractions of a second", {
    request: SloReportRequest.SloReportRequest
  }, ({ request }) => {
    const variants = [
      { ...request },
      { ...request, from: DateTime.formatIso(request.from), to: DateTime.formatIso(request.to) },
      { ...request, from: DateTime.add(request.from, { milliseconds: 999 }) }
    ]
    for (const variant of variants) {
      assert.isTrue(Equal.equals(Effect.runSync(SloReportRequest.make(variant)), request))
    }
  })
})

describe("a request that cannot be sent is refused with a message that names the member", () => {
  for (const query of ["", " ", "\t\n", "\u{3000}"]) {
    it.effect(`for the empty query ${JSON.stringify(query)}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* refusal({ query }), `Expected a query that is not empty\n  at ["query"]`)
      }))
  }

  const periods: ReadonlyArray<readonly [from: string, to: string]> = [
    ["2024-02-01", "2024-01-01"],
    ["2024-01-01", "2024-01-01"],
    ["2024-01-01T00:00:00.1Z", "2024-01-01T00:00:00.9Z"],
    ["2024-01-01T01:00:00+01:00", "2024-01-01"]
  ]
  for (const [from, to] of periods) {
    it.effect(`for a period from ${from} to ${to}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* refusal({ from, to }), `Expected a time before "to"\n  at ["from"]`)
      }))
  }

  const noTimes = [
    "",
    "yesterday",
    "now",
    "1",
    "2024",
    "2024-01",
    "2024-1-1",
    "24-01-01",
    "Jan 1 2024",
    "01/02/2024",
    "1704067200",
    "2024-02-30",
    "2023-02-29",
    "2024-04-31T10:00:00Z",
    "2024-13-01",
    "2024-00-10",
    "2024-01-01T25:00",
    "2024-01-01 10:00",
    "2024-01-01T10:00 ",
    "2024-01-01T10:00:00+99:99",
    "+275760-01-01",
    "275760-01-01",
    "-000001-01-01",
    "10000-01-01"
  ]
  for (const time of noTimes) {
    it.effect(`for the time ${JSON.stringify(time)}`, () =>
      Effect.gen(function*() {
        for (const timezone of [undefined, "America/New_York"]) {
          assert.match(yield* refusal({ from: time, timezone }), /ISO 8601 .* such as 2024-01-31.*\n {2}at \["from"\]$/)
          assert.match(yield* refusal({ to: time, timezone }), /ISO 8601 .* such as 2024-01-31.*\n {2}at \["to"\]$/)
        }
      }))
  }

  const outOfRange = {
    "the year 275760": DateTime.makeUnsafe(8_640_000_000_000_000),
    "the year 10000": DateTime.makeUnsafe("+010000-01-01T00:00:00Z"),
    "the second before 1970": DateTime.makeUnsafe(-1),
    "the year -271821": DateTime.makeUnsafe(-8_640_000_000_000_000)
  }
  for (const [name, time] of Object.entries(outOfRange)) {
    it.effect(`for ${name}`, () =>
      Effect.gen(function*() {
        const expected = "Expected whole seconds, from 1970 to the end of 9999"
        assert.strictEqual(yield* refusal({ from: time }), `${expected}\n  at ["from"]`)
        assert.strictEqual(yield* refusal({ to: time }), `${expected}\n  at ["to"]`)
      }))
  }

  it.effect("for an interval that is none, which the types forbid", () =>
    Effect.gen(function*() {
      for (const interval of ["bad-interval", "Monthly", "hourly", "", "constructor"]) {
        assert.strictEqual(
          yield* refusal({ interval: interval as "daily" }),
          `Expected "daily" | "weekly" | "monthly"\n  at ["interval"]`
        )
      }
    }))

  for (
    const timezone of ["Mars/Phobos", "", " UTC", "+05:30", "-04:00", "GMT+5", "New York", "America/New_York\n", "Z"]
  ) {
    it.effect(`for the time zone ${JSON.stringify(timezone)}, whatever the form of the times`, () =>
      Effect.gen(function*() {
        for (const from of ["2024-01-01", "2024-01-01T00:00:00Z", DateTime.makeUnsafe("2024-01-01")]) {
          assert.strictEqual(
            yield* refusal({ from, timezone }),
            `Expected an IANA time zone name, such as America/New_York or UTC\n  at ["timezone"]`
          )
        }
      }))
  }

  for (
    const timezone of ["UTC", "America/New_York", "Asia/Kolkata", "Asia/Calcutta", "Etc/GMT+5", "US/Eastern", "EST"]
  ) {
    it.effect(`but not for the time zone ${timezone}, which keeps its name`, () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* SloReportRequest.make(input({ timezone }))).timezone, timezone)
      }))
  }

  it("by the constructor too, which throws", () => {
    const fields = { query: "a", from: DateTime.makeUnsafe(1_000), to: DateTime.makeUnsafe(2_000) }
    assert.instanceOf(new SloReportRequest.SloReportRequest(fields), SloReportRequest.SloReportRequest)
    const broken = [
      { ...fields, query: " " },
      { ...fields, from: DateTime.makeUnsafe(2_000) },
      { ...fields, to: DateTime.makeUnsafe(2_500) },
      { ...fields, timezone: "Mars/Phobos" }
    ]
    for (const one of broken) assert.throws(() => new SloReportRequest.SloReportRequest(one))
  })
})

describe("a request of JavaScript's own values", () => {
  it.effect("takes a Date for the time that it is, without what is smaller than a second", () =>
    Effect.gen(function*() {
      const request = yield* SloReportRequest.make(
        input({
          from: new Date("2024-01-01T00:00:00.999Z"),
          to: new Date("2024-02-01T00:00:00Z"),
          timezone: "Asia/Kolkata"
        })
      )
      assert.deepStrictEqual(
        [request.from, request.to].map((time) => DateTime.formatIso(time)),
        ["2024-01-01T00:00:00.000Z", "2024-02-01T00:00:00.000Z"]
      )
    }))

  it.effect("takes epoch milliseconds, as Date.now() gives them", () =>
    Effect.gen(function*() {
      const request = yield* SloReportRequest.make(input({ from: 1_704_067_200_999, to: Date.UTC(2024, 1) }))
      assert.deepStrictEqual(
        [request.from, request.to].map((time) => DateTime.formatIso(time)),
        ["2024-01-01T00:00:00.000Z", "2024-02-01T00:00:00.000Z"]
      )
    }))

  it.effect("refuses epoch seconds, which would be days of 1970, and says what it expects", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(SloReportRequest.make(input({ from: 1_704_067_200, to: 1_706_745_600 })))
      assert.include(error.message, "epoch milliseconds from 1973 on (not seconds)")
    }))

  const good = { query: "service:checkout", from: "2024-01-01", to: "2024-02-01" }
  const odd: ReadonlyArray<unknown> = [
    undefined,
    null,
    5,
    "service:checkout",
    [],
    () => good,
    {},
    { ...good, from: new Date(Number.NaN) },
    { ...good, to: new Date("yesterday") },
    { ...good, to: new Date(8.64e15) },
    { ...good, from: null },
    { ...good, from: undefined },
    { ...good, from: 1_704_067_200 },
    { ...good, from: 99_999_999_999 },
    { ...good, from: -1_704_067_200_000 },
    { ...good, to: Number.NaN },
    { ...good, to: Infinity },
    { ...good, to: 8.64e15 },
    { ...good, to: 1e300 },
    { ...good, to: 1_704_067_200n },
    { ...good, to: Symbol("now") },
    { ...good, to: {} },
    { ...good, to: ["2024-02-01"] },
    { ...good, query: null },
    { ...good, query: 5 },
    { ...good, timezone: null },
    { ...good, timezone: 5 },
    { ...good, timezone: {} },
    { ...good, interval: null },
    { ...good, interval: "hourly" }
  ]
  odd.forEach((given, index) => {
    it.effect(`is refused, not thrown at, where it is wrong (${index})`, () =>
      Effect.gen(function*() {
        const made = SloReportRequest.make(given as SloReportRequest.Input)
        assert.strictEqual((yield* Effect.flip(made))._tag, "SchemaError")
      }))
  })
})

describe("CreateReportRequest", () => {
  const documented = `{"data":{"attributes":{"from_ts":1633173071,"to_ts":1636629071,` +
    `"query":"slo_type:metric \\"SLO Reporting Test\\"","interval":"monthly","timezone":"America/New_York"}}}`

  it.effect("writes Datadog's documented example byte for byte", () =>
    Effect.gen(function*() {
      const request = yield* SloReportRequest.make({
        // The order in which the members were given does not matter.
        timezone: "America/New_York",
        interval: "monthly",
        to: "2021-11-11T11:11:11Z",
        query: `slo_type:metric "SLO Reporting Test"`,
        from: "2021-10-02T07:11:11-04:00"
      })
      assert.strictEqual(yield* toText(request), documented)
      assert.deepStrictEqual(yield* decodeRequest(JSON.parse(documented)), request)
    }))

  it.effect("leaves out what the request leaves out", () =>
    Effect.gen(function*() {
      const start = `{"data":{"attributes":{"from_ts":1704067200,"to_ts":1706745600,"query":"service:checkout"`
      const cases = [
        [{}, `${start}}}}`],
        [{ interval: "daily" }, `${start},"interval":"daily"}}}`],
        [{ timezone: "UTC" }, `${start},"timezone":"UTC"}}}`]
      ] as const
      for (const [overrides, text] of cases) {
        assert.strictEqual(yield* toText(yield* SloReportRequest.make(input(overrides))), text)
      }
    }))

  it.effect("reads a body whose members are in another order", () =>
    Effect.gen(function*() {
      const reordered = { data: { attributes: { query: "a", to_ts: 2, from_ts: 1 } } }
      assert.strictEqual(
        yield* toText(yield* decodeRequest(reordered)),
        `{"data":{"attributes":{"from_ts":1,"to_ts":2,"query":"a"}}}`
      )
    }))

  const wrong: ReadonlyArray<readonly [name: string, overrides: object, member: string]> = [
    ["no query", { query: undefined }, "query"],
    ["an empty query", { query: "" }, "query"],
    ["a query that is null", { query: null }, "query"],
    ["no from_ts", { from_ts: undefined }, "from_ts"],
    ["a from_ts of half a second", { from_ts: 0.5 }, "from_ts"],
    ["a from_ts that is a text", { from_ts: "1" }, "from_ts"],
    ["a from_ts before 1970", { from_ts: -1 }, "from_ts"],
    ["a to_ts in the year 275760", { to_ts: 8_640_000_000_000 }, "to_ts"],
    ["a to_ts in milliseconds", { to_ts: 1_706_745_600_000 }, "to_ts"],
    ["a to_ts that is no number", { to_ts: Number.NaN }, "to_ts"],
    ["a to_ts that is infinite", { to_ts: Infinity }, "to_ts"],
    ["a to_ts that is from_ts", { to_ts: 1 }, "from"],
    ["an interval that is none", { interval: "bad-interval" }, "interval"],
    ["an interval that is null", { interval: null }, "interval"],
    ["an unknown time zone", { timezone: "Mars/Phobos" }, "timezone"]
  ]
  for (const [name, overrides, member] of wrong) {
    it.effect(`refuses ${name}`, () =>
      Effect.gen(function*() {
        const attributes = { from_ts: 1, to_ts: 2, query: "a", ...overrides }
        const error = yield* Effect.flip(decodeRequest({ data: { attributes } }))
        assert.include(error.message, `"${member}"]`)
      }))
  }

  for (const body of [undefined, null, {}, [], "", { data: null }, { data: {} }, { data: { attributes: null } }]) {
    it.effect(`refuses ${JSON.stringify(body)}`, () =>
      Effect.gen(function*() {
        assert.isTrue(Exit.isFailure(yield* Effect.exit(decodeRequest(body))))
      }))
  }
})

describe("CreateReportResponse", () => {
  const id = "69cfaa02-6640-11ef-8501-33b2b403f044"

  it.effect("reads the recorded answer, and writes it byte for byte", () =>
    Effect.gen(function*() {
      const recorded = `{"data":{"id":"${id}","type":"report_id"}}`
      assert.strictEqual(yield* decodeResponse(JSON.parse(recorded)), SloReport.ReportId.make(id))
      const encode = Schema.encodeEffect(SloReportRequest.CreateReportResponse)
      assert.strictEqual(JSON.stringify(yield* encode(SloReport.ReportId.make(id))), recorded)
    }))

  it.effect("does without the type, and ignores what is added tomorrow", () =>
    Effect.gen(function*() {
      for (const body of [{ data: { id } }, { data: { id, type: "report_id", attributes: {} }, meta: 1 }]) {
        assert.strictEqual(yield* decodeResponse(body), id)
      }
    }))

  it.effect("loses no id for a type that is new, null or odd", () =>
    Effect.gen(function*() {
      for (const type of [null, "report", "", 7, {}, []]) {
        assert.strictEqual(yield* decodeResponse({ data: { id, type } }), id)
      }
    }))

  it.effect("takes an id that is a whole number for its digits", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* decodeResponse({ data: { id: 7 } }), "7")
    }))

  const wrong = [
    undefined,
    null,
    {},
    [],
    id,
    "<!DOCTYPE html>",
    { data: null },
    { data: {} },
    { data: { type: "report_id" } },
    { data: { id: null } },
    { data: { id: 7.5 } },
    { data: { id: -7 } },
    { data: { id: 2 ** 53 } },
    { data: { id: "" } },
    { data: { id: ".." } },
    { data: { id: "a/b" } },
    { errors: ["Forbidden"] }
  ]
  for (const body of wrong) {
    it.effect(`refuses ${JSON.stringify(body)}`, () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* Effect.flip(decodeResponse(body)))._tag, "SchemaError")
      }))
  }
})

describe("decode after encode is the identity", () => {
  const schemas = {
    ReportInterval: SloReportRequest.ReportInterval,
    SloReportRequest: SloReportRequest.SloReportRequest,
    CreateReportRequest: SloReportRequest.CreateReportRequest,
    CreateReportResponse: SloReportRequest.CreateReportResponse
  }
  for (const [name, schema] of Object.entries<Schema.Codec<unknown, unknown>>(schemas)) {
    it.effect.prop(
      `for ${name}, as a value and as JSON text`,
      { value: schema },
      ({ value }) =>
        Effect.gen(function*() {
          const encoded = yield* Schema.encodeEffect(schema)(value)
          assert.isTrue(Equal.equals(yield* Schema.decodeUnknownEffect(schema)(encoded), value))
          const codec = Schema.toCodecJson(schema)
          const text = JSON.stringify(yield* Schema.encodeEffect(codec)(value))
          assert.isTrue(Equal.equals(yield* Schema.decodeUnknownEffect(codec)(JSON.parse(text)), value))
        }),
      { arbitrary: { runs: 200 } }
    )
  }

  it.effect.prop("and the body is the same JSON text with or without a JSON codec", {
    request: SloReportRequest.SloReportRequest
  }, ({ request }) =>
    Effect.gen(function*() {
      const codec = Schema.toCodecJson(SloReportRequest.CreateReportRequest)
      assert.strictEqual(JSON.stringify(yield* Schema.encodeEffect(codec)(request)), yield* toText(request))
    }))
})

function input(overrides: Partial<SloReportRequest.Input>): SloReportRequest.Input {
  return { query: "service:checkout", from: "2024-01-01", to: "2024-02-01", ...overrides }
}

function refusal(overrides: Partial<SloReportRequest.Input>) {
  return Effect.map(Effect.flip(SloReportRequest.make(input(overrides))), (error) => error.message)
}

function toText(request: SloReportRequest.SloReportRequest) {
  return Effect.map(Schema.encodeEffect(SloReportRequest.CreateReportRequest)(request), (body) => JSON.stringify(body))
}

function decodeRequest(body: unknown) {
  return Schema.decodeUnknownEffect(SloReportRequest.CreateReportRequest)(body)
}

function decodeResponse(body: unknown) {
  return Schema.decodeUnknownEffect(SloReportRequest.CreateReportResponse)(body)
}
