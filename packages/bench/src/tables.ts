/** A table of histories: how much the process grows while 1,000 rows of 365 days are computed. */
import { Schema } from "effect"
import * as Child from "./child.ts"
import type { Section } from "./report.ts"

const Run = Schema.Struct({
  rows: Schema.Finite,
  held: Schema.Finite,
  resident: Schema.Finite,
  residentOfFresh: Schema.Finite,
  seconds: Schema.Finite,
  cpu: Schema.Finite,
  first: Schema.Finite
})

const sizes = [
  { way: "cut", slos: 1000, timezone: "UTC", smallTables: 50 },
  { way: "each interval", slos: 20, timezone: "Asia/Kolkata", smallTables: 3 }
] as const

export const section = async (): Promise<Section> => {
  await using server = await Child.serve(Child.source("tables/server.ts"))
  const runs: Array<(typeof sizes)[number] & typeof Run.Type> = []
  for (const size of sizes) {
    const run = (...flags: ReadonlyArray<string>) =>
      Child.run(
        Run,
        Child.source("tables/worker.ts"),
        [server.url, size.slos, size.timezone, size.smallTables],
        { flags }
      )
    const measured = await run()
    if (measured.rows !== size.slos) throw new Error(`${measured.rows} rows of ${size.slos} came`)
    runs.push({ ...size, ...measured, held: (await run("--expose-gc")).held })
  }
  const mebibytes = (bytes: number): number => bytes / 2 ** 20
  return {
    title: "Tables of histories",
    table: {
      columns: [
        "SLOs × days",
        "histories",
        "time",
        "first row after",
        "processor time a row",
        "held",
        "resident",
        "resident, fresh process"
      ],
      rows: runs.map(({ cpu, first, held, resident, residentOfFresh, seconds, slos, way }) => [
        `${slos} × 365`,
        way,
        `${seconds.toFixed(1)} s`,
        `${first.toFixed(1)} s`,
        `${(1000 * cpu / slos).toFixed(0)} ms`,
        `${Math.round(mebibytes(held))} MiB`,
        `${Math.round(mebibytes(resident))} MiB`,
        `${Math.round(mebibytes(residentOfFresh))} MiB`
      ])
    },
    notes: [
      "Metric SLOs, from the fake in another process, over a socket and without a rate limit, so that as many requests are under way as may be; a year's history has 160 kB. All is growth. Resident: the highest resident memory, every 20 ms, less that after 50 tables of 20 SLOs, which are as many rows (20 × 365: after three tables of 20). Fresh process: less that after one table of 20, so that what V8 takes for its young generation as it learns how much is allocated is part of it: 64 MiB on a machine with much memory. Held, in a run of its own: the highest of what is in use after a collection, 20 times while the rows come."
    ],
    figures: runs.flatMap(({ held, resident, slos, way }) => [
      {
        name: `${slos} × 365 histories, ${way}: growth of resident memory`,
        value: mebibytes(resident),
        unit: "MiB",
        atMost: 64
      },
      {
        name: `${slos} × 365 histories, ${way}: growth of what is held`,
        value: mebibytes(held),
        unit: "MiB",
        atMost: 64
      }
    ])
  }
}
