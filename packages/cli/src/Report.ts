/**
 * `datadog-slo report`: the steps of an export one by one, for scripts that go on later.
 *
 * @since 0.1.0
 */
import type { SloReport } from "@effect-datadog/slo-report/SloReport"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Name } from "./Commands.ts"
import { Datadog } from "./Datadog.ts"
import * as Destination from "./Destination.ts"
import * as ExitCode from "./ExitCode.ts"
import type { Handler } from "./Handler.ts"
import * as Input from "./Input.ts"
import * as OutputFlags from "./OutputFlags.ts"
import * as Session from "./Session.ts"
import * as Stdout from "./Stdout.ts"
import * as Table from "./Table.ts"
import * as TableOutput from "./TableOutput.ts"

const create: Handler = Effect.fnUntraced(function*(given) {
  const format = yield* Destination.formatOf(given, OutputFlags.ofText)
  const request = yield* Input.request(given)
  const id = yield* Effect.provide(Datadog.use((datadog) => datadog.createReport(request)), Session.datadog)
  yield* print(format === "json" ? JSON.stringify({ id }) : id)
  return ExitCode.done
})

const status: Handler = Effect.fnUntraced(function*(given) {
  const format = yield* Destination.formatOf(given, OutputFlags.ofText)
  const asked = Datadog.use((datadog) => datadog.getReportStatus(given.argument ?? ""))
  const report = yield* Effect.provide(asked, Session.datadog)
  yield* print(toText(report, format))
  return report.status === "failed" ? ExitCode.failed : ExitCode.done
})

const wait: Handler = Effect.fnUntraced(function*(given) {
  const format = yield* Destination.formatOf(given, OutputFlags.ofText)
  const options = yield* Input.waitOptions(given)
  const report = yield* Effect.provide(Table.awaitReport(given.argument ?? "", options), Session.datadog)
  yield* print(toText(report, format))
  return ExitCode.done
})

const download: Handler = Effect.fnUntraced(function*(given) {
  const write = yield* TableOutput.open(given, "csv")
  yield* write(yield* Effect.provide(Table.fromReport(given.argument ?? "", undefined), Session.datadog))
  return ExitCode.done
})

/** @internal */
export const steps: { readonly [K in Extract<Name, `report ${string}`>]: Handler } = {
  "report create": create,
  "report status": status,
  "report wait": wait,
  "report download": download
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const print = (text: string) => Stdout.write(Stream.make(`${text}\n`))

const toText = ({ id, rawStatus }: SloReport, format: "text" | "json" | undefined): string =>
  format === "json" ? JSON.stringify({ id, status: rawStatus }) : rawStatus
