import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Duration, Schema } from "effect"
import { RateLimit } from "../src/index.ts"

/** Tue, 24 Nov 2026 12:00:00 GMT */
const now = Date.UTC(2026, 10, 24, 12)
const nowSeconds = now / 1000

const allJunk = [
  "",
  " ",
  ",",
  ", ,",
  "junk",
  "0",
  "-1",
  "-7",
  "0, 0",
  "-1, 0",
  "1e12",
  "1e3",
  "1000000000000",
  "9".repeat(30),
  "9".repeat(400),
  "Infinity",
  "-Infinity",
  "NaN",
  "0x10",
  "0b11",
  "7 seconds",
  "7s",
  "seconds 7",
  "7 7",
  "seven",
  "null",
  "undefined",
  "true",
  "[7]",
  "{}",
  "٧",
  "７",
  "7\u{0}",
  "1_000",
  "Tue, 24 Nov 2026 25:61:61 GMT",
  "Tue, 24 Nov",
  String(nowSeconds),
  String(nowSeconds - 1),
  String(nowSeconds - 86_400),
  "Tue, 24 Nov 2026 12:00:00 GMT",
  "Tue, 24 Nov 2026 11:59:59 GMT",
  "Sun, 06 Nov 1994 08:49:37 GMT",
  "Thu, 01 Jan 1970 00:00:00 GMT"
]

const valid: ReadonlyArray<readonly [value: string, seconds: number]> = [
  ["7", 7],
  ["1", 1],
  [" 7 ", 7],
  ["3493", 3493],
  ["86400", 86_400],
  ["7, 7", 7],
  ["7,7", 7],
  ["7, 9", 9],
  ["9, 7", 9],
  ["7, 9, 8", 9],
  [String(nowSeconds + 30), 30],
  [`${nowSeconds + 30}, ${nowSeconds + 30}`, 30],
  ["Tue, 24 Nov 2026 12:00:30 GMT", 30],
  ["Tue, 24 Nov 2026 13:00:00 GMT", 3600],
  ["Wed, 25 Nov 2026 12:00:00 GMT", 86_400]
]

