/** Datadog's own client, its code unchanged, against the fake on a loopback port. */
import type { v1, v2 } from "@datadog/datadog-api-client"
import { FakeDatadog, FakeDatadogServer, type Slo, type SloModel, Timeline } from "@effect-datadog/slo-report-testing"
import { Effect } from "effect"
import * as Datadog from "./datadog.ts"
import type { Section } from "./report.ts"

interface Fake {
  readonly fake: FakeDatadog.Service
  readonly url: string
}

/** What is checked, and what must come out of it. */
interface Check {
  readonly name: string
  readonly run: (fake: Fake) => Promise<unknown>
  readonly expected: unknown
}

const unknownId = "2b468c54-f2a7-11ee-b0b4-ffe56bb6ad43"

const api = ({ fake, url }: Fake, enableRetry = false) =>
  Datadog.make(url, { apiKey: fake.credentials.apiKey, appKey: fake.credentials.applicationKey }, { enableRetry })

const v1Api = ({ fake, url }: Fake) =>
  Datadog.makeV1(url, { apiKey: fake.credentials.apiKey, appKey: fake.credentials.applicationKey })

// 2024-01-08 in UTC.
const midnight = 1_704_672_000
const day = 86_400

const models: Readonly<Record<SloModel.SloModel["type"], SloModel.SloModel>> = {
  metric: { type: "metric", rates: [{ from: 0, good: 9, bad: 1 }] },
  monitor: { type: "monitor", states: [{ from: 0, state: "ok" }, { from: midnight + day / 4, state: "alert" }] },
  time_slice: { type: "time_slice", states: [{ from: 0, state: "ok" }, { from: midnight + day / 2, state: "alert" }] }
}

const history = async (fake: Fake, slo: Slo.Options): Promise<v1.SLOHistoryResponse> => {
  const sloId = await Effect.runPromise(fake.fake.addSlo(slo))
  return v1Api(fake).getSLOHistory({ sloId, fromTs: midnight, toTs: midnight + day })
}

const create = (interval: v2.SLOReportInterval) => ({
  body: {
    data: { attributes: { query: "slo_type:metric", fromTs: 1_690_901_870, toTs: 1_706_803_070, interval } }
  }
})

const statusOf = (error: unknown): unknown => error instanceof Object && "code" in error ? error.code : error

