import { DatadogError } from "@effect-datadog/slo-report"
import {
  Credentials,
  FakeDatadog,
  FakeDatadogServer,
  Fault,
  ReportEndpoints,
  Timeline
} from "@effect-datadog/slo-report-testing"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { setTimeout } from "node:timers/promises"
import { vi } from "vitest"
import { PollPolicy, SloReportError } from "../src/index.ts"
import { type Client, open } from "../src/promise.ts"
import { smallCsv } from "./utils/flow.ts"

const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "slo-report-"))
afterAll(() => Fs.rmSync(folder, { recursive: true, force: true }))

const { apiKey, applicationKey: appKey } = Credentials.standard
const keys = { apiKey, appKey }
const unknown = "dc8d92aa-e0af-11ee-af21-1feeaccaa3a3"
const request = {
  query: "service:checkout",
  from: new Date("2024-01-01T00:00:00Z"),
  to: "2024-04-01",
  interval: "monthly"
} as const
const often = { poll: PollPolicy.fixed("100 millis") }

interface House {
  readonly client: Client
  readonly fake: FakeDatadog.Service
  readonly openSockets: Effect.Effect<number>
}

/** Runs a test with an open client and the fake that it talks to. */
const house = (test: (house: House) => Promise<void>, options: FakeDatadog.Options = {}) => () =>
  Effect.runPromise(
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const { openSockets, url } = yield* FakeDatadogServer.FakeDatadogServer
      yield* Effect.promise(async () => {
        await using client = await open({ ...keys, apiUrl: url })
        await test({ client, fake, openSockets })
      })
    }).pipe(Effect.provide(FakeDatadogServer.layerTest({
      rateLimit: false,
      report: { csv: smallCsv, timeline: Timeline.after("150 millis", "completed") },
      ...options
    })))
  )

const collected = async <A>(iterable: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const all: Array<A> = []
  for await (const one of iterable) all.push(one)
  return all
}

const rejection = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  return assert.fail("it did not reject")
}

const abortErrorOf = async (promise: Promise<unknown>): Promise<DOMException> => {
  const error = await rejection(promise)
  assert.instanceOf(error, DOMException)
  assert.strictEqual(error.name, "AbortError")
  return error
}

const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await setTimeout(5)
}

