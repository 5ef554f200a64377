import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as SloSearch from "../src/SloSearch.ts"
import {
  byNumber,
  byOffset,
  metric2023,
  metricOfMidYear2022,
  monitor2022,
  timeSliceJustCreated
} from "./fixtures/searches.ts"

const all = [metric2023, timeSliceJustCreated, monitor2022, metricOfMidYear2022]

describe("a page of SLOs", () => {
  it("holds the SLOs of every year, in Datadog's order, and where it is", () => {
    const page = pageOf(byNumber(all, { total: 44, size: 20, number: 2, last_number: 2 }))
    assert.instanceOf(page, SloSearch.SloSearchPage)
    assert.deepStrictEqual(page.slos.map(({ id }) => String(id)), all.map(({ id }) => id))
    assert.deepStrictEqual(page.slos.map(({ type }) => type), ["metric", "time_slice", "monitor", "metric"])
    assert.deepStrictEqual({ ...page, slos: [] }, { slos: [], total: 44, size: 20, position: 2, last: 2 })
  })

  it("by offset tells the same", () => {
    const page = pageOf(byOffset(all, { total: 24, offset: 20, last_offset: 20 }))
    assert.deepStrictEqual({ ...page, slos: [] }, { slos: [], total: 24, size: 10, position: 20, last: 20 })
  })

  it("may have no SLO", () => {
    assert.deepStrictEqual(pageOf(byNumber([])).slos, [])
  })

  for (
    const meta of [undefined, null, [], {}, { pagination: null }, { pagination: { total: -1, size: "9", number: 1.5 } }]
  ) {
    it(`doesn't say where it is with ${JSON.stringify(meta)}`, () => {
      assert.deepStrictEqual(Object.keys(pageOf({ ...byNumber(all), meta })), ["slos"])
    })
  }

  it("is read without a word of what it is, and with members of next year", () => {
    const { attributes } = byNumber(all).data
    assert.strictEqual(pageOf({ data: { attributes: { ...attributes, next_year: [] } }, next_year: 1 }).slos.length, 4)
    assert.strictEqual(pageOf(byNumber([{ id: "a" }])).slos.length, 1)
  })
})

describe("the last page", () => {
  const ends: ReadonlyArray<readonly [what: string, body: object, asked: number, isLast: boolean]> = [
    ["is the last by number, though Datadog names a next one", byNumber(all), 4, true],
    ["is not one before it, even if it is short", byNumber(all, { last_number: 1, number: 0 }), 100, false],
    ["is one beyond it", byNumber(all, { last_number: 1, number: 2 }), 4, true],
    ["is the last by offset", byOffset(all, { offset: 20, last_offset: 20 }), 4, true],
    ["is not one before it by offset", byOffset(all, { offset: 10, last_offset: 20 }), 4, false],
    ["has no SLO", byNumber([], { last_number: 7, number: 0 }), 100, true],
    ["is shorter than a page, where Datadog names no last", byNumber(all, { last_number: null, size: 5 }), 4, true],
    ["is not a full one, where Datadog names no last", byNumber(all, { last_number: null, size: 4 }), 100, false],
    ["is shorter than asked, where Datadog doesn't count", { ...byNumber(all), meta: {} }, 5, true],
    ["is not as long as asked, where Datadog doesn't count", { ...byNumber(all), meta: {} }, 4, false]
  ]
  for (const [what, body, asked, isLast] of ends) {
    it(what, () => assert.strictEqual(SloSearch.isLast(pageOf(body), asked), isLast))
  }
})

describe("an answer that is no page of SLOs is refused with the place where it is wrong", () => {
  const wrong: ReadonlyArray<readonly [body: unknown, issue: RegExp]> = [
    [null, /^Expected object/],
    [{}, /^Missing key\n {2}at \["data"\]/],
    [{ data: { attributes: { slos: null } } }, /^Expected array\n {2}at \["data"\]\["attributes"\]\["slos"\]/],
    [
      byNumber([{ attributes: {} }]),
      /^Missing key\n {2}at \["data"\]\["attributes"\]\["slos"\]\[0\]\["data"\]\["id"\]/
    ],
    [byNumber([{ id: "../../keys", attributes: {} }]), /^Expected one path segment/],
    [byNumber([{ id: "..", attributes: {} }]), /^Expected one path segment/]
  ]
  for (const [body, issue] of wrong) {
    it(JSON.stringify(body)?.slice(0, 120), () => {
      assert.match(Result.getOrThrow(Result.flip(decode(body))).message, issue)
    })
  }

  it.prop("or is read, whatever it holds", { one: Schema.Json }, ({ one }) => {
    for (
      const body of [one, { data: one }, { ...byNumber(all), meta: one }, byNumber(all, { total: one, number: one })]
    ) {
      assert.isTrue(Result.isResult(decode(body)))
    }
  })
})

it("an answer is only read", () => {
  const encoded = Schema.encodeUnknownResult(SloSearch.SloSearchResponse)(pageOf(byNumber(all)))
  assert.match(Result.getOrThrow(Result.flip(encoded)).message, /Encoding is not supported/)
})

const decode = Schema.decodeUnknownResult(SloSearch.SloSearchResponse)

function pageOf(body: unknown): SloSearch.SloSearchPage {
  return Result.getOrThrow(decode(body))
}
