/** Jobs that come and go under one limit, as in a service: how late their waiters know. */
import * as Random from "./random.ts"
import type { Cell, Figure, Section } from "./report.ts"
import { mean, quantile } from "./statistics.ts"
import * as Fleets from "./waits/fleets.ts"
import type { Jobs, Rule } from "./waits/server.ts"

const rule: Rule = { limit: 100, period: 60_000 }
const law: Random.Lognormal = { median: 120, sigma: 0.8 }

const seeds = 10
const count = 1000
/** The first jobs find no others there. */
const warmUp = 200

interface Load {
  readonly live: number
  /** Jobs a second. */
  readonly rate: number
  readonly atMost: { readonly mean: number; readonly p95: number }
}

const loads: ReadonlyArray<Load> = [
  { live: 50, rate: 0.275, atMost: { mean: 18, p95: 40 } },
  { live: 150, rate: 0.7, atMost: { mean: 45, p95: 95 } }
]

const fleets: Readonly<Record<string, Fleets.Fleet>> = {
  "this client": Fleets.thisClient,
  "this client, with its default reserve": Fleets.withReserve,
  "loops over Datadog's client": Fleets.datadogs
}

export const section = async (): Promise<Section> => {
  const rows: Array<ReadonlyArray<Cell>> = []
  const figures: Array<Figure> = []
  for (const { atMost, live, rate } of loads) {
    for (const [name, fleet] of Object.entries(fleets)) {
      const one = await measure(rate, fleet)
      rows.push([
        `about ${live}`,
        name,
        one.live.toFixed(0),
        `${one.mean.toFixed(1)} s`,
        `${one.p95.toFixed(0)} s`,
        one.requests.toFixed(1),
        one.refused.toFixed(0)
      ])
      if (name !== "this client") continue
      figures.push(
        { name: `${live} live: mean lag`, value: one.mean, unit: "s", atMost: atMost.mean },
        { name: `${live} live: p95 lag`, value: one.p95, unit: "s", atMost: atMost.p95 }
      )
    }
  }
  return {
    title: "Jobs that come and go under one limit",
    table: { columns: ["live", "by", "live on the mean", "mean lag", "p95 lag", "requests a job", "429s"], rows },
    notes: [
      `Jobs arrive by a Poisson process, ${
        loads.map(({ live, rate }) => `${rate} a second for about ${live} live`).join(", ")
      }; each is waited for from its arrival. Durations and limit are as above. ${count} jobs a run, the first ${warmUp} left out of the lags; means over ${seeds} seeds.`
    ],
    figures
  }
}

interface Run {
  readonly mean: number
  readonly p95: number
  readonly requests: number
  readonly refused: number
  readonly live: number
}

const measure = async (rate: number, fleet: Fleets.Fleet): Promise<Run> => {
  const runs: Array<Run> = []
  for (let seed = 1; seed <= seeds; seed++) {
    const begins = new Map<string, number>()
    let durations: ReadonlyArray<number> = []
    let last = 0
    const jobs = (start: number): Jobs => {
      const random = Random.make(seed)
      let at = start
      const all = Array.from({ length: count }, (_, index) => {
        at += -Math.log(1 - random()) / rate * 1000
        const duration = Random.lognormal(random, law)
        begins.set(`job-${index}`, at)
        return [`job-${index}`, at + duration, duration] as const
      })
      durations = all.map(([, , duration]) => duration)
      last = at - start
      return new Map(all.map(([id, done]) => [id, done]))
    }
    const { lags, refused, requests } = await fleet(jobs, rule, seed, begins)
    const seen = lags.slice(warmUp)
    const waited = lags.reduce((sum, lag, index) => sum + lag + (durations[index] ?? 0), 0)
    runs.push({
      mean: mean(seen) / 1000,
      p95: quantile(seen, 0.95) / 1000,
      requests: requests / count,
      refused,
      live: waited / last
    })
  }
  const over = (value: (run: Run) => number) => mean(runs.map(value))
  return {
    mean: over((run) => run.mean),
    p95: over((run) => run.p95),
    requests: over((run) => run.requests),
    refused: over((run) => run.refused),
    live: over((run) => run.live)
  }
}
