/** What a wait keeps in memory and costs on the processor, and how both grow with the number of waits. */
import { Schema } from "effect"
import * as Child from "./child.ts"
import type { Section } from "./report.ts"
import { median } from "./statistics.ts"

const rounds = 3
const few = 10_000
const many = 100_000

const modes = {
  paced: "this client",
  alone: "this client, each wait by itself",
  calls: "loops over getReportStatus"
}
type Mode = keyof typeof modes

/** What is measured, how often, and how many polls of each wait. */
const plan: ReadonlyArray<readonly [mode: Mode, waits: number, rounds: number, polls: number]> = [
  ["paced", few, rounds, 2],
  ["alone", few, rounds, 2],
  ["calls", few, rounds, 2],
  ["paced", many, 1, 1]
]

const Run = Schema.Struct({
  bytes: Schema.Finite,
  cpu: Schema.Finite,
  polls: Schema.Finite,
  refused: Schema.Finite
})
type Run = typeof Run.Type

export const section = async (): Promise<Section> => {
  const runs = new Map<string, Array<Run>>()
  const key = (mode: Mode, waits: number) => `${mode} ${waits}`
  for (let round = 0; round < rounds; round++) {
    for (const [mode, waits, times, polls] of plan) {
      if (round >= times) continue
      const run = await Child.run(Run, Child.source("scale/worker.ts"), [waits, mode, polls], {
        flags: ["--expose-gc", "--max-old-space-size=8192"]
      })
      runs.set(key(mode, waits), [...runs.get(key(mode, waits)) ?? [], run])
    }
  }
  const of = (mode: Mode, waits: number, value: (run: Run) => number) =>
    median((runs.get(key(mode, waits)) ?? []).map(value))
  const cpu = (mode: Mode, waits: number) => of(mode, waits, (run) => run.cpu)
  const bytes = (mode: Mode, waits: number) => of(mode, waits, (run) => run.bytes)
  return {
    title: "What a wait costs",
    table: {
      columns: ["waits", "by", "memory a wait", "CPU a poll", "polls a wait", "429s"],
      rows: plan.map(([mode, waits]) => [
        waits,
        modes[mode],
        `${(bytes(mode, waits) / 1000).toFixed(1)} kB`,
        `${cpu(mode, waits).toFixed(1)} µs`,
        of(mode, waits, ({ polls }) => polls).toFixed(1),
        of(mode, waits, ({ refused }) => refused)
      ])
    },
    notes: [
      `Waits that don't end, each asking every 30 s, in virtual time, in a fresh process: the heap after a full collection with all asleep after their first poll, less the heap before, divided by the number of waits; then the processor's time of the polls that follow, divided by their number. The limit is 10 requests a minute for each wait. Medians of ${rounds} alternating runs for ${
        few.toLocaleString("en")
      } waits, one run for ${many.toLocaleString("en")}.`,
      "CPU a poll includes the whole request path over a model of the server; loops over getReportStatus show how much that is.",
      "A wait's memory includes the fiber that drains its stream, and its timer on the virtual clock where it has one."
    ],
    figures: [
      { name: "10,000 waits: memory a wait", value: bytes("paced", few) / 1000, unit: "kB", atMost: 6 },
      {
        name: "CPU a poll of 100,000 waits / of 10,000 (the logarithm grows by 1.25)",
        value: cpu("paced", many) / cpu("paced", few),
        unit: "",
        atMost: 1.25
      },
      {
        name: "memory a wait, 100,000 waits / 10,000",
        value: bytes("paced", many) / bytes("paced", few),
        unit: "",
        atMost: 1.1
      }
    ]
  }
}
