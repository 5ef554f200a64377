import { assert, describe, it } from "@effect/vitest"
import { DateTime, Result, Schema } from "effect"
import { ReportIntervals, SloReportRequest } from "../src/index.ts"
import * as SloHistory from "../src/SloHistory.ts"
import { cut, decode, type SloHistoryCut } from "../src/SloHistoryCut.ts"
import * as SloHistoryResponse from "../src/SloHistoryResponse.ts"
import { id, monitor, monitorSli } from "./fixtures/histories.ts"
import { zones } from "./utils/zones.ts"

const hour = 3600
const day = 24 * hour

describe("an answer", () => {
  const intervals = at(0, day, 3 * day, 4 * day)
  const question = { id, from: 0, to: 4 * day }
  const bodyOf = (seed: number, changed: object = {}) => {
    const buckets = eventBuckets(seed, { from: 0, to: 4 * day })
    const values = (index: 1 | 2) => ({ values: buckets.map((bucket) => bucket[index]) })
    const overall = { sli_value: eventsSli(seed, { from: 0, to: 4 * day }), errors: null, ...changed }
    const series = { times: buckets.map(([start]) => start * 1000), numerator: values(1), denominator: values(2) }
    return { data: { overall, series } }
  }

  it("is cut at once as its history is", () => {
    const bodies = [
      ...Array.from({ length: 20 }, (_, seed) => bodyOf(seed)),
      bodyOf(1, { sli_value: 3 }),
      bodyOf(1, { sli_value: null }),
      bodyOf(1, { corrections: [{}] }),
      bodyOf(1, { errors: [{ error_type: "x" }] }),
      { data: { overall: { sli_value: 50, history: [[0, 0], [2 * day, 1]] } } },
      { data: { overall: { sli_value: 50 } } }
    ]
    for (const body of bodies) {
      const history = Schema.decodeUnknownSync(SloHistoryResponse.make(question))(body)
      assert.deepStrictEqual(Result.getOrThrow(decode(question, intervals)(body)), cut(history, intervals))
    }
    assert.strictEqual(Result.getOrThrow(decode(question, intervals)(bodies[0]))._tag, "Cut")
  })

  it("is refused where its history is", () => {
    for (const body of [{}, { data: { overall: {}, from_ts: 1 } }, { data: { overall: {}, slo: { id: "other" } } }]) {
      const history = Schema.decodeUnknownResult(SloHistoryResponse.make(question))(body)
      const answer = decode(question, intervals)(body)
      assert.isTrue(Result.isFailure(answer) && Result.isFailure(history))
      if (Result.isFailure(answer) && Result.isFailure(history)) {
        assert.strictEqual(answer.failure.message, history.failure.message)
      }
    }
  })
})