describe("a client without Effect", () => {
  it(
    "creates a report, waits for it and downloads it",
    house(async ({ client }) => {
      const id = await client.createReport(request)
      const seen: Array<string> = []
      const report = await client.awaitReport(id, { ...often, onProgress: ({ status }) => seen.push(status) })
      assert.strictEqual(report.status, "completed")
      assert.strictEqual(seen.at(-1), "completed")
      assert.strictEqual((await client.getReportStatus(id)).status, "completed")
      const chunks = await collected(client.downloadReport(id))
      assert.strictEqual(Buffer.concat(chunks).toString(), smallCsv)
      assert.isAbove((await collected(client.reportRows(id))).length, 0)
    })
  )

  it(
    "waits for one and for many, poll by poll",
    house(async ({ client }) => {
      const ids = [await client.createReport(request), await client.createReport(request)]
      const statuses: Array<string> = []
      for await (const { status } of client.waitForReport(ids[0]!, often)) statuses.push(status)
      assert.strictEqual(statuses.at(-1), "completed")
      const events = await collected(client.waitForReports(ids, often))
      assert.deepStrictEqual([...new Set(events.map(({ id }) => id))].sort(), [...ids].sort())
    })
  )

  it(
    "reads SLOs, a history and rows",
    house(async ({ client }) => {
      const slos = await collected(client.searchSlos(request.query))
      assert.isAbove(slos.length, 0)
      const from = Date.UTC(2024, 0, 1)
      const history = await client.getSloHistory(slos[0]!.id, { from, to: new Date("2024-02-01") })
      assert.strictEqual(history.from, from / 1000)
      const rows = await collected(client.rows(request, { source: "history" }))
      assert.strictEqual(rows.length, slos.length)
    })
  )

  it(
    "exports to a file and tells how far it is",
    house(async ({ client }) => {
      const path = Path.join(folder, "report.csv")
      const tags: Array<string> = []
      const done = await client.exportReportTo(path, request, { ...often, onProgress: ({ _tag }) => tags.push(_tag) })
      assert.strictEqual(done.bytes, Buffer.byteLength(smallCsv))
      assert.strictEqual(Fs.readFileSync(path, "utf8"), smallCsv)
      assert.strictEqual(tags[0], "SourceChosen")
      assert.strictEqual(tags.at(-1), "Done")
    })
  )

  it(
    "exports to whoever takes the chunks, and waits for each",
    house(async ({ client }) => {
      let [taking, most, text] = [0, 0, ""]
      await client.exportReport(request, {
        ...often,
        onChunk: async (chunk) => {
          most = Math.max(most, ++taking)
          await setTimeout(5)
          text += Buffer.from(chunk).toString()
          taking -= 1
        }
      })
      assert.strictEqual(text, smallCsv)
      assert.strictEqual(most, 1)
    })
  )

  it(
    "rejects with the client's errors",
    house(async ({ client, fake }) => {
      assert.instanceOf(await rejection(client.getReportStatus(unknown)), DatadogError.DatadogNotFound)
      assert.instanceOf(await rejection(client.getReportStatus("../1")), SloReportError.InvalidReportId)
      const iterator = client.downloadReport(unknown)[Symbol.asyncIterator]()
      assert.instanceOf(await rejection(iterator.next()), DatadogError.DatadogNotFound)
      await Effect.runPromise(fake.inject(Fault.status(403)))
      assert.instanceOf(await rejection(client.createReport(request)), DatadogError.DatadogForbidden)
    })
  )

  it(
    "rejects with a report that failed",
    house(
      async ({ client }) => {
        const id = await client.createReport(request)
        const error = await rejection(client.awaitReport(id, often))
        assert.instanceOf(error, SloReportError.ReportFailed)
      },
      { report: { timeline: Timeline.always("failed") } }
    )
  )

  it(
    "refuses what is no moment and no period, by name",
    house(async ({ client }) => {
      for (const from of [NaN, "yesterday", Infinity, new Date(NaN)]) {
        const error = await rejection(client.createReport({ ...request, from }))
        assert.instanceOf(error, Schema.SchemaError)
        assert.include(String(error), "from")
      }
      const backwards = { from: "2024-02-01", to: "2024-01-01" }
      assert.include(String(await rejection(client.getSloHistory("a", backwards))), "from")
    })
  )

  it(
    "ends with an AbortError at a signal, and leaves nothing running",
    house(async ({ client, fake }) => {
      const id = await client.createReport(request)
      const controller = new AbortController()
      const waiting = abortErrorOf(client.awaitReport(id, { signal: controller.signal }))
      const iterator = client.waitForReport(id, { signal: controller.signal })[Symbol.asyncIterator]()
      await iterator.next()
      const next = abortErrorOf(iterator.next())
      controller.abort("enough")
      assert.strictEqual((await waiting).cause, "enough")
      await next
      const sent = (await Effect.runPromise(fake.requests)).length
      await setTimeout(1_200)
      assert.strictEqual((await Effect.runPromise(fake.requests)).length, sent)
      await abortErrorOf(client.getReportStatus(id, { signal: controller.signal }))
      assert.strictEqual((await Effect.runPromise(fake.requests)).length, sent)
    }, { report: { timeline: Timeline.always("in_progress") } })
  )

  it(
    "stops everything at a break",
    house(async ({ client, fake }) => {
      const id = await client.createReport(request)
      for await (const report of client.waitForReport(id, often)) {
        assert.strictEqual(report.status, "in_progress")
        break
      }
      const sent = (await Effect.runPromise(fake.requests)).length
      await setTimeout(300)
      assert.strictEqual((await Effect.runPromise(fake.requests)).length, sent)
    }, { report: { timeline: Timeline.always("in_progress") } })
  )

  it(
    "ends a download at a break, and its connection",
    house(async ({ client, openSockets }) => {
      const id = await client.createReport(request)
      let taken = 0
      for await (const chunk of client.downloadReport(id)) {
        taken += chunk.length
        break
      }
      assert.isBelow(taken, 20_000_000)
      await until(() => Effect.runSync(openSockets) <= 1)
    }, { report: { timeline: Timeline.always("completed"), csv: smallCsv + ",".repeat(20_000_000) + "\n" } })
  )

  it(
    "ends a call whose listener throws, with what it threw",
    house(async ({ client }) => {
      const thrown = new Error("listener")
      const onProgress = () => {
        throw thrown
      }
      assert.strictEqual(await rejection(client.exportReport(request, { ...often, onProgress })), thrown)
      assert.strictEqual(
        await rejection(client.exportReport(request, { ...often, onChunk: () => Promise.reject(thrown) })),
        thrown
      )
    })
  )

  it(
    "logs to the standard error: the output is the program's",
    house(async ({ client }) => {
      const log = vi.spyOn(console, "log").mockImplementation(() => undefined)
      const error = vi.spyOn(console, "error").mockImplementation(() => undefined)
      await client.createReport(request)
      const [logged, told] = [log.mock.calls.join("\n"), error.mock.calls.join("\n")]
      vi.restoreAllMocks()
      assert.strictEqual(logged, "")
      assert.match(told, /WARN.*Datadog announces the end of POST/)
    }, { reportEndpoints: ReportEndpoints.deprecated() })
  )

  it(
    "ends its calls when it is closed, and its connections",
    house(async ({ client, openSockets }) => {
      const id = await client.createReport(request)
      const waiting = abortErrorOf(client.awaitReport(id))
      await client.close()
      await waiting
      await abortErrorOf(client.getReportStatus(id))
      await client.close()
      await until(() => Effect.runSync(openSockets) === 0)
    }, { report: { timeline: Timeline.always("in_progress") } })
  )
})

describe("opening a client", () => {
  it("rejects where a key is missing or can't be one, by name, and shows none", async () => {
    assert.include(String(await rejection(open({ apiKey: keys.apiKey }))), "DD_APP_KEY is not set")
    const error = String(await rejection(open({ ...keys, appKey: "${SECRET}" })))
    assert.include(error, "DD_APP_KEY")
    assert.notInclude(error, "SECRET")
  })

  it("rejects where an option is out of range", async () => {
    assert.instanceOf(await rejection(open({ ...keys, pacing: { reserve: 2 } })), RangeError)
  })

  it("rejects where the site is none", async () => {
    assert.include(String(await rejection(open({ ...keys, site: "nowhere" }))), "DD_SITE")
  })
})