describe("RateLimit.fromHeaders", () => {
  it("the headers of a recorded answer are read whole", () => {
    const rateLimit = RateLimit.fromHeaders({
      "content-type": "application/vnd.api+json",
      "x-ratelimit-limit": "150",
      "x-ratelimit-name": "slo_report_status",
      "x-ratelimit-period": "10",
      "x-ratelimit-remaining": "149",
      "x-ratelimit-reset": "7"
    }, now)
    assert.instanceOf(rateLimit, RateLimit.RateLimit)
    assert.strictEqual(rateLimit.limit, 150)
    assertSeconds(rateLimit.period, 10)
    assert.strictEqual(rateLimit.remaining, 149)
    assertSeconds(rateLimit.reset, 7)
    assert.strictEqual(rateLimit.name, "slo_report_status")
  })

  it("absent headers are absent fields", () => {
    for (const headers of [{}, { "x-ratelimit-reset": undefined, "X-RateLimit-Name": undefined }, { date: "x" }]) {
      assert.deepStrictEqual(Object.keys(RateLimit.fromHeaders(headers, now)), [])
    }
    assert.deepStrictEqual(Object.keys(RateLimit.fromHeaders({ "x-ratelimit-limit": "5" }, now)), ["limit"])
  })

  for (const cased of [upperCased, lowerCased, titleCased, vendorCased]) {
    it(`names are read in any case: ${cased("x-ratelimit-reset")}`, () => {
      const rateLimit = RateLimit.fromHeaders({
        [cased("x-ratelimit-limit")]: "150",
        [cased("x-ratelimit-name")]: "Some_Rule",
        [cased("x-ratelimit-period")]: "3600",
        [cased("x-ratelimit-remaining")]: "0",
        [cased("x-ratelimit-reset")]: "7"
      }, now)
      assert.strictEqual(rateLimit.limit, 150)
      assert.strictEqual(rateLimit.name, "Some_Rule")
      assertSeconds(rateLimit.period, 3600)
      assert.strictEqual(rateLimit.remaining, 0)
      assertSeconds(rateLimit.reset, 7)
    })
  }

  it("a name that is sent in two cases gives the largest value", () => {
    assertSeconds(RateLimit.fromHeaders({ "x-ratelimit-reset": "7", "X-RateLimit-Reset": "9" }, now).reset, 9)
    assertSeconds(RateLimit.fromHeaders({ "X-RateLimit-Reset": "9", "x-ratelimit-reset": "7" }, now).reset, 9)
  })

  it("no request remaining is 0 and not absent", () => {
    assert.strictEqual(RateLimit.fromHeaders({ "X-RateLimit-Remaining": "0" }, now).remaining, 0)
    assert.strictEqual(RateLimit.fromHeaders({ "X-RateLimit-Remaining": "0, 0" }, now).remaining, 0)
  })

  it("counts and periods that are sent twice are read once", () => {
    const rateLimit = RateLimit.fromHeaders({
      "x-ratelimit-limit": "150, 150",
      "x-ratelimit-period": "10, 10",
      "x-ratelimit-remaining": "3, 3"
    }, now)
    assert.strictEqual(rateLimit.limit, 150)
    assert.strictEqual(rateLimit.remaining, 3)
    assertSeconds(rateLimit.period, 10)
  })

  for (const [value, seconds] of valid) {
    it(`a reset of ${JSON.stringify(value)} is ${seconds} s from now`, () => {
      assertSeconds(RateLimit.fromHeaders({ "x-ratelimit-reset": value }, now).reset, seconds)
    })
  }

  for (const value of allJunk) {
    it(`a reset of ${name(value)} is absent`, () => {
      assert.notProperty(RateLimit.fromHeaders({ "x-ratelimit-reset": value }, now), "reset")
    })
  }

  const neverNumbers = [
    "",
    " ",
    ",",
    "junk",
    "-1",
    "1e12",
    "Infinity",
    "NaN",
    "0x10",
    "9".repeat(30),
    "9".repeat(400),
    "7 7"
  ]
  for (const field of ["limit", "remaining", "period"]) {
    for (const value of neverNumbers) {
      it(`a ${field} of ${name(value)} is absent`, () => {
        assert.notProperty(RateLimit.fromHeaders({ [`x-ratelimit-${field}`]: value }, now), field)
      })
    }
  }

  it("a period of zero is absent", () => {
    assert.notProperty(RateLimit.fromHeaders({ "x-ratelimit-period": "0" }, now), "period")
  })

  it("junk in one header does not cost the others", () => {
    const rateLimit = RateLimit.fromHeaders({
      "x-ratelimit-limit": "junk",
      "x-ratelimit-period": "",
      "x-ratelimit-remaining": "5",
      "x-ratelimit-reset": "1e12"
    }, now)
    assert.deepStrictEqual(Object.keys(rateLimit), ["remaining"])
  })

  it("an epoch is never read earlier than it is, also between two seconds", () => {
    const reset = RateLimit.fromHeaders({ "x-ratelimit-reset": String(nowSeconds + 30) }, now + 250).reset
    assert.isDefined(reset)
    assert.isAtLeast(Duration.toMillis(reset), 29_750)
    assert.isAtMost(Duration.toMillis(reset), 30_750)
  })

  it("a clock between two milliseconds is no trouble, and never makes a wait too short", () => {
    for (const fraction of [0.25, 0.5, 0.999]) {
      for (const value of [String(nowSeconds + 30), "Tue, 24 Nov 2026 12:00:30 GMT", "7"]) {
        const headers = { "retry-after": value, "x-ratelimit-reset": value }
        const asked = value === "7" ? 7000 : 30_000 - fraction
        for (
          const duration of [
            RateLimit.fromHeaders(headers, now + fraction).reset,
            RateLimit.retryAfter(headers, now + fraction),
            RateLimit.hint(headers, now + fraction)
          ]
        ) {
          assert.isDefined(duration)
          assert.isAtLeast(Duration.toMillis(duration), asked)
          assert.isAtMost(Duration.toMillis(duration), asked + 1)
        }
      }
    }
  })

  it("the time is the argument's", () => {
    const headers = { "retry-after": "Thu, 01 Jan 1970 00:01:00 GMT", "x-ratelimit-reset": "7" }
    assertSeconds(RateLimit.hint(headers, 0), 60)
    assertSeconds(RateLimit.fromHeaders(headers, 0).reset, 7)
  })

  for (const value of ["junk", "7 seconds", "7s", "seconds 7", "1e3", "Infinity", "Tue, 24 Nov", "2026", "March 7"]) {
    it(`${name(value)} is no date either, when the clock stands at zero`, () => {
      const reset = RateLimit.fromHeaders({ "x-ratelimit-reset": value }, 0).reset
      if (value === "2026") assertSeconds(reset, 2026)
      else assert.isUndefined(reset)
    })
  }

  it("the older forms of an HTTP date count too, in GMT wherever the client is", () => {
    assert.notStrictEqual(new Date(now).getTimezoneOffset(), 0)
    for (const value of ["Tuesday, 24-Nov-26 12:00:30 GMT", "Tue Nov 24 12:00:30 2026"]) {
      assertSeconds(RateLimit.retryAfter({ "retry-after": value }, now), 30)
    }
  })

  it("of two HTTP dates the first one alone never counts", () => {
    const value = "Tue, 24 Nov 2026 12:00:07 GMT, Tue, 24 Nov 2026 12:00:09 GMT"
    const retryAfter = RateLimit.retryAfter({ "retry-after": value }, now)
    if (retryAfter !== undefined) assertSeconds(retryAfter, 9)
  })
})