const checks: ReadonlyArray<Check> = [
  {
    name: "create, then status",
    run: async (fake) => {
      const client = api(fake)
      const { data } = await client.createSLOReportJob(create("monthly"))
      const status = await client.getSLOReportJobStatus({ reportId: data?.id ?? "" })
      return [data?.type, status.data?.id === data?.id, status.data?.attributes?.status]
    },
    expected: ["report_id", true, "in_progress"]
  },
  {
    name: "status of a report that is done",
    run: async (fake) => {
      const reportId = await Effect.runPromise(fake.fake.addReport({ timeline: Timeline.always("completed") }))
      return (await api(fake).getSLOReportJobStatus({ reportId })).data?.attributes?.status
    },
    expected: "completed"
  },
  {
    name: "download",
    run: async (fake) => {
      const reportId = await Effect.runPromise(fake.fake.addReport({ timeline: Timeline.always("completed") }))
      const csv = await api(fake).getSLOReport({ reportId })
      return [csv.startsWith("id,slo_type,name,target,export_error,"), csv.trim().split("\n").length]
    },
    expected: [true, 13]
  },
  {
    name: "404 of an unknown report",
    run: (fake) => api(fake).getSLOReportJobStatus({ reportId: unknownId }).catch(statusOf),
    expected: 404
  },
  {
    name: "403 of a wrong key",
    run: ({ url }) =>
      Datadog.make(url, { apiKey: "wrong", appKey: "wrong" }).getSLOReportJobStatus({ reportId: unknownId })
        .catch(statusOf),
    expected: 403
  },
  {
    name: "search, page by page",
    run: async (fake) => {
      const service = "service:pages"
      for (let count = 0; count < 5; count++) await Effect.runPromise(fake.fake.addSlo({ tags: [service] }))
      const found: Array<unknown> = []
      for (const pageNumber of [0, 1, 2]) {
        const { data, meta } = await v1Api(fake).searchSLO({ query: service, pageSize: 2, pageNumber })
        const [slo] = data?.attributes?.slos ?? []
        found.push([slo?.data?.attributes?.sloType, data?.attributes?.slos?.length, meta?.pagination?.lastNumber])
      }
      return found
    },
    expected: [["metric", 2, 2], ["metric", 2, 2], ["metric", 1, 2]]
  },
  {
    name: "search with statuses, and without paging",
    run: async (fake) => {
      await Effect.runPromise(fake.fake.addSlo({ tags: ["service:old"], createdAt: midnight }))
      const { data, meta } = await v1Api(fake).searchSLO({ query: "service:old" })
      const { overallStatus, status, thresholds } = data?.attributes?.slos?.[0]?.data?.attributes ?? {}
      return [status?.sli, overallStatus?.[0]?.state, thresholds?.[0]?.target, meta?.pagination?.type]
    },
    expected: [99.9, "ok", 99.9, "offset_limit"]
  },
  {
    name: "one SLO of each type",
    run: async (fake) => {
      const types: Array<unknown> = []
      for (const model of Object.values(models)) {
        const sloId = await Effect.runPromise(fake.fake.addSlo({ model }))
        const { data } = await v1Api(fake).getSLO({ sloId })
        types.push([data?.type, data?.thresholds?.[0]?.target])
      }
      return types
    },
    expected: [["metric", 99.9], ["monitor", 99.9], ["time_slice", 99.9]]
  },
  {
    name: "history of a metric",
    run: async (fake) => {
      const { data } = await history(fake, { model: models.metric })
      const { denominator, interval, times } = data?.series ?? {}
      return [data?.type, data?.overall?.sliValue, interval, times?.length, denominator?.sum, denominator?.count]
    },
    expected: ["metric", 90, 7200, 12, 864_000, 12]
  },
  {
    name: "histories of a monitor and of time slices",
    run: async (fake) => {
      const monitor = await history(fake, { model: models.monitor })
      const slices = await history(fake, { model: models.time_slice })
      return [monitor, slices].map(({ data }) => [data?.typeId, data?.overall?.sliValue, data?.overall?.history])
    },
    expected: [
      [0, 25, [[0, 0], [midnight + day / 4, 1]]],
      [2, 50, [[0, 0], [midnight + day / 2, 1]]]
    ]
  },
  {
    name: "histories without data, in both forms",
    run: async (fake) => {
      const metric = await history(fake, { model: { type: "metric", rates: [] } })
      const monitor = await history(fake, { model: { type: "monitor", states: [] } })
      return [metric, monitor].map((
        { data }
      ) => [data?.overall?.sliValue ?? null, data?.overall?.errors?.[0]?.errorType])
    },
    expected: [[null, "ZERO_VALUED_DENOMINATOR"], [null, "NO_RESULTS"]]
  },
  {
    name: "404 and 400 of a history",
    run: async (fake) => {
      const sloId = await Effect.runPromise(fake.fake.addSlo())
      const ask = (sloId: string, fromTs: number, toTs: number) =>
        v1Api(fake).getSLOHistory({ sloId, fromTs, toTs }).catch(statusOf)
      return [await ask("unknown", 123, 12), await ask(sloId, 123, 12)]
    },
    expected: [404, 400]
  },
  {
    name: "429 without retry",
    run: async (fake) => {
      await limit(fake)
      return api(fake).getSLOReportJobStatus({ reportId: unknownId }).catch(statusOf)
    },
    expected: 429
  },
  {
    name: "429 with retry: it waits for the reset and gets through",
    run: async (fake) => {
      const reportId = await Effect.runPromise(fake.fake.addReport({ timeline: Timeline.always("completed") }))
      await limit(fake)
      const { data } = await api(fake, true).getSLOReportJobStatus({ reportId })
      const statuses = (await Effect.runPromise(fake.fake.requests)).slice(-2).map(({ status }) => status)
      return [data?.attributes?.status, ...statuses]
    },
    expected: ["completed", 429, 200]
  }
]

// Uses the window up, in a period short enough to wait for.
const limit = ({ fake }: Fake): Promise<void> =>
  Effect.runPromise(
    Effect.andThen(
      fake.setRateLimit({ limit: 5, period: "5 seconds", name: "slo_report" }),
      fake.useRateLimit(5)
    )
  )

export const section = async (): Promise<Section> => {
  const program = Effect.gen(function*() {
    const fake = yield* FakeDatadog.FakeDatadog
    const { url } = yield* FakeDatadogServer.FakeDatadogServer
    return yield* Effect.promise(() => runAll({ fake, url }))
  })
  const results = await Effect.runPromise(Effect.provide(program, FakeDatadogServer.layerTest()))
  return {
    title: "Datadog's client against FakeDatadog",
    table: { columns: ["check", "result"], rows: results.map(({ name, result }) => [name, result]) },
    notes: ["@datadog/datadog-api-client 1.64.0, its code unchanged, over a loopback port."],
    figures: [{
      name: "checks of Datadog's client against FakeDatadog that failed",
      value: results.filter(({ result }) => result !== "pass").length,
      unit: "",
      atMost: 0
    }]
  }
}

const runAll = async (fake: Fake): Promise<ReadonlyArray<{ readonly name: string; readonly result: string }>> => {
  const results: Array<{ readonly name: string; readonly result: string }> = []
  for (const { expected, name, run } of checks) {
    const found = JSON.stringify(await run(fake).catch((error: unknown) => String(error)))
    const result = found === JSON.stringify(expected) ? "pass" : `fail: ${found}, expected ${JSON.stringify(expected)}`
    results.push({ name, result })
    console.log(`${result.slice(0, 4)} ${name}`)
  }
  return results
}
