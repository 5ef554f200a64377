/** What a durable step of an export costs, by the store that keeps it. */
import { Schema } from "effect"
import * as Child from "./child.ts"
import type { Section } from "./report.ts"
import { median } from "./statistics.ts"

const rounds = 3
const steps = 20
const repeats = 10

const stores = { memory: "memory", NORMAL: "SQLite, synchronous NORMAL", FULL: "SQLite, synchronous FULL" } as const
type Store = keyof typeof stores
const names: ReadonlyArray<Store> = ["memory", "NORMAL", "FULL"]

const Run = Schema.Struct({ milliseconds: Schema.Finite, cpu: Schema.Finite })
type Run = typeof Run.Type

export const section = async (): Promise<Section> => {
  const runs = new Map<Store, Array<Run>>()
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const run = await Child.run(Run, Child.source("durable/worker.ts"), [name, steps, repeats])
      runs.set(name, [...runs.get(name) ?? [], run])
    }
  }
  const of = (name: Store, value: (run: Run) => number) => median((runs.get(name) ?? []).map(value))
  return {
    title: "Durable steps",
    table: {
      columns: ["store", "time a step", "processor time a step"],
      rows: names.map((name) => [
        stores[name],
        `${of(name, ({ milliseconds }) => milliseconds).toFixed(1)} ms`,
        `${of(name, ({ cpu }) => cpu).toFixed(1)} ms`
      ])
    },
    notes: [
      `Workflows of ${steps} steps that do nothing, ${repeats} one after the other, in a fresh process; the time from the first to the last, divided by the number of steps. Medians of ${rounds} alternating rounds.`,
      "An export by a report has two steps and a durable wait, whatever the number of polls; one by histories a step for each 20 rows more."
    ],
    figures: [
      {
        name: "a durable step over SQLite, FULL: time on the processor",
        value: of("FULL", ({ cpu }) => cpu),
        unit: "ms",
        atMost: 5
      }
    ]
  }
}
