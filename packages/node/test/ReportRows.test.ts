import { IntervalCell } from "@effect-datadog/slo-report"
import { Fault, ReportCsv } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import { RetryPolicy, SloReportError } from "../src/index.ts"
import { inFlight, reportId } from "./utils/client.ts"
import { add, bytesOf, errorOf, injectInto, rows, run, sent, smallCsv, valueOf } from "./utils/flow.ts"
import { inMemory } from "./utils/wait.ts"

const once = { retry: RetryPolicy.none }
const header = "id,slo_type,name,target,export_error,2024-01-01"

const collect = (id: string) => Stream.runCollect(rows(id))

// The names that came before a stream's end, and how it ended.
const namesAndExit = (id: string) =>
  Effect.suspend(() => {
    const names: Array<string> = []
    return Effect.map(
      Effect.exit(Stream.runForEach(rows(id), ({ name }) => Effect.sync(() => names.push(name)))),
      (exit) => ({ names, exit })
    )
  })

describe("a report's rows", () => {
  it.effect("are those of its file, typed", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: smallCsv })
      const [first, second, third, ...more] = yield* collect(id)
      assert.deepStrictEqual(more, [])
      assert.deepInclude(first, { id: "a1", sloType: "metric", name: "Checkout, \"p99\"", target: 99.9 })
      assert.isUndefined(first?.exportError)
      assert.deepStrictEqual(first?.cells, [IntervalCell.fromText("2024-01-01", "99.95")])
      assert.deepInclude(second, { name: "Überprüfung 検索 🚀", exportError: "timed out" })
      assert.isUndefined(second?.cells[0]?.status)
      assert.deepInclude(third, { name: "Two\nlines", target: 95 })
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("are none in the recorded file, which is a header alone", () =>
    Effect.gen(function*() {
      const recorded = "id,slo_type,name,target,export_error,2023-08-01,2023-09-01,2023-10-01,2023-11-01,2023-12-01," +
        "2024-01-01\n"
      const id = yield* add({ csv: recorded })
      assert.deepStrictEqual(yield* collect(id), [])
    }).pipe(Effect.provide(inMemory(once))))

  for (const bytes of [1, 2, 3, 5, 64]) {
    it.effect(`are the same in parts of ${bytes}, which cut characters, quotes and line ends in two`, () =>
      Effect.gen(function*() {
        const crlf = smallCsv.replaceAll(/(?<!Two)\n/g, "\r\n")
        for (const csv of [smallCsv, `\ufeff${smallCsv}`, crlf, `\ufeff${crlf}`, smallCsv.trimEnd()]) {
          const id = yield* add({ csv })
          yield* injectInto("download", Fault.slowBody({ bytes, gap: "1 milli" }))
          const names = valueOf(yield* run(collect(id))).map(({ name }) => name)
          assert.deepStrictEqual(names, ["Checkout, \"p99\"", "Überprüfung 検索 🚀", "Two\nlines"])
        }
      }).pipe(Effect.provide(inMemory(once))))
  }

  for (const newline of ["\n", "\r\n"] as const) {
    it.effect(`keep every awkward name, with ${JSON.stringify(newline)} at a line's end`, () =>
      Effect.gen(function*() {
        const names = ReportCsv.awkwardNames
        const id = yield* add({ csv: { names, rows: names.length, newline, byteOrderMark: true } })
        assert.deepStrictEqual((yield* collect(id)).map(({ name }) => name), [...names])
      }).pipe(Effect.provide(inMemory(once))))
  }

  for (const bytes of [1, 1000, 65_536, 10_000_000]) {
    it.effect(`are all there and in order in parts of ${bytes}, with quotes in some lines`, () =>
      Effect.gen(function*() {
        const count = bytes === 1 ? 200 : 20_000
        const names = Array.from({ length: count }, (_, n) => n % 7 === 3 ? `${n}, "quoted"\non two` : `name ${n}`)
        const lines = names.map((name, n) => `${n},metric,"${name.replaceAll("\"", "\"\"")}",99,,${n / 1000}`)
        const plain = lines.map((line, n) => n % 7 === 3 ? line : line.replaceAll("\"", ""))
        const file = bytesOf(`${header}\n${plain.join("\n")}\nlast,metric,tw"o,99,,1\n`)
        const parts = Array.from(
          { length: Math.ceil(file.length / bytes) },
          (_, n) => file.slice(n * bytes, (n + 1) * bytes)
        )
        yield* injectInto("download", Fault.body(Stream.fromIterable(parts)))
        const ended = yield* namesAndExit(reportId)
        assert.deepStrictEqual(ended.names, names)
        const line = 2 + count + names.filter((name) => name.includes("\n")).length
        assert.deepInclude(errorOf({ ...ended, took: 0 }), { _tag: "InvalidReportTable", line })
      }).pipe(Effect.provide(inMemory(once))))
  }

  it.effect("skip empty lines, also before the header and at the end", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: `\n\r\n${header}\n\na,metric,one,99,,1\n\r\n\nb,metric,two,99,,2\n\n\n` })
      assert.deepStrictEqual((yield* collect(id)).map(({ name }) => name), ["one", "two"])
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("come as they arrive: the first one is out before the last byte is in", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: `${header}\na,metric,one,99,,1\nb,metric,two,99,,2\nc,metric,three,99,,3\n` })
      yield* injectInto("download", Fault.slowBody({ bytes: 20, gap: "1 second" }))
      const times: Array<readonly [string, number]> = []
      const fiber = yield* rows(id).pipe(
        Stream.runForEach(({ name }) =>
          Effect.map(Clock.currentTimeMillis, (now) => void times.push([name, now / 1000]))
        ),
        Effect.forkChild({ startImmediately: true })
      )
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      // The header ends at byte 48, the rows at 66, 84 and 104; a part of 20 comes each second.
      assert.deepStrictEqual(times, [["one", 3], ["two", 4], ["three", 5]])
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("end the download where a program has enough", () =>
    Effect.gen(function*() {
      let made = 0
      const endless = Stream.iterate(0, (n) => made = n + 1).pipe(
        Stream.rechunk(1),
        Stream.map((n) => bytesOf(n === 0 ? `${header}\n` : `${n},metric,name ${n},99,,1\n`))
      )
      yield* injectInto("download", Fault.body(endless))
      const taken = yield* Stream.runCollect(Stream.take(rows(reportId), 3))
      assert.deepStrictEqual(taken.map(({ id }) => id), ["1", "2", "3"])
      assert.isAtMost(made, 6)
      assert.strictEqual(yield* inFlight, 0)
    }).pipe(Effect.provide(inMemory(once))))
})