describe("the history of time", () => {
  it("is cut at any second", () => {
    const history = historyOf({
      sli: 100 * 11 / 20,
      transitions: [[0, "up"], [7, "down"], [16, "up"]],
      from: 0,
      to: 20
    })
    assert.deepStrictEqual(cut(history, at(0, 7, 8, 16, 20)), { _tag: "Cut", slis: [100, 0, 0, 100] })
    assert.deepStrictEqual(cut(history, at(0, 10, 20)), { _tag: "Cut", slis: [70, 40] })
  })

  it("is cut into what was documented of a monitor, in single precision", () => {
    const { from, to } = monitor.question
    const history = historyOf({
      from,
      to,
      sli: monitorSli,
      transitions: [[1_564_151_047, "up"], [1_569_231_667, "down"], [1_569_256_387, "up"]]
    })
    const slis = slisOf(cut(history, at(from, from + 7 * day, from + 21 * day, from + 28 * day, to)))
    assert.deepStrictEqual(slis, [100, 100, Math.fround(100 * (1 - 24_720 / (7 * day))), 100])
  })

  it("is not rounded where Datadog doesn't round", () => {
    const history = historyOf({ sli: 100 / 3, transitions: [[0, "up"], [1, "down"]], from: 0, to: 3 })
    assert.deepStrictEqual(slisOf(cut(history, at(0, 3))), [100 / 3])
  })

  it("begins with the state of the last transition before it", () => {
    const history = historyOf({
      sli: 50,
      transitions: [[-50, "up"], [-10, "down"], [10, "up"]],
      from: 0,
      to: 20
    })
    assert.deepStrictEqual(slisOf(cut(history, at(0, 10, 20))), [0, 100])
  })

  it("ends with the last state before its end", () => {
    const history = historyOf({ sli: 50, transitions: [[0, "up"], [10, "down"], [20, "up"]], from: 0, to: 20 })
    assert.deepStrictEqual(slisOf(cut(history, at(0, 10, 20))), [100, 0])
  })

  it("may have two transitions in one second, of which the last counts", () => {
    const transitions = [[0, "up"], [5, "down"], [5, "up"], [10, "up"], [10, "down"]] as const
    const history = historyOf({ sli: 50, transitions, from: 0, to: 20 })
    assert.deepStrictEqual(slisOf(cut(history, at(0, 5, 10, 20))), [100, 100, 0])
  })

  it("counts time without data as up or as down, whichever gives Datadog's number", () => {
    const parts = { transitions: [[0, "up"], [4, "no_data"], [8, "down"]], from: 0, to: 10 } as const
    assert.deepStrictEqual(slisOf(cut(historyOf({ ...parts, sli: 80 }), at(0, 5, 10))), [100, 60])
    assert.deepStrictEqual(slisOf(cut(historyOf({ ...parts, sli: 40 }), at(0, 5, 10))), [80, 0])
    assert.deepStrictEqual(cut(historyOf({ ...parts, sli: 66.7 }), at(0, 5, 10)), askEach("unproved"))
  })

  it("is not cut where it has too little time without data to tell", () => {
    const transitions = [[0, "up"], [1, "no_data"], [2, "up"]] as const
    const history = historyOf({ sli: 100, transitions, from: 0, to: 365 * day })
    assert.deepStrictEqual(cut(history, at(0, day, 365 * day)), askEach("unproved"))
  })

  it("may differ from Datadog's number by 1e-5, and not by more", () => {
    const parts = { transitions: [[0, "up"], [5, "down"]], from: 0, to: 10 } as const
    for (const sli of [50 + 0.9e-5, 50 - 0.9e-5]) {
      assert.deepStrictEqual(slisOf(cut(historyOf({ ...parts, sli }), at(0, 10))), [50])
    }
    for (const sli of [50 + 1.1e-5, 50 - 1.1e-5, 99, 0, undefined]) {
      assert.deepStrictEqual(cut(historyOf({ ...parts, sli }), at(0, 10)), askEach("unproved"))
    }
  })

  it("is cut while it is provisional: so is Datadog's number", () => {
    const history = historyOf({ sli: 100, transitions: [[0, "up"]], from: 0, to: 10, isProvisional: true })
    assert.deepStrictEqual(slisOf(cut(history, at(0, 5, 10))), [100, 100])
  })

  const refused: ReadonlyArray<readonly [what: string, parts: Partial<Parts>, reason: Reason]> = [
    ["whose state at the beginning is not told", { transitions: [[1, "up"]] }, "unaligned"],
    ["without transitions", { transitions: [] }, "unaligned"],
    ["with an unknown state", { transitions: [[0, "up"], [5, "unknown"]] }, "no_parts"],
    [
      "whose transitions are not in the order of time",
      { transitions: [[0, "up"], [5, "up"], [4, "up"]] },
      "no_parts"
    ],
    ["with corrections", { corrections: [{}] }, "corrections"],
    ["with issues", { issues: [["ODD", "one"]] }, "issues"],
    ["with neither transitions nor buckets", { transitions: undefined }, "no_parts"],
    ["from later", { from: 1 }, "other_period"],
    ["to later", { to: 11 }, "other_period"]
  ]
  for (const [what, parts, reason] of refused) {
    it(`is not cut ${what}`, () => {
      const history = historyOf({ sli: 100, transitions: [[0, "up"]], from: 0, to: 10, ...parts })
      assert.deepStrictEqual(cut(history, at(0, 5, 10)), askEach(reason))
    })
  }

  it("is not cut into intervals with a gap, or into none", () => {
    const history = historyOf({ sli: 100, transitions: [[0, "up"]], from: 0, to: 10 })
    assert.deepStrictEqual(cut(history, [...at(0, 4), ...at(5, 10)]), askEach("other_period"))
    assert.deepStrictEqual(cut(history, []), askEach("other_period"))
  })
})

