import { SloReportRequest, type SloReportRow } from "@effect-datadog/slo-report"
import { FakeDatadog, ReportCsv, type Slo, SloModel } from "@effect-datadog/slo-report-testing"
import { Clock, Effect, Fiber, Stream } from "effect"
import type { Duration } from "effect"
import { TestClock } from "effect/testing"
import { SloReportClient, type TableOptions } from "../../src/index.ts"
import { settle } from "./pacing.ts"

export const seconds = (iso: string): number => Date.parse(iso) / 1000

export const day = 86_400

export const tags = ["env:prod"]

export const historyOnly: TableOptions.TableOptions = { source: "history" }

const year: SloReportRequest.Input = {
  query: "env:prod",
  from: "2024-01-01",
  to: "2025-01-01",
  interval: "monthly",
  timezone: "UTC"
}

export const requestOf = (input: Partial<SloReportRequest.Input> = {}) =>
  Effect.runSync(SloReportRequest.make({ ...year, ...input }))

export const rowsOf = (request: SloReportRequest.SloReportRequest, options?: TableOptions.TableOptions) =>
  Stream.unwrap(SloReportClient.SloReportClient.useSync((client) => client.rows(request, options)))

export const exportOf = (request: SloReportRequest.SloReportRequest, options?: SloReportClient.ExportOptions) =>
  Stream.unwrap(SloReportClient.SloReportClient.useSync((client) => client.exportReport(request, options)))

// The cells' texts, row by row.
export const cellsOf = (rows: ReadonlyArray<SloReportRow.SloReportRow>) =>
  rows.map(({ cells }) => cells.map(({ raw }) => raw))

// What the models say, computed without the client.
export const truth = (slos: ReadonlyArray<Slo.Slo>, period: ReportCsv.Period) =>
  slos.map(({ model }) =>
    ReportCsv.columns(period).map(({ from, to }) => {
      const exact = SloModel.sli(model, from, to)
      return exact === undefined ? "" : String(model.type === "metric" ? exact : Math.fround(exact))
    })
  )

// The bytes of an export, and its progress.
export const exported = Effect.fnUntraced(
  function*(request: SloReportRequest.SloReportRequest, options?: TableOptions.TableOptions) {
    const chunks: Array<Uint8Array> = []
    const onChunk = (chunk: Uint8Array) => Effect.sync(() => void chunks.push(chunk))
    const progress = yield* Stream.runCollect(exportOf(request, { ...options, onChunk }))
    return { csv: Buffer.concat(chunks).toString(), progress }
  }
)

export const addSlos = (count: number, options: (index: number) => Slo.Options = () => ({})) =>
  FakeDatadog.FakeDatadog.use((fake) =>
    Effect.forEach(
      Array.from({ length: count }, (_, index) => ({ name: `SLO ${index}`, tags, ...options(index) })),
      fake.addSlo
    )
  )

// Runs an effect of many fibers to its end in virtual time, step by step, so that all of them go on in each.
export const runStepwise = Effect.fnUntraced(
  function*<A, E, R>(effect: Effect.Effect<A, E, R>, step: Duration.Input = "1 second", most = 2000) {
    const startedAt = yield* Clock.currentTimeMillis
    const fiber = yield* effect.pipe(
      Effect.exit,
      Effect.flatMap((exit) => Effect.map(Clock.currentTimeMillis, (now) => ({ exit, took: now - startedAt }))),
      Effect.forkChild({ startImmediately: true })
    )
    yield* settle
    for (let steps = 0; fiber.pollUnsafe() === undefined; steps++) {
      if (steps === most) throw new Error("The effect has not ended.")
      yield* TestClock.adjust(step)
      yield* settle
    }
    return yield* Fiber.join(fiber)
  }
)
