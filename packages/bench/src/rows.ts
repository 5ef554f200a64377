/** A large report's rows: how fast they are read beside CSV readers, and how much the process grows over a socket. */
import { Schema } from "effect"
import * as Child from "./child.ts"
import type { Cell, Figure, Section } from "./report.ts"
import { shapes } from "./rows/shapes.ts"
import { median } from "./statistics.ts"

/** `null` where the client has no rows to give. */
const Run = Schema.NullOr(Schema.Struct({ rows: Schema.Finite, growth: Schema.Finite, seconds: Schema.Finite }))

const Measured = Schema.Struct({
  rows: Schema.Finite,
  cells: Schema.Finite,
  sum: Schema.Finite,
  speed: Schema.Finite,
  cpu: Schema.Finite,
  heap: Schema.Finite
})

const Read = Schema.Struct({ cold: Measured, warm: Measured })

const rounds = 3
const client = "this client"
const rival = "papaparse with numbers"
const readers = [client, rival, "csv-parse with numbers"]

/** All readers in turn, so that what else the machine does falls on each. */
const alternate = async (shape: string) => {
  const runs = new Map(readers.map((name) => [name, new Array<typeof Read.Type>()]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, own] of runs) {
      own.push(await Child.run(Read, Child.source("rows/reader.ts"), [name, shape], { flags: ["--expose-gc"] }))
    }
  }
  const sums = new Set([...runs.values()].flat().map(({ warm }) => `${warm.rows} rows, ${warm.sum.toPrecision(9)}`))
  if (sums.size > 1) throw new Error(`The readers read different tables: ${[...sums].join("; ")}`)
  return runs
}

const whole = (values: ReadonlyArray<number>): string =>
  `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)})`

const readAll = async () => {
  const rows: Array<ReadonlyArray<Cell>> = []
  const figures: Array<Figure> = []
  for (const shape of Object.keys(shapes)) {
    const runs = await alternate(shape)
    const cpu = (name: string): number => median((runs.get(name) ?? []).map(({ warm }) => warm.cpu))
    for (const [name, own] of runs) {
      rows.push([
        shape,
        name,
        whole(own.map(({ cold }) => cold.speed)),
        whole(own.map(({ warm }) => warm.speed)),
        `${whole(own.map(({ warm }) => warm.cpu))} ns`,
        `${whole(own.map(({ warm }) => warm.heap))} MiB`,
        `${(cpu(rival) / cpu(name)).toFixed(2)} ×`
      ])
    }
    figures.push({
      name: `rows of ${shape}: CPU a cell / ${rival}`,
      value: cpu(client) / cpu(rival),
      unit: "",
      atMost: 1 / 1.2
    })
  }
  return { rows, figures }
}

export const section = async (): Promise<Section> => {
  const read = await readAll()
  await using server = await Child.serve(Child.source("rows/server.ts"))
  const run = await Child.run(Run, Child.source("rows/worker.ts"), [server.url], { flags: ["--expose-gc"] })
  if (run !== null && run.rows !== 100_000) throw new Error(`${run.rows} rows of 100,000 came`)
  const growth = run === null ? undefined : run.growth / 2 ** 20
  return {
    title: "The rows of a large report",
    table: {
      columns: ["table", "read by", "MB/s cold", "MB/s warm", "CPU a cell", "heap", "speed on the processor"],
      rows: read.rows
    },
    notes: [
      `Tables in memory, in parts of 64 KiB, summed up by each reader. Medians of ${rounds} alternating runs in fresh processes, lowest and highest in brackets. Cold: about 5 MB, the first thing that a process reads; warm: the whole table, after 25 MB. CPU a cell: time on the processor, collections included, for a cell of an interval. Heap: the highest while reading, sampled, less that before. The last column: papaparse's CPU a cell in the same run divided by the reader's.`,
      "This client: `reportRows` with all that it is (requests' side, header, lines for errors, typed rows). papaparse: `dynamicTyping`, rows in chunks; csv-parse: `cast`.",
      run === null || growth === undefined
        ? "Skipped: the client has no reportRows."
        : `Over a socket: ${run.rows} rows of 365 days, about 290 MB, from the fake in another process, in ${
          run.seconds.toFixed(1)
        } s; the process grew by ${
          Math.round(growth)
        } MiB: the highest resident memory while they come, less that after a report of 2,000 rows and a collection.`
    ],
    figures: [
      ...read.figures,
      { name: "100,000 rows × 365 days: memory growth", value: growth, unit: "MiB", atMost: 64 }
    ]
  }
}