describe("the history of events", () => {
  const parts = {
    from: 5 * hour,
    to: 12 * hour,
    // The first is shorter, from where the history begins, and so is the last.
    buckets: [[5 * hour, 1, 2], [6 * hour, 3, 4], [8 * hour, 0, 0], [10 * hour, 10, 10]]
  } as const

  it("is cut between buckets, into sums of good events by sums of all", () => {
    const history = historyOf({ ...parts, sli: 100 * 14 / 16 })
    const slis = slisOf(cut(history, at(5 * hour, 6 * hour, 10 * hour, 12 * hour)))
    assert.deepStrictEqual(slis, [50, 75, 100])
    assert.deepStrictEqual(slisOf(cut(history, at(5 * hour, 8 * hour, 12 * hour))), [100 * 4 / 6, 100])
  })

  it("gives the recorded number, digit by digit", () => {
    const history = historyOf({
      from: 0,
      to: 10,
      sli: 17.407365359189875,
      buckets: [[0, 458_420_286_000, 2_633_484_600_000]]
    })
    assert.deepStrictEqual(slisOf(cut(history, at(0, 10))), [17.407365359189875])
  })

  it("has no number in an interval without events", () => {
    const history = historyOf({ ...parts, sli: 100 * 14 / 16 })
    const slis = slisOf(cut(history, at(5 * hour, 6 * hour, 8 * hour, 10 * hour, 12 * hour)))
    assert.deepStrictEqual(slis, [50, 75, undefined, 100])
  })

  it("without any event, as Datadog says too, has no number in any interval, wherever that begins", () => {
    const empty = {
      ...parts,
      buckets: [[0, 0, 0], [6 * hour, 0, 0]],
      issues: [["ZERO_VALUED_DENOMINATOR", "The denominator is zero valued"]]
    } as const
    assert.deepStrictEqual(slisOf(cut(historyOf(empty), at(5 * hour, 7 * hour, 12 * hour))), [undefined, undefined])
    const oneEvent = historyOf({ ...empty, buckets: [[0, 0, 0], [6 * hour, 0, 1], [8 * hour, 0, -1]] })
    assert.deepStrictEqual(cut(oneEvent, at(5 * hour, 7 * hour, 12 * hour)), askEach("issues"))
    const alsoOdd = historyOf({ ...empty, issues: [...empty.issues, ["ODD", "one"]] })
    assert.deepStrictEqual(cut(alsoOdd, at(5 * hour, 12 * hour)), askEach("issues"))
    const unsaid = historyOf({ ...empty, issues: [], buckets: [[5 * hour, 0, 0]] })
    assert.deepStrictEqual(cut(unsaid, at(5 * hour, 12 * hour)), askEach("unproved"))
  })

  it("may differ from Datadog's number by 1e-9 of it, and not by more", () => {
    const whole = 100 * 14 / 16
    for (const sli of [whole * (1 + 0.9e-9), whole * (1 - 0.9e-9)]) {
      assert.deepStrictEqual(slisOf(cut(historyOf({ ...parts, sli }), at(parts.from, parts.to))), [whole])
    }
    for (const sli of [whole * (1 + 1.1e-9), whole * (1 - 1.1e-9), 0, -whole]) {
      assert.deepStrictEqual(cut(historyOf({ ...parts, sli }), at(parts.from, parts.to)), askEach("unproved"))
    }
  })

  it("is cut also where more events were good than there were", () => {
    const history = historyOf({ from: 0, to: 10, sli: 150, buckets: [[0, 1, 2], [5, 5, 2]] })
    assert.deepStrictEqual(slisOf(cut(history, at(0, 5, 10))), [50, 250])
  })

  it("counts where the transitions beside it don't prove anything", () => {
    const both = { ...parts, sli: 100 * 14 / 16, transitions: [] }
    assert.deepStrictEqual(slisOf(cut(historyOf(both), at(5 * hour, 12 * hour))), [87.5])
    const neither = historyOf({ ...both, sli: 1, transitions: [[0, "up"]] })
    assert.deepStrictEqual(cut(neither, at(5 * hour, 12 * hour)), askEach("unproved"))
  })

  it("is not cut inside a bucket, nor where the buckets are of a longer period", () => {
    const sli = 100 * 14 / 16
    assert.deepStrictEqual(cut(historyOf({ ...parts, sli }), at(5 * hour, 7 * hour, 12 * hour)), askEach("unaligned"))
    const after = historyOf({ ...parts, buckets: [...parts.buckets, [12 * hour, 7, 8]], sli: 100 * 21 / 24 })
    assert.deepStrictEqual(cut(after, at(5 * hour, 12 * hour)), askEach("unaligned"))
    for (const others of [parts.buckets.slice(1), parts.buckets]) {
      const buckets = [[4 * hour, 7, 8], ...others] as const
      const reachingBack = historyOf({ ...parts, buckets, sli: 100 * 21 / 24 })
      assert.deepStrictEqual(cut(reachingBack, at(5 * hour, 12 * hour)), askEach("unaligned"))
    }
    assert.deepStrictEqual(
      cut(historyOf({ ...parts, buckets: [], sli }), at(5 * hour, 12 * hour)),
      askEach("unaligned")
    )
  })

  const refused: ReadonlyArray<readonly [what: string, parts: Partial<Parts>, reason: Reason]> = [
    ["with corrections", { corrections: [{}] }, "corrections"],
    ["with issues", { issues: [["ODD", "one"]] }, "issues"],
    ["whose buckets are not in the order of time", { buckets: [...parts.buckets].reverse() }, "no_parts"],
    ["of which a bucket is missing", { buckets: parts.buckets.slice(0, 3) }, "unproved"],
    ["without Datadog's number", { sli: undefined }, "unproved"]
  ]
  for (const [what, change, reason] of refused) {
    it(`is not cut ${what}`, () => {
      const history = historyOf({ ...parts, sli: 100 * 14 / 16, ...change })
      assert.deepStrictEqual(cut(history, at(5 * hour, 12 * hour)), askEach(reason))
    })
  }
})

