import { SloReportRequest } from "@effect-datadog/slo-report"
import { FakeDatadog } from "@effect-datadog/slo-report-testing"
import type { Fault, Operation, Report } from "@effect-datadog/slo-report-testing"
import { Cause, Clock, Effect, Exit, Fiber, Option, Stream } from "effect"
import type { Duration } from "effect"
import { TestClock } from "effect/testing"
import { type ExportProgress, SloReportClient } from "../../src/index.ts"

const { FakeDatadog: Fake } = FakeDatadog
const { SloReportClient: Client } = SloReportClient

// The period and the interval of the recorded report.
export const request = Effect.runSync(SloReportRequest.make({
  query: "slo_type:metric \"SLO Reporting Test\"",
  from: "2023-08-01T14:57:50Z",
  to: "2024-02-01T15:57:50Z",
  interval: "monthly",
  timezone: "America/New_York"
}))

export const create = (of: SloReportRequest.SloReportRequest = request) =>
  Client.use((client) => client.createReport(of))

export const download = (id: string) => Stream.unwrap(Client.useSync((client) => client.downloadReport(id)))

export const rows = (id: string) => Stream.unwrap(Client.useSync((client) => client.reportRows(id)))

export const exporting = (options?: SloReportClient.ExportOptions) =>
  Stream.unwrap(Client.useSync((client) => client.exportReport(request, options)))

export const exportingTo = (path: string, options?: SloReportClient.TableOptions) =>
  Stream.unwrap(Client.useSync((client) => client.exportReportTo(path, request, options)))

// The whole body as text.
export const text = (id: string) =>
  Effect.map(Stream.mkUint8Array(download(id)), (bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes))

export const completed = [{ after: 0, status: "completed" }]

export const add = (options?: Report.Options & { readonly id?: string }) =>
  Fake.use((fake) => fake.addReport({ timeline: completed, ...options }))

export const injectInto = (operation: Operation.Operation, fault: Fault.Fault, times = 1) =>
  Fake.use((fake) => fake.inject(fault, { times, operation }))

export const sent = Fake.use((fake) => fake.requests)

export const sentTo = (operation: Operation.Operation) =>
  Effect.map(sent, (all) => all.filter((one) => one.operation === operation))

export const madeReports = Fake.use((fake) => fake.reportIds)

export interface Ended<A, E> {
  readonly exit: Exit.Exit<A, E>
  readonly took: number
}

// Runs an effect to its end in virtual time.
export const run = Effect.fnUntraced(
  function*<A, E, R>(effect: Effect.Effect<A, E, R>, within: Duration.Input = "1 day") {
    const startedAt = yield* Clock.currentTimeMillis
    const fiber = yield* effect.pipe(
      Effect.exit,
      Effect.flatMap((exit) => Effect.map(Clock.currentTimeMillis, (now) => ({ exit, took: now - startedAt }))),
      Effect.forkChild({ startImmediately: true })
    )
    yield* TestClock.adjust(within)
    if (fiber.pollUnsafe() === undefined) throw new Error("The effect has not ended.")
    const ended: Ended<A, E> = yield* Fiber.join(fiber)
    return ended
  }
)

export const errorOf = <E>({ exit }: Ended<unknown, E>): E => {
  if (Exit.isSuccess(exit)) throw new Error(`It succeeded: ${JSON.stringify(exit.value)}`)
  return Option.getOrThrowWith(Cause.findErrorOption(exit.cause), () => new Error(Cause.pretty(exit.cause)))
}

export const valueOf = <A>({ exit }: Ended<A, unknown>): A => {
  if (Exit.isFailure(exit)) throw new Error(Cause.pretty(exit.cause))
  return exit.value
}

// Progress in short: "Created", "Polled in_progress", "Downloading 10/20", "Done completed 20".
export const short = (progress: ExportProgress.ExportProgress): string => {
  switch (progress._tag) {
    case "SourceChosen":
      return `SourceChosen ${progress.source} ${progress.reason}`
    case "EndAnnounced":
      return `EndAnnounced ${progress.endpoint}`
    case "SlosFound":
      return `SlosFound ${progress.slos}x${progress.intervals}`
    case "RowDone":
      return `RowDone ${progress.rows}/${progress.total} ${progress.bytes}`
    case "Created":
      return "Created"
    case "Polled":
      return `Polled ${progress.report.rawStatus}`
    case "Downloading":
      return `Downloading ${progress.bytes}/${progress.total ?? "?"}`
    case "Done":
      return `Done ${progress.report?.rawStatus ?? `${progress.exportErrors} errors`} ${progress.bytes}`
  }
}

// A report in four lines, with what a reader can get wrong in them.
export const smallCsv = "id,slo_type,name,target,export_error,2024-01-01\n" +
  "a1,metric,\"Checkout, \"\"p99\"\"\",99.9,,99.95\n" +
  "b2,monitor,Überprüfung 検索 🚀,99,timed out,\n" +
  "c3,metric,\"Two\nlines\",95,,94.2\n"

export const bytesOf = (content: string): Uint8Array => new TextEncoder().encode(content)
