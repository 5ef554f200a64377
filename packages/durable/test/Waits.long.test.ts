import { Credentials, FakeDatadog, FakeDatadogServer, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Random, Schedule, type Scope } from "effect"
import * as Path from "node:path"
import { missing, postgres } from "./utils/postgres.ts"
import { bundleOf, start, temporaryFolder, until } from "./utils/processes.ts"
import type { Job } from "./utils/worker.ts"
import { inWorld, names, worker } from "./utils/workers.ts"

const { FakeDatadog: Fake } = FakeDatadog
const { FakeDatadogServer: Server } = FakeDatadogServer

const waits = 1000

/** Durations as they are spread in life: a median of 20 s, and a minute at most. */
const spread = (fake: FakeDatadog.Service) =>
  Effect.forkChild(Effect.forever(Effect.gen(function*() {
    const [a, b] = [yield* Random.next, yield* Random.next]
    const normal = Math.sqrt(-2 * Math.log(1 - a)) * Math.cos(2 * Math.PI * b)
    yield* fake.setReportDefaults({
      timeline: Timeline.after(Math.min(60_000, 20_000 * Math.exp(0.8 * normal)), "completed")
    })
    yield* Effect.sleep("5 millis")
  })))

const limit = { limit: 100, period: "10 seconds", name: "slo_report" } as const

/** Somebody else of the organisation, who creates reports without any pace: the statuses of the answers. */
const others = Effect.gen(function*() {
  const { url } = yield* Server
  const { apiKey, applicationKey } = Credentials.standard
  const statuses: Array<number> = []
  const attributes = { query: "env:other", from_ts: 1_700_000_000, to_ts: 1_702_000_000, interval: "monthly" }
  const create = Effect.promise(async () => {
    const answer = await fetch(`${url}/api/v2/slo/report`, {
      method: "POST",
      headers: { "content-type": "application/json", "dd-api-key": apiKey, "dd-application-key": applicationKey },
      body: JSON.stringify({ data: { type: "slo_report", attributes } })
    })
    statuses.push(answer.status)
  })
  yield* Effect.forkChild(Effect.repeat(create, Schedule.fixed("2 seconds")))
  return statuses
})

/**
 * Three processes with 100 exports each, when one limit begins to hold for all operations: it holds for the last
 * creates, and for nearly all downloads.
 */
const crowd = (store: (index: number) => Effect.Effect<Pick<Job, "filename" | "url">, never, Scope.Scope>) =>
  Effect.gen(function*() {
    const fake = yield* Fake
    yield* spread(fake)
    const folder = yield* temporaryFolder
    const workers = yield* Effect.forEach(
      [0, 1, 2],
      (index) =>
        Effect.flatMap(store(index), (store) => worker({ ...store, folder, queries: names(100, `crowd${index}`) }))
    )
    yield* until(async () => (await Effect.runPromise(fake.reportIds)).length >= 270)
    yield* fake.setRateLimit(limit)
    const before = (yield* fake.requests).length
    const statuses = yield* others
    yield* Effect.forEach(workers, ({ ended }) => ended, { concurrency: "unbounded", discard: true })
    const requests = (yield* fake.requests).slice(before)
    const endings = workers.flatMap(({ endings }) => endings())
    assert.deepStrictEqual(endings.filter(({ end }) => end !== "Done"), [])
    assert.strictEqual(endings.length, 300)
    const count = (operation: string, isOk: (status: number) => boolean = () => true) =>
      requests.filter((one) => one.operation === operation && !one.body.includes("env:other") && isOk(one.status ?? 0))
        .length
    const refused = (status: number) => status === 429
    const windows = new Map<number, number>()
    for (const { at } of requests) windows.set(Math.floor(at / 10_000), (windows.get(Math.floor(at / 10_000)) ?? 0) + 1)
    return {
      sent: { polls: count("status"), downloads: count("download"), creates: count("create"), others: statuses.length },
      refused: {
        polls: count("status", refused),
        downloads: count("download", refused),
        creates: count("create", refused),
        others: statuses.filter(refused).length
      },
      windows: [...windows.values()].join(" ")
    }
  })

describe("waits", { timeout: 400_000, concurrent: true }, () => {
  it.live("keep at most 35 kB in memory, of 1,000", () =>
    Effect.gen(function*() {
      const { url } = yield* FakeDatadogServer.FakeDatadogServer
      const folder = yield* temporaryFolder
      const queries = Array.from({ length: waits + 20 }, (_, index) => `wait:${index}`)
      const job = { filename: Path.join(folder, "exports.db"), folder, queries }
      const waiting = yield* start(yield* bundleOf("waits.ts"), url, job)
      yield* waiting.ended
      const [measured] = waiting.endings()
      assert.isDefined(measured, waiting.errors())
      const each = measured.bytes! / waits
      console.log(`${(each / 1000).toFixed(1)} kB a wait`)
      assert.isAtMost(each, 35_000)
    }).pipe(
      Effect.scoped,
      Effect.provide(
        FakeDatadogServer.layerTest({ rateLimit: false, report: { timeline: Timeline.after("1 hour", "completed") } })
      )
    ))

  const why = missing === undefined ? "" : ` (${missing})`

  it.live.skipIf(missing !== undefined)(
    `of three processes with 100 each share one pace and meet no 429${why}`,
    () =>
      Effect.gen(function*() {
        const [shared, alone] = yield* Effect.all([
          inWorld(Effect.flatMap(postgres, ({ url }) => crowd(() => Effect.succeed({ url })))),
          inWorld(crowd(() => Effect.map(temporaryFolder, (folder) => ({ filename: Path.join(folder, "exports.db") }))))
        ], { concurrency: "unbounded" })
        console.log("one store:", shared, "three stores:", alone)
        assert.deepStrictEqual(shared.refused, { polls: 0, downloads: 0, creates: 0, others: 0 })
        assert.isAtLeast(shared.sent.downloads, 150)
        assert.isAtLeast(shared.sent.creates, 10)
        assert.isAtLeast(shared.sent.others, 10)
      })
  )
})