describe("for any SLO, zone, period and interval, the cut gives what Datadog says of each interval, or refuses", () => {
  const period = {
    timezone: Schema.Literals(zones),
    interval: SloReportRequest.ReportInterval,
    from: Schema.Int.check(Schema.isBetween({ minimum: 1_700_000_000, maximum: 1_800_000_000 })),
    days: Schema.Int.check(Schema.isBetween({ minimum: 40, maximum: 70 })),
    seed: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1e6 }))
  }

  it.prop("made of time: it never refuses", period, (given) => {
    const intervals = intervalsOf(given)
    const whole = { from: intervals[0]!.from, to: intervals.at(-1)!.to }
    const { down, transitions } = outages(given.seed, whole)
    const sliOf = ({ from, to }: typeof whole): number =>
      Math.fround(100 * (1 - down.reduce((sum, [start, end]) => sum + overlap(start, end, from, to), 0) / (to - from)))
    const history = historyOf({ ...whole, sli: sliOf(whole), transitions })
    const slis = slisOf(cut(history, intervals))
    intervals.forEach((interval, index) => assert.closeTo(slis[index]!, sliOf(interval), 1e-5))
  }, { arbitrary: { runs: 100 } })

  let cuts = 0

  it.prop("made of events: it refuses where an interval begins inside a bucket", period, (given) => {
    const intervals = intervalsOf(given)
    const whole = { from: intervals[0]!.from, to: intervals.at(-1)!.to }
    const history = historyOf({ ...whole, sli: eventsSli(given.seed, whole), buckets: eventBuckets(given.seed, whole) })
    const result = cut(history, intervals)
    const isAligned = intervals.slice(1).every(({ from }) => from % (2 * hour) === 0)
    if (!isAligned) return assert.deepStrictEqual(result, askEach("unaligned"))
    cuts += 1
    const slis = slisOf(result)
    intervals.forEach((interval, index) => {
      const sli = eventsSli(given.seed, interval)
      if (sli === undefined) assert.isUndefined(slis[index])
      else assert.closeTo(slis[index]!, sli, 1e-9 * sli)
    })
  }, { arbitrary: { runs: 200 } })

  it("both of which happened", () => {
    assert.isAbove(cuts, 20)
    assert.isBelow(cuts, 180)
  })
})

type Reason = Extract<SloHistoryCut, { readonly _tag: "AskEach" }>["reason"]

interface Parts {
  readonly from: number
  readonly to: number
  readonly sli?: number | undefined
  readonly transitions?: ReadonlyArray<readonly [at: number, state: SloHistory.Transition["state"]]> | undefined
  readonly buckets?: ReadonlyArray<readonly [start: number, good: number, total: number]>
  readonly issues?: ReadonlyArray<readonly [type: string, message: string]>
  readonly corrections?: ReadonlyArray<SloHistory.Correction>
  readonly isProvisional?: boolean
}

