/**
 * A job that runs every night, without Effect: last quarter's table as a file, and what to make of it.
 */
import { DatadogError, Verdict } from "@effect-datadog/slo-report"
import { type Client, open } from "@effect-datadog/slo-report-node/promise"
import { Html, Text } from "@effect-datadog/slo-report-render"
import { writeFile } from "node:fs/promises"

const quarter = {
  query: "team:shop",
  from: new Date("2026-07-01"),
  to: new Date("2026-10-01"),
  interval: "monthly"
} as const

async function page(client: Client): Promise<string> {
  const rows = []
  for await (const row of client.rows(quarter, { source: "history" })) rows.push(row)
  await writeFile("slos.html", Html.fromRows(rows))
  return Text.fromVerdict(Verdict.fromRows(rows))
}

try {
  await using client = await open()
  const { bytes } = await client.exportReportTo("slos.csv", quarter, {
    signal: AbortSignal.timeout(60_000),
    onProgress: (progress) => console.error(progress._tag)
  })
  console.log(`slos.csv: ${bytes} bytes`)
  console.log(await page(client))
} catch (error) {
  if (error instanceof DatadogError.DatadogForbidden) console.error(`Ask the platform team for keys: ${error.message}`)
  else console.error(error)
  process.exitCode = 1
}
