import { DatadogError, RateLimit, ReportIntervals, SloReport } from "@effect-datadog/slo-report"
import { ExportError } from "@effect-datadog/slo-report-durable"
import { NodeSloReportClient, SloReportError } from "@effect-datadog/slo-report-node"
import { Csv } from "@effect-datadog/slo-report-render"
import { assert, describe, it } from "@effect/vitest"
import { Config, DateTime, Duration, PlatformError, Schema, SchemaIssue } from "effect"
import { type CommandError, messageOf, NotAReport, UsageError } from "../src/CommandError.ts"
import * as ExitCode from "../src/ExitCode.ts"

const call = { method: "GET", host: "api.datadoghq.com", path: "/x" }
const answer = { ...call, messages: [], details: [], rateLimit: new RateLimit.RateLimit({}) }
const id = SloReport.ReportId.make("a")
const report = new SloReport.SloReport({ id, status: "failed", rawStatus: "failed" })
const forbidden = new DatadogError.DatadogForbidden({ ...answer, status: 403 })
const issue = new SchemaIssue.InvalidValue({ message: "wrong" })

/** Every error that a command can end with, and its exit code by the table of the help. */
const table: ReadonlyArray<readonly [CommandError, number]> = [
  [new DatadogError.DatadogBadRequest({ ...answer, status: 400 }), 2],
  [new DatadogError.DatadogUnauthorized({ ...answer, status: 401 }), 4],
  [forbidden, 4],
  [new DatadogError.DatadogNotFound({ ...answer, status: 404 }), 5],
  [new DatadogError.DatadogTooManyRequests({ ...answer, status: 429 }), 5],
  [new DatadogError.DatadogServerError({ ...answer, status: 503 }), 5],
  [new DatadogError.DatadogUnexpectedStatus({ ...answer, status: 410 }), 5],
  [new DatadogError.DatadogProtocolError({ ...answer, status: 200, issue: "x", excerpt: "" }), 5],
  [new DatadogError.DatadogTransportError({ ...call, reason: "refused" }), 5],
  [new DatadogError.DatadogTransportError({ ...call, reason: "invalid", sent: "no" }), 2],
  [new SloReportError.InvalidReportId({ id: "", issue: "x" }), 2],
  [
    new SloReportError.WaitTimedOut({
      id,
      polls: 1,
      elapsed: Duration.seconds(1),
      heldUp: { rateLimit: Duration.zero, backoff: Duration.zero }
    }),
    6
  ],
  [new SloReportError.ReportFailed({ report }), 1],
  [new SloReportError.CreateOutcomeUnknown({ error: forbidden }), 5],
  [new SloReportError.InvalidReportTable({ id, line: 1, issue: "x" }), 3],
  [new SloReportError.InvalidSloId({ id: "", issue: "x" }), 2],
  [new SloReportError.InvalidSloPeriod({ member: "from", issue: "x" }), 2],
  [new SloReportError.SloTableTooLarge({ found: 2, limit: 1 }), 2],
  [new ReportIntervals.InvalidReportPeriod({ member: "to", issue: "x" }), 2],
  [new Csv.ColumnsChanged({ id: "a", columns: [] }), 3],
  [new Config.ConfigError(new Schema.SchemaError(issue)), 2],
  [new NodeSloReportClient.UndiciUnavailable({ issue: "x" }), 2],
  [new Schema.SchemaError(issue), 2],
  [PlatformError.systemError({ _tag: "PermissionDenied", module: "FileSystem", method: "open" }), 2],
  [new ExportError.CreateInterrupted({ begunAt: DateTime.makeUnsafe(0) }), 5],
  [new ExportError.ExportCancelled(), 5],
  [new ExportError.ExportBroken({ issue: "x" }), 70],
  [new ExportError.SinkFailed({ issue: "x" }), 2],
  [new ExportError.InvalidExport({ issue: "x" }), 2],
  [new ExportError.UnknownExport({ id: "x" }), 2],
  [new ExportError.StoreInUse({ filename: "a.db" }), 5],
  [new ExportError.StoreFailed({ reason: "unavailable", issue: "x" }), 5],
  [new ExportError.StoreFailed({ reason: "full", issue: "x" }), 2],
  [new ExportError.StoreFailed({ reason: "read-only", issue: "x" }), 2],
  [new ExportError.StoreFailed({ reason: "newer", issue: "x" }), 2],
  [new ExportError.StoreFailed({ reason: "foreign", issue: "x" }), 2],
  [new UsageError({ message: "x" }), 2],
  [new NotAReport({ name: "a.csv", line: 1, issue: "x" }), 3]
]

/** The names of the error classes that a module exports. */
const errorsOf = (module: object): ReadonlyArray<string> =>
  Object.entries(module).flatMap(([name, value]) =>
    typeof value === "function" && value.prototype instanceof Error ? [name] : []
  )

describe("the exit code", () => {
  it.each(table.map(([error, code]) => [error._tag, code, error] as const))("of %s is %i", (_, code, error) => {
    assert.strictEqual(ExitCode.ofError(error), code)
    assert.isNotEmpty(messageOf(error))
  })

  it("is known of every error of core, node, durable and render", () => {
    const modules = [DatadogError, ReportIntervals, NodeSloReportClient, SloReportError, ExportError, Csv]
    const tags = new Set<string>(table.map(([error]) => error._tag))
    const all = modules.flatMap(errorsOf)
    assert.isAtLeast(all.length, 27)
    assert.deepStrictEqual(all.filter((name) => !tags.has(name)), [])
  })
})
