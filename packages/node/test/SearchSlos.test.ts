import { FakeDatadog, Fault, Slo } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { TestClock } from "effect/testing"
import { SloReportClient } from "../src/index.ts"
import { errorOf, injectInto, run, sent, sentTo, valueOf } from "./utils/flow.ts"
import { parentOf, withSpans } from "./utils/spans.ts"
import { addSlos, historyOnly, requestOf, rowsOf, runStepwise } from "./utils/table.ts"
import { inMemory } from "./utils/wait.ts"

const search = (query: string) =>
  Stream.runCollect(Stream.unwrap(SloReportClient.SloReportClient.useSync((client) => client.searchSlos(query))))

const page = (slos: ReadonlyArray<string>, pagination: unknown) =>
  Fault.body(JSON.stringify({
    data: { attributes: { slos: slos.map((id) => ({ data: { id, attributes: { name: id, slo_type: "metric" } } })) } },
    meta: { pagination }
  }))

const ids = (count: number, first = 0) => Array.from({ length: count }, (_, index) => `slo-${first + index}`)

describe("a search for SLOs", () => {
  it.effect("finds them in Datadog's order, asking for one page in each request, from 0", () =>
    Effect.gen(function*() {
      yield* addSlos(250)
      const found = valueOf(yield* run(search("env:prod \"SLO\"")))
      assert.deepStrictEqual(found.map(({ name }) => name), ids(250).map((_, index) => `SLO ${index}`))
      assert.deepStrictEqual((yield* sent).map(({ url }) => new URL(url, "https://x").searchParams.toString()), [
        "query=env%3Aprod+%22SLO%22&page%5Bsize%5D=100&page%5Bnumber%5D=0",
        "query=env%3Aprod+%22SLO%22&page%5Bsize%5D=100&page%5Bnumber%5D=1",
        "query=env%3Aprod+%22SLO%22&page%5Bsize%5D=100&page%5Bnumber%5D=2"
      ])
    }).pipe(Effect.provide(inMemory())))

  it.effect("is empty where nothing matches, and takes any text for a query", () =>
    Effect.gen(function*() {
      for (const query of ["service:none", "", "a&b=c#?/..", "Überprüfung 検索 🚀", "\ud800", "\u0000"]) {
        const found = valueOf(yield* run(search(query)))
        assert.strictEqual(found.length, query === "" ? 12 : 0, query)
      }
    }).pipe(Effect.provide(inMemory({}, { slos: Slo.standard }))))

  it.effect("asks for a page when it is wanted", () =>
    Effect.gen(function*() {
      yield* addSlos(250)
      const client = yield* SloReportClient.SloReportClient
      valueOf(yield* run(Stream.runCollect(Stream.take(client.searchSlos("env:prod"), 100))))
      assert.strictEqual((yield* sent).length, 1)
    }).pipe(Effect.provide(inMemory())))

  it.effect("gives no SLO twice where the index moves from page to page", () =>
    Effect.gen(function*() {
      const pagination = { number: 0, size: 100, last_number: 1, total: 150 }
      yield* injectInto("search", page(ids(100), pagination))
      yield* injectInto("search", page(ids(100, 60), { ...pagination, number: 1 }))
      const found = valueOf(yield* run(search("a")))
      assert.deepStrictEqual(found.map(({ id }) => String(id)), ids(160))
    }).pipe(Effect.provide(inMemory())))

  // What follows the last page was recorded: a next page is named for ever.
  const endings: Readonly<Record<string, readonly [pages: ReadonlyArray<Fault.Fault>, found: number]>> = {
    "by number, at the last that is named": [[
      page(ids(100), { type: "number_size", number: 0, size: 100, total: 200, next_number: 1, last_number: 1 }),
      page(ids(100, 100), { type: "number_size", number: 1, size: 100, total: 200, next_number: 2, last_number: 1 })
    ], 200],
    "by offset, at the last that is named": [[
      page(ids(10), { type: "offset_limit", offset: 0, limit: 10, total: 20, next_offset: 10, last_offset: 10 }),
      page(ids(10, 10), { type: "offset_limit", offset: 10, limit: 10, total: 20, next_offset: 20, last_offset: 10 })
    ], 20],
    "without a word of pages, at a shorter one": [[page(ids(100), undefined), page(ids(3, 100), undefined)], 103],
    "without a word of pages, at an empty one": [[page(ids(100), null), page([], null)], 100],
    "at the last, where others have come to have all of its SLOs": [[
      page(ids(100), { type: "number_size", number: 0, size: 100, total: 101, last_number: 1 }),
      page(ids(1), { type: "number_size", number: 1, size: 100, total: 101, last_number: 1 })
    ], 100]
  }
  for (const [name, [pages, found]] of Object.entries(endings)) {
    it.effect(`ends ${name}`, () =>
      Effect.gen(function*() {
        for (const one of pages) yield* injectInto("search", one)
        // A request too many would find these.
        yield* addSlos(5)
        assert.strictEqual(valueOf(yield* run(search("env:prod"))).length, found)
        assert.strictEqual((yield* sent).length, pages.length)
      }).pipe(Effect.provide(inMemory())))
  }

  const byNumber = { type: "number_size", size: 100, total: 300, last_number: 2 }
  const byOffset = { type: "offset_limit", limit: 10, total: 30, last_offset: 20 }
  const cut: Readonly<Record<string, ReadonlyArray<Fault.Fault>>> = {
    "is the first once more, by number": [
      page(ids(100), { ...byNumber, number: 0 }),
      page(ids(100), { ...byNumber, number: 0 })
    ],
    "is the first once more, by offset": [
      page(ids(10), { ...byOffset, offset: 0 }),
      page(ids(10), { ...byOffset, offset: 0 })
    ],
    "is the first once more, without a word of pages": [page(ids(100), null), page(ids(100), null)],
    "is empty, though more follow": [page(ids(100), { ...byNumber, number: 0 }), page([], { ...byNumber, number: 1 })],
    "is empty at once, though more follow": [page([], { ...byNumber, number: 0 })]
  }
  for (const [name, pages] of Object.entries(cut)) {
    it.effect(`is never taken for whole where a page ${name}`, () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(Date.UTC(2026, 0, 1))
        for (const table of [search("env:prod"), Stream.runCollect(rowsOf(requestOf(), historyOnly))]) {
          for (const one of pages) yield* injectInto("search", one)
          const error = errorOf(yield* run<unknown, { readonly _tag: string; readonly message: string }, any>(table))
          assert.strictEqual(error._tag, "DatadogProtocolError")
          assert.match(
            error.message,
            /Expected page [01] of the search, got one without a new SLO/
          )
        }
        assert.strictEqual((yield* sent).length, 2 * pages.length)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("reads pages of more than 64 KiB", () =>
    Effect.gen(function*() {
      yield* addSlos(100, (index) => ({ name: `SLO ${index}`, description: "x".repeat(5000) }))
      assert.strictEqual(valueOf(yield* run(search("env:prod"))).length, 100)
    }).pipe(Effect.provide(inMemory())))

  it.effect("retries a page, and fails with what it can't get past after the pages before", () =>
    Effect.gen(function*() {
      yield* addSlos(150)
      yield* injectInto("search", Fault.status(503))
      assert.strictEqual(valueOf(yield* run(search("env:prod"))).length, 150)
      const fake = yield* FakeDatadog.FakeDatadog
      yield* fake.inject(Fault.html(), { times: Infinity, when: ({ url }) => url.endsWith("=1") })
      const seen: Array<string> = []
      const client = yield* SloReportClient.SloReportClient
      const error = errorOf(
        yield* run(Stream.runForEach(client.searchSlos("env:prod"), ({ id }) => Effect.sync(() => seen.push(id))))
      )
      assert.strictEqual(error._tag, "DatadogProtocolError")
      assert.strictEqual(seen.length, 100)
    }).pipe(Effect.provide(inMemory())))
})

describe("the history of an SLO", () => {
  const day = { from: 0, to: 86_400 }

  const history = (id: string, period: { readonly from: number; readonly to: number } = day) =>
    SloReportClient.SloReportClient.use((client) => client.getSloHistory(id, period))

  it.effect("is Datadog's number for a period", () =>
    Effect.gen(function*() {
      const [id] = yield* addSlos(1)
      const { buckets, from, sli, to } = valueOf(yield* run(history(id!)))
      assert.deepStrictEqual({ from, sli, to }, { from: 0, sli: 99.9, to: 86_400 })
      assert.strictEqual(buckets?.length, 12)
      assert.deepStrictEqual((yield* sent).map(({ path }) => path), [`/api/v1/slo/${id}/history?from_ts=0&to_ts=86400`])
    }).pipe(Effect.provide(inMemory())))

  for (
    const id of [
      "",
      ".",
      "..",
      "a/b",
      "../status",
      "a?b",
      "a#b",
      "a%2fb",
      "a\\b",
      "a b",
      "a\nb",
      "\ud800",
      "x".repeat(256)
    ]
  ) {
    it.effect(`is InvalidSloId for ${JSON.stringify(id).slice(0, 20)}, and nothing is sent`, () =>
      Effect.gen(function*() {
        assert.deepInclude(errorOf(yield* run(history(id))), { _tag: "InvalidSloId", id: id.slice(0, 100) })
        assert.deepStrictEqual(yield* sent, [])
      }).pipe(Effect.provide(inMemory())))
  }

  const periods: ReadonlyArray<readonly [from: number, to: number, member: "from" | "to"]> = [
    [1, 1, "from"],
    [2, 1, "from"],
    [0.5, 1, "from"],
    [0, 1.5, "to"],
    [-1, 1, "from"],
    [NaN, 1, "from"],
    [0, Infinity, "to"],
    [0, 1_704_067_200_000, "to"]
  ]
  for (const [from, to, member] of periods) {
    it.effect(`is InvalidSloPeriod from ${from} to ${to}, and nothing is sent`, () =>
      Effect.gen(function*() {
        assert.deepInclude(errorOf(yield* run(history("a", { from, to }))), { _tag: "InvalidSloPeriod", member })
        assert.deepStrictEqual(yield* sent, [])
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("is not found where there is no such SLO", () =>
    Effect.gen(function*() {
      assert.strictEqual(errorOf(yield* run(history("gone")))._tag, "DatadogNotFound")
      assert.strictEqual((yield* sentTo("history")).length, 1)
    }).pipe(Effect.provide(inMemory())))

  it.effect("is read up to 8 MiB, and not beyond", () =>
    Effect.gen(function*() {
      const body = (size: number) => {
        const text = "{\"data\":{\"overall\":{\"sli_value\":50}}}"
        return Fault.body(text + " ".repeat(size - text.length))
      }
      yield* injectInto("history", body(8 * 1024 * 1024))
      assert.strictEqual(valueOf(yield* run(history("a"))).sli, 50)
      yield* injectInto("history", Fault.all(Fault.gzip, body(8 * 1024 * 1024)))
      assert.strictEqual(valueOf(yield* run(history("a"))).sli, 50)
      for (const fault of [body(8 * 1024 * 1024 + 1), Fault.all(Fault.gzip, body(8 * 1024 * 1024 + 1))]) {
        yield* injectInto("history", fault)
        const error = errorOf(yield* run(history("a")))
        assert.deepInclude(error, { _tag: "DatadogProtocolError", issue: "Expected at most 8388608 bytes" })
        assert.isAtMost(JSON.stringify(error).length, 2000)
      }
    }).pipe(Effect.provide(inMemory())))

  it.effect("has an error's body read up to 64 KiB, as ever", () =>
    Effect.gen(function*() {
      const text = JSON.stringify({ errors: ["x".repeat(80 * 1024)] })
      yield* injectInto("history", Fault.body(text, { status: 400 }))
      const error = errorOf(yield* run(history("a")))
      assert.strictEqual(error._tag, "DatadogBadRequest")
      assert.isAtMost(JSON.stringify(error).length, 70 * 1024)
    }).pipe(Effect.provide(inMemory())))

  it.effect("of a table is in a span of its own below the table's, and so is the search", () =>
    withSpans((spans) =>
      Effect.gen(function*() {
        yield* TestClock.setTime(Date.UTC(2026, 0, 1))
        yield* addSlos(2)
        valueOf(yield* runStepwise(Stream.runDrain(rowsOf(requestOf(), historyOnly))))
        const named = spans.filter(({ name }) => name.startsWith("SloReportClient."))
        assert.deepStrictEqual(named.map((span) => [span.name, parentOf(span)]), [
          ["SloReportClient.rows", undefined],
          ["SloReportClient.searchSlos", "SloReportClient.rows"],
          ["SloReportClient.getSloHistory", "SloReportClient.rows"],
          ["SloReportClient.getSloHistory", "SloReportClient.rows"]
        ])
      }).pipe(Effect.provide(inMemory()))
    ))
})
