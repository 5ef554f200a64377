/** A table of histories: how much the process grows while 1,000 rows of 365 days are computed. */
import { Schema } from "effect"
import * as Child from "./child.ts"
import type { Section } from "./report.ts"

const Run = Schema.Struct({
  rows: Schema.Finite,
  held: Schema.Finite,
  resident: Schema.Finite,
  seconds: Schema.Finite,
  cpu: Schema.Finite,
  first: Schema.Finite
})

const sizes = [
  { way: "cut", slos: 1000, timezone: "UTC" },
  { way: "each interval", slos: 20, timezone: "Asia/Kolkata" }
] as const

export const section = async (): Promise<Section> => {
  await using server = await Child.serve(Child.source("tables/server.ts"))
  const runs: Array<(typeof sizes)[number] & typeof Run.Type> = []
  for (const size of sizes) {
    const args = [server.url, size.slos, size.timezone]
    const run = await Child.run(Run, Child.source("tables/worker.ts"), args, { flags: ["--expose-gc"] })
    if (run.rows !== size.slos) throw new Error(`${run.rows} rows of ${size.slos} came`)
    runs.push({ ...size, ...run })
  }
  const mebibytes = (bytes: number): number => bytes / 2 ** 20
  return {
    title: "Tables of histories",
    table: {
      columns: ["SLOs × days", "histories", "time", "first row after", "processor time a row", "held", "resident"],
      rows: runs.map(({ cpu, first, held, resident, seconds, slos, way }) => [
        `${slos} × 365`,
        way,
        `${seconds.toFixed(1)} s`,
        `${first.toFixed(1)} s`,
        `${(1000 * cpu / slos).toFixed(0)} ms`,
        `${Math.round(mebibytes(held))} MiB`,
        `${Math.round(mebibytes(resident))} MiB`
      ])
    },
    notes: [
      "Metric SLOs, from the fake in another process, over a socket and without a rate limit, so that as many requests are under way as may be. Held: the highest of what is in use after a collection, 20 times while the rows come, less that after 20 rows. Resident: the highest resident memory less that after 20 rows, with what is not yet collected: an answer has 160 kB, and a collection is put off while there is memory."
    ],
    figures: runs.map(({ held, slos, way }) => ({
      name: `${slos} × 365 histories, ${way}: memory growth`,
      value: mebibytes(held),
      unit: "MiB",
      atMost: 64
    }))
  }
}
