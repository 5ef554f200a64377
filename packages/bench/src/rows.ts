/** A large report's rows as a stream: how much the process grows. */
import { Schema } from "effect"
import * as Child from "./child.ts"
import type { Section } from "./report.ts"

/** `null` where the client has no rows to give. */
const Run = Schema.NullOr(Schema.Struct({ rows: Schema.Finite, growth: Schema.Finite, seconds: Schema.Finite }))

export const section = async (): Promise<Section> => {
  await using server = await Child.serve(Child.source("rows/server.ts"))
  const run = await Child.run(Run, Child.source("rows/worker.ts"), [server.url], { flags: ["--expose-gc"] })
  if (run !== null && run.rows !== 100_000) throw new Error(`${run.rows} rows of 100,000 came`)
  const growth = run === null ? undefined : run.growth / 2 ** 20
  return {
    title: "The rows of a large report",
    table: {
      columns: ["rows", "memory growth", "time"],
      rows: run === null || growth === undefined
        ? []
        : [[run.rows, `${Math.round(growth)} MiB`, `${run.seconds.toFixed(1)} s`]]
    },
    notes: [
      growth === undefined
        ? "Skipped: the client has no reportRows."
        : "100,000 rows of 365 days, about 290 MB, streamed from the fake in another process. Growth: the highest resident memory while they come, less that after a report of 2,000 rows and a collection."
    ],
    figures: [{ name: "100,000 rows × 365 days: memory growth", value: growth, unit: "MiB", atMost: 64 }]
  }
}