interface BadFile {
  readonly csv: string
  readonly line: number
  readonly issue: RegExp
  // The rows before it.
  readonly names: ReadonlyArray<string>
}

const good = "a,metric,\"one\nand more\",99,,1\n"

const badFiles: Readonly<Record<string, BadFile>> = {
  ...Object.fromEntries(
    ["id", "slo_type", "name", "target", "export_error"].map((name) => [
      `the column ${name} is missing`,
      {
        csv: `${header.replace(new RegExp(`\\b${name}\\b`), "other")}\n${good}`,
        line: 1,
        issue: new RegExp(`lacks "${name}"`),
        names: []
      }
    ])
  ),
  "an interval is there twice": {
    csv: `${header},2024-01-01\n`,
    line: 1,
    issue: /"2024-01-01" is there twice/,
    names: []
  },
  "a known column is there twice": { csv: `${header},name\n`, line: 1, issue: /"name" is there twice/, names: [] },
  "a spreadsheet has changed the dates": {
    csv: `${header.replace("2024-01-01", "1/1/2024")}\n${good}`,
    line: 1,
    issue: /^the column "1\/1\/2024" seems to be a date, expected YYYY-MM-DD$/,
    names: []
  },
  "blank lines come before a header that is wrong": {
    csv: `\n\r\n${header},name\n`,
    line: 3,
    issue: /"name" is there twice/,
    names: []
  },
  "a status has a decimal comma": {
    csv: `${header}\n${good}b,metric,two,99,,"99,9"\n${good}`,
    line: 4,
    issue: /^expected a number such as 99.9 in the column "2024-01-01", got "99,9"$/,
    names: ["one\nand more"]
  },
  "a target has one": {
    csv: `${header}\n${good}b,metric,two,"99,9",,1\n`,
    line: 4,
    issue: /in the column "target", got "99,9"$/,
    names: ["one\nand more"]
  },
  "a row is too short": {
    csv: `${header}\n${good}\nb,metric,two,99,\n`,
    line: 5,
    issue: /expected 6 cells, as in the header, got 5/,
    names: ["one\nand more"]
  },
  "a row is too short after rows without quotes, in one part with them": {
    csv: `${header}\na,metric,one,99,,1\nb,metric,two,99,,2\nc,metric\nd,metric,four,99,,4\n`,
    line: 4,
    issue: /expected 6 cells, as in the header, got 2/,
    names: ["one", "two"]
  },
  "a row is too long": {
    csv: `${header}\r\n${good}b,metric,two,99,,1,2\r\n`,
    line: 4,
    issue: /expected 6 cells, as in the header, got 7/,
    names: ["one\nand more"]
  },
  "a quote is not closed": {
    csv: `${header}\n${good}b,metric,"two,99,,1\nc,metric,three,99,,1\n`,
    line: 4,
    issue: /unterminated quoted field/,
    names: ["one\nand more"]
  },
  "a quote stands in the middle of a cell": {
    csv: `${header}\n${good}b,metric,tw"o,99,,1\n`,
    line: 4,
    issue: /unexpected quote/,
    names: ["one\nand more"]
  },
  "text follows a closing quote": {
    csv: `${header}\n${good}b,metric,"two" or more,99,,1\n`,
    line: 4,
    issue: /after a closing quote/,
    names: ["one\nand more"]
  }
}