function historyOf({ buckets, corrections, from, isProvisional, issues, sli, to, transitions }: Parts) {
  return new SloHistory.SloHistory({
    id,
    from,
    to,
    ...(sli === undefined ? {} : { sli }),
    issues: (issues ?? []).map(([type, message]) => new SloHistory.SloHistoryIssue({ type, message })),
    corrections: corrections ?? [],
    isProvisional: isProvisional ?? false,
    ...(transitions === undefined ? {} : { transitions: transitions.map(([at, state]) => ({ at, state })) }),
    ...(buckets === undefined ? {} : { buckets: buckets.map(([start, good, total]) => ({ start, good, total })) })
  })
}

/** Intervals between the given bounds. */
function at(...bounds: ReadonlyArray<number>): ReadonlyArray<ReportIntervals.Interval> {
  return bounds.slice(1).map((to, index) => ({ start: `2024-01-${index + 10}`, from: bounds[index]!, to }))
}

function askEach(reason: Reason): SloHistoryCut {
  return { _tag: "AskEach", reason }
}

function slisOf(result: SloHistoryCut): ReadonlyArray<number | undefined> {
  assert.strictEqual(result._tag, "Cut", JSON.stringify(result))
  return result._tag === "Cut" ? result.slis : []
}

interface Given {
  readonly timezone: string
  readonly interval: SloReportRequest.ReportInterval
  readonly from: number
  readonly days: number
}

function intervalsOf({ days, from, interval, timezone }: Given): ReadonlyArray<ReportIntervals.Interval> {
  const to = DateTime.makeUnsafe((from + days * day) * 1000)
  return Result.getOrThrow(
    ReportIntervals.make({ from: DateTime.makeUnsafe(from * 1000), to, interval, timezone }, to)
  )
}

interface Period {
  readonly from: number
  readonly to: number
}

/** A number from 0 to 1 for each index, the same for the same seed. */
function chance(seed: number, index: number): number {
  let hash = Math.imul(seed ^ (index + 0x9e3779b9), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

function overlap(start: number, end: number, from: number, to: number): number {
  return Math.max(0, Math.min(end, to) - Math.max(start, from))
}

/** Some outages, of which the first may have begun long before the period. */
function outages(seed: number, { from, to }: Period) {
  const down: Array<readonly [start: number, end: number]> = []
  for (let time = from - Math.floor(chance(seed, 0) * day), index = 1; time < to; index += 2) {
    const start = time + 60 * Math.floor(chance(seed, index) * 5000)
    time = start + 60 * (1 + Math.floor(chance(seed, index + 1) * 300))
    down.push([start, time])
  }
  const transitions = down.flatMap(([start, end]) => [[start, "down"], [end, "up"]] as const)
  return { down, transitions: [[from - 30 * day, "up"], ...transitions.filter(([at]) => at < to)] as const }
}

/** Good and all events of the five minutes from a time; none in one day of five. */
function eventsAt(seed: number, time: number): readonly [good: number, total: number] {
  if (chance(seed, Math.floor(time / day)) < 0.2) return [0, 0]
  const total = Math.floor(1000 * chance(seed, time))
  return [Math.floor(total * (0.9 + 0.1 * chance(seed, -time))), total]
}

function eventsIn(seed: number, { from, to }: Period): readonly [good: number, total: number] {
  let [good, total] = [0, 0]
  for (let time = from; time < to; time += 300) {
    const [more, all] = eventsAt(seed, time)
    good += more
    total += all
  }
  return [good, total]
}

function eventsSli(seed: number, period: Period): number | undefined {
  const [good, total] = eventsIn(seed, period)
  return total === 0 ? undefined : 100 * good / total
}

/** Buckets of two hours from the epoch, but for the first. */
function eventBuckets(seed: number, { from, to }: Period) {
  const buckets: Array<readonly [start: number, good: number, total: number]> = []
  for (let start = from; start < to;) {
    const end = Math.min(to, 2 * hour * (Math.floor(start / (2 * hour)) + 1))
    buckets.push([start, ...eventsIn(seed, { from: start, to: end })])
    start = end
  }
  return buckets
}
