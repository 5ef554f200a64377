/**
 * Makes a web page of a report: a heat map of error budgets, and what Datadog could not export.
 *
 *     node src/report-to-html.ts report.csv > report.html
 *     node src/report-to-html.ts report.csv report.html
 *     curl … | node src/report-to-html.ts - > report.html
 */
import { NodeServices } from "@effect/platform-node"
import { Console, Effect, FileSystem, Stdio, Stream } from "effect"
import { page } from "./support/html.ts"
import { main } from "./support/main.ts"
import * as ReportCsv from "./support/reportCsv.ts"

const usage = "Usage: node src/report-to-html.ts <report.csv, or - for standard input> [report.html]"

const program = Effect.gen(function*() {
  const files = yield* FileSystem.FileSystem
  const stdio = yield* Stdio.Stdio
  const [source, target, ...more] = yield* stdio.args
  if (source === undefined || more.length > 0) return yield* Effect.as(Console.error(usage), 2)
  const rows = yield* ReportCsv.rows(source === "-" ? stdio.stdin : files.stream(source))
  const html = page(rows)
  yield* target === undefined
    ? Stream.run(Stream.make(html), stdio.stdout({ endOnDone: false }))
    : files.writeFileString(target, html)
  return 0
})

program.pipe(Effect.provide(NodeServices.layer), main)