describe("a file that is no report's table", () => {
  for (const [name, { csv, issue, line, names }] of Object.entries(badFiles)) {
    it.effect(`names line ${line} where ${name}`, () =>
      Effect.gen(function*() {
        const id = yield* add({ csv })
        for (const slowly of [false, true]) {
          if (slowly) yield* injectInto("download", Fault.slowBody({ bytes: 3, gap: "1 milli" }))
          const { exit, names: before } = valueOf(yield* run(namesAndExit(id)))
          const error = errorOf({ exit, took: 0 })
          assert.instanceOf(error, SloReportError.InvalidReportTable)
          assert.deepStrictEqual([error.id, error.line], [id, line])
          assert.match(error.issue, issue)
          assert.include(error.message, `line ${line}: ${error.issue}`)
          assert.deepStrictEqual(before, names)
        }
        assert.strictEqual((yield* sent).length, 2)
      }).pipe(Effect.provide(inMemory())))
  }

  it.effect("tells in plain words that a record is too long", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: `${header}\n${good}b,metric,${"x".repeat(2 ** 20)},99,,1\n` })
      const { exit, names } = valueOf(yield* run(namesAndExit(id)))
      const error = errorOf({ exit, took: 0 })
      assert.deepInclude(error, { _tag: "InvalidReportTable", line: 4 })
      assert.include(error.message, "line 4: CSV record exceeds")
      assert.deepStrictEqual(names, ["one\nand more"])
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("is refused where a record never ends, in bounded memory", () =>
    Effect.gen(function*() {
      let made = 0
      const endless = Stream.iterate(0, (n) => made = n + 1).pipe(
        Stream.rechunk(1),
        Stream.map((n) => bytesOf(n === 0 ? `${header}\na,metric,"` : `${"x,".repeat(500)}\n`.repeat(60)))
      )
      yield* injectInto("download", Fault.body(endless))
      const error = yield* Effect.flip(collect(reportId))
      assert.deepInclude(error, { _tag: "InvalidReportTable", line: 2 })
      assert.isAtMost(made, 25)
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("is an error that can be written and read", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: `${header}\na,b\n` })
      const error = errorOf(yield* run(collect(id)))
      assert.instanceOf(error, SloReportError.InvalidReportTable)
      const codec = Schema.toCodecJson(SloReportError.InvalidReportTable)
      const json = JSON.stringify(yield* Schema.encodeEffect(codec)(error))
      assert.deepStrictEqual(yield* Schema.decodeUnknownEffect(codec)(JSON.parse(json)), error)
    }).pipe(Effect.provide(inMemory(once))))
})

describe("rows whose download fails", () => {
  it.effect("are never fewer without an error, wherever the file is cut", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: smallCsv })
      for (let bytes = 0; bytes < bytesOf(smallCsv).length; bytes++) {
        yield* injectInto("download", Fault.truncate(bytes))
        const error = errorOf(yield* run(collect(id)))
        assert.deepInclude(error, { _tag: "DatadogTransportError", reason: "reset" }, `${bytes} bytes`)
      }
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("tell what Datadog said", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(collect("not-one")))._tag, "DatadogBadRequest")
      assert.strictEqual((yield* Effect.flip(collect("a/b")))._tag, "InvalidReportId")
      yield* injectInto("download", Fault.html())
      assert.strictEqual((yield* Effect.flip(collect(reportId)))._tag, "DatadogProtocolError")
    }).pipe(Effect.provide(inMemory(once))))

  it.effect("are still all there after a 429 and a 503", () =>
    Effect.gen(function*() {
      const id = yield* add({ csv: smallCsv })
      yield* injectInto("download", Fault.status(429))
      yield* injectInto("download", Fault.status(503))
      const ended = yield* run(collect(id))
      assert.isTrue(Exit.isSuccess(ended.exit))
      assert.strictEqual(valueOf(ended).length, 3)
    }).pipe(Effect.provide(inMemory())))
})