describe("an answer is read by its own clock", () => {
  const date = (seconds: number) => new Date(now + seconds * 1000).toUTCString()
  const hour = 3600

  for (const skew of [-86_400, -hour, -1, 1, hour, 86_400]) {
    it(`a Retry-After of a server whose clock is ${skew} s off is as long as it means`, () => {
      const headers = { date: date(skew), "retry-after": date(skew + 30) }
      assertSeconds(RateLimit.retryAfter(headers, now), 30)
      assertSeconds(RateLimit.hint(headers, now), 30)
    })

    it(`an epoch reset of a server whose clock is ${skew} s off is as long as it means`, () => {
      const headers = { Date: date(skew), "x-ratelimit-reset": String(nowSeconds + skew + 7) }
      assertSeconds(RateLimit.fromHeaders(headers, now).reset, 7)
    })
  }

  it("a date that is past by that clock is absent, though ours says otherwise", () => {
    assert.isUndefined(RateLimit.retryAfter({ date: date(hour), "retry-after": date(hour - 1) }, now))
    assert.isUndefined(RateLimit.retryAfter({ date: date(hour), "retry-after": date(hour) }, now))
  })

  it("seconds need no clock", () => {
    assertSeconds(RateLimit.retryAfter({ date: date(hour), "retry-after": "30" }, now), 30)
    assertSeconds(RateLimit.fromHeaders({ date: date(hour), "x-ratelimit-reset": "7" }, now).reset, 7)
  })

  for (const junk of ["", "junk", "0", "-1", "1764000000", "Tue, 24 Nov"]) {
    it(`a Date of ${JSON.stringify(junk)} is none`, () => {
      assertSeconds(RateLimit.retryAfter({ date: junk, "retry-after": date(30) }, now), 30)
    })
  }
})

