/** Datadog's own client, its code unchanged, against the fake on a loopback port. */
import type { v2 } from "@datadog/datadog-api-client"
import { FakeDatadog, FakeDatadogServer, Timeline } from "@effect-datadog/slo-report-testing"
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
