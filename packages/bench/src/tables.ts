/** A table of histories: how much the process grows while 1,000 rows of 365 days are computed. */
import { Schema } from "effect"
import * as Child from "./child.ts"
import type { Section } from "./report.ts"
import { median } from "./statistics.ts"

const Run = Schema.Struct({
  rows: Schema.Finite,
  held: Schema.Finite,
  resident: Schema.Finite,
  seconds: Schema.Finite,
  cpu: Schema.Finite,
  first: Schema.Finite
})

const Peer = Schema.Struct({ resident: Schema.Finite })

const sizes = [
  { way: "cut", slos: 1000, timezone: "UTC" },
  { way: "each interval", slos: 20, timezone: "Asia/Kolkata" }
] as const

// As many histories of a year as a table has under way.
const atOnce = 39
const rounds = 3
const youngGeneration = "--max-semi-space-size=16"

const mebibytes = (bytes: number): number => bytes / 2 ** 20

export const section = async (): Promise<Section> => {
  await using server = await Child.serve(Child.source("tables/server.ts"))
  const runs: Array<(typeof sizes)[number] & typeof Run.Type & { readonly capped: number }> = []
  for (const size of sizes) {
    const run = async (...flags: ReadonlyArray<string>) => {
      const args = [server.url, size.slos, size.timezone]
      const measured = await Child.run(Run, Child.source("tables/worker.ts"), args, { flags })
      if (measured.rows !== size.slos) throw new Error(`${measured.rows} rows of ${size.slos} came`)
      return measured
    }
    const plain: Array<typeof Run.Type> = []
    const capped: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      plain.push(await run())
      capped.push((await run(youngGeneration)).resident)
    }
    const of = (value: (run: typeof Run.Type) => number): number => median(plain.map(value))
    runs.push({
      ...size,
      rows: size.slos,
      resident: of(({ resident }) => resident),
      seconds: of(({ seconds }) => seconds),
      cpu: of(({ cpu }) => cpu),
      first: of(({ first }) => first),
      capped: median(capped),
      held: (await run("--expose-gc")).held
    })
  }
  const peer = async (...flags: ReadonlyArray<string>): Promise<number> => {
    const grown: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      const script = Child.source("tables/peer.ts")
      grown.push((await Child.run(Peer, script, [server.url, sizes[0].slos, atOnce], { flags })).resident)
    }
    return median(grown)
  }
  const megabytes = (bytes: number): string => `${Math.round(mebibytes(bytes))} MiB`
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
        "resident, young generation of a fixed size"
      ],
      rows: [
        ...runs.map(({ capped, cpu, first, held, resident, seconds, slos, way }) => [
          `${slos} × 365`,
          way,
          `${seconds.toFixed(1)} s`,
          `${first.toFixed(1)} s`,
          `${(1000 * cpu / slos).toFixed(0)} ms`,
          megabytes(held),
          megabytes(resident),
          megabytes(capped)
        ]),
        [
          `${sizes[0].slos} × 365`,
          "read by fetch and JSON.parse alone",
          undefined,
          undefined,
          undefined,
          undefined,
          megabytes(await peer()),
          megabytes(await peer(youngGeneration))
        ]
      ]
    },
    notes: [
      `Metric SLOs, from the fake in another process, over a socket and without a rate limit, so that as many requests are under way as may be, ${atOnce}; a year's history has 160 kB. Medians of ${rounds} fresh processes. All is growth.`,
      "Resident: the highest resident memory, every 20 ms, less that after one table of 20 SLOs. Most of it is V8's young generation, which doubles up to 128 MiB on a machine with much memory as a process goes on, whatever its work: a program that does nothing with the same histories but to read 20, then 1,000 of them with `fetch`, as many at once, grows too. So the target is for processes whose young generation has a fixed size, " +
      `\`${youngGeneration}\`.`,
      "Held, in a run of its own: the highest of what is in use after a collection, 20 times while the rows come."
    ],
    figures: runs.flatMap(({ capped, held, slos, way }) => [
      {
        name: `${slos} × 365 histories, ${way}: growth of resident memory, young generation of a fixed size`,
        value: mebibytes(capped),
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