describe("a reset is within its period", () => {
  const resets: ReadonlyArray<readonly [reset: string, period: string, seconds: number]> = [
    ["3600", "60", 60],
    [String(nowSeconds + 3600), "60", 60],
    ["7, 3600", "10", 10],
    ["Tue, 24 Nov 2026 13:00:00 GMT", "300", 300],
    ["60", "60", 60],
    ["59", "60", 59],
    ["3600", "junk", 3600],
    ["3600", "0", 3600]
  ]
  for (const [reset, period, seconds] of resets) {
    it(`a reset of ${reset} in a period of ${period} is ${seconds} s from now`, () => {
      const headers = { "x-ratelimit-reset": reset, "x-ratelimit-period": period }
      assertSeconds(RateLimit.fromHeaders(headers, now).reset, seconds)
      assertSeconds(RateLimit.hint(headers, now), seconds)
    })
  }

  it("a Retry-After is not bound by it", () => {
    assertSeconds(RateLimit.hint({ "retry-after": "3600", "x-ratelimit-period": "60" }, now), 3600)
  })
})

describe("RateLimit.retryAfter", () => {
  for (const [value, seconds] of valid) {
    it(`${JSON.stringify(value)} is ${seconds} s from now`, () => {
      assertSeconds(RateLimit.retryAfter({ "retry-after": value }, now), seconds)
      assertSeconds(RateLimit.retryAfter({ "Retry-After": value }, now), seconds)
      assertSeconds(RateLimit.retryAfter({ "RETRY-AFTER": value }, now), seconds)
    })
  }

  for (const value of allJunk) {
    it(`${name(value)} is absent`, () => {
      assert.isUndefined(RateLimit.retryAfter({ "retry-after": value }, now))
    })
  }

  it("reads no other header", () => {
    assert.isUndefined(RateLimit.retryAfter({}, now))
    assert.isUndefined(RateLimit.retryAfter({ "retry-after": undefined }, now))
    assert.isUndefined(RateLimit.retryAfter({ "x-ratelimit-reset": "7", "x-ratelimit-period": "10" }, now))
    assert.isUndefined(RateLimit.retryAfter({ "retry-after": "junk", "x-ratelimit-reset": "7" }, now))
  })
})

describe("RateLimit.hint", () => {
  it("a valid Retry-After wins over the reset, also when it is shorter", () => {
    assertSeconds(RateLimit.hint({ "Retry-After": "3", "X-RateLimit-Reset": "7" }, now), 3)
    assertSeconds(RateLimit.hint({ "Retry-After": "9", "X-RateLimit-Reset": "7" }, now), 9)
    assertSeconds(
      RateLimit.hint({ "retry-after": "Tue, 24 Nov 2026 12:00:30 GMT", "x-ratelimit-reset": "7, 7" }, now),
      30
    )
  })

  it("without a Retry-After the reset is the hint", () => {
    assertSeconds(RateLimit.hint({ "x-ratelimit-reset": "7, 7" }, now), 7)
    assertSeconds(RateLimit.hint({ "x-ratelimit-reset": String(nowSeconds + 30) }, now), 30)
  })

  for (const value of allJunk) {
    it(`the reset is the hint when the Retry-After is ${name(value)}`, () => {
      assertSeconds(RateLimit.hint({ "retry-after": value, "x-ratelimit-reset": "7" }, now), 7)
    })
  }

  it("without a valid header there is no hint", () => {
    assert.isUndefined(RateLimit.hint({}, now))
    assert.isUndefined(RateLimit.hint({ "x-ratelimit-period": "10", "x-ratelimit-remaining": "0" }, now))
    for (const value of allJunk) {
      assert.isUndefined(RateLimit.hint({ "retry-after": value, "x-ratelimit-reset": value }, now), value)
    }
  })
})

describe("no header record makes a reader fail", () => {
  const names = Schema.Literals([
    "x-ratelimit-limit",
    "X-RateLimit-Period",
    "x-ratelimit-remaining",
    "X-RATELIMIT-RESET",
    "x-ratelimit-reset",
    "x-ratelimit-name",
    "Retry-After",
    "retry-after",
    "__proto__",
    "constructor",
    "toString"
  ])
  const value = Schema.Union([
    Schema.String,
    Schema.Undefined,
    Schema.Int.check(Schema.isBetween({ minimum: -10, maximum: 4000 })),
    Schema.Finite,
    Schema.Literals([...allJunk, ...valid.map(([value]) => value)])
  ])
  const pairs = Arbitrary.array(Arbitrary.schema(Schema.Tuple([names, value])))
  const clock = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4_102_444_800_000 }))
  const instant = Schema.Finite.check(Schema.isBetween({ minimum: -8.64e15, maximum: 8.64e15 }))
  const options = { arbitrary: { runs: 1000 } }

  it.prop("of the names that count, with any text", { pairs, now: clock }, ({ now, pairs }) => {
    const entries = pairs.map(([name, value]) => [name, typeof value === "number" ? String(value) : value] as const)
    assertTotal(Object.fromEntries(entries), now)
  }, options)

  it.prop("of any name", { headers: Schema.Record(Schema.String, Schema.String), now: clock }, ({ headers, now }) => {
    assertTotal(headers, now)
  }, options)

  it.prop("at any time that a date can have", { value: Schema.String, now: instant }, ({ now, value }) => {
    assertTotal({ "retry-after": value, "x-ratelimit-reset": "7" }, now)
    assertTotal({ "retry-after": "Tue, 24 Nov 2026 12:00:30 GMT", "x-ratelimit-reset": "1795521630" }, now)
  }, options)

  it("with names and values of a megabyte, within a second", () => {
    for (const piece of ["7", ",", "7,", " ", "a", "Tue, ", "9".repeat(17)]) {
      const text = piece.repeat(1_000_000 / piece.length)
      const start = Date.now()
      for (const name of ["retry-after", "x-ratelimit-reset", "x-ratelimit-limit", "x-ratelimit-name", text]) {
        assertTotal({ [name]: text }, now)
        assertTotal({ [name]: `${text}x` }, now)
      }
      assert.isBelow(Date.now() - start, 1000, JSON.stringify(piece.slice(0, 10)))
    }
  })

  it("without a prototype, or with the prototype's names", () => {
    const bare: Record<string, string | undefined> = Object.create(null)
    bare["X-RateLimit-Reset"] = "7"
    assertSeconds(RateLimit.hint(bare, now), 7)
    assertTotal(JSON.parse(`{"__proto__":"7","constructor":"7","hasOwnProperty":"7"}`), now)
    const inherited: Record<string, string | undefined> = Object.create({ "retry-after": "7" })
    assertTotal(inherited, now)
  })
})

function assertSeconds(duration: Duration.Duration | undefined, seconds: number): void {
  assert.isDefined(duration)
  assert.strictEqual(Duration.toMillis(duration), seconds * 1000)
}

/** What holds of every reading: the schema's own value, positive finite times, the hint's order. */
function assertTotal(headers: Readonly<Record<string, string | undefined>>, now: number): void {
  const rateLimit = RateLimit.fromHeaders(headers, now)
  assert.isTrue(Schema.is(RateLimit.RateLimit)(rateLimit))
  const retryAfter = RateLimit.retryAfter(headers, now)
  const hint = RateLimit.hint(headers, now)
  for (const duration of [rateLimit.period, rateLimit.reset, retryAfter, hint]) {
    if (duration !== undefined) {
      const millis = Duration.toMillis(duration)
      assert.isTrue(Number.isFinite(millis) && millis > 0, String(millis))
    }
  }
  for (const count of [rateLimit.limit, rateLimit.remaining]) {
    if (count !== undefined) assert.isTrue(Number.isSafeInteger(count) && count >= 0, String(count))
  }
  assert.deepStrictEqual(hint, retryAfter ?? rateLimit.reset)
}

function name(value: string): string {
  return value.length > 60 ? `${value.length} characters ${value.slice(0, 3)}…` : JSON.stringify(value)
}

function upperCased(name: string): string {
  return name.toUpperCase()
}

function lowerCased(name: string): string {
  return name
}

function titleCased(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (match) => match.toUpperCase())
}

function vendorCased(name: string): string {
  return titleCased(name).replace("Ratelimit", "RateLimit")
}
