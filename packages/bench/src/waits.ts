/** Many waits under one limit: how late they know, and what they ask for it. */
import * as Random from "./random.ts"
import type { Cell, Figure, Section } from "./report.ts"
import { mean, quantile } from "./statistics.ts"
import * as Bound from "./waits/bound.ts"
import * as Fleets from "./waits/fleets.ts"
import { type Jobs, latency, type Rule } from "./waits/server.ts"

const rule: Rule = { limit: 100, period: 60_000 }
const law: Random.Lognormal = { median: 120, sigma: 0.8 }

/** How many waits, with how many seeds. */
const sizes: ReadonlyArray<readonly [waits: number, seeds: number]> = [[1, 200], [50, 10], [200, 60], [1000, 10], [
  10_000,
  1
]]

const fleets: Readonly<Record<string, Fleets.Fleet>> = {
  "this client": Fleets.thisClient,
  "this client, with its default reserve": Fleets.withReserve,
  "this client, each wait by itself": Fleets.withoutPacer,
  "loops over Datadog's client": Fleets.datadogs,
  "clairvoyant bound": (jobs, rule) => {
    const all = jobs(Date.UTC(2026, 0, 1))
    return Promise.resolve({ lags: Bound.lags(all, rule), requests: all.size, refused: 0 })
  }
}

interface Row {
  readonly waits: number
  readonly name: string
  readonly mean: number
  readonly p95: number
  readonly requests: number
  readonly refused: number
}

export const section = async (): Promise<Section> => {
  const rows: Array<Row> = []
  for (const [waits, seeds] of sizes) {
    for (const [name, fleet] of Object.entries(fleets)) rows.push(await measure(waits, seeds, name, fleet))
  }
  const bounds = new Map(rows.filter(({ name }) => name === "clairvoyant bound").map((row) => [row.waits, row.mean]))
  const ours = new Map(rows.filter(({ name }) => name === "this client").map((row) => [row.waits, row]))
  for (const row of rows) {
    const bound = bounds.get(row.waits) ?? 0
    if (row.mean < bound) throw new Error(`${row.name} is better than the bound at ${row.waits} waits`)
  }
  return {
    title: "Many waits under one limit",
    table: {
      columns: ["waits", "by", "mean lag", "/ this client", "p95 lag", "requests", "/ this client", "429s"],
      rows: rows.map((row): ReadonlyArray<Cell> => {
        const own = ours.get(row.waits)
        return [
          row.waits,
          row.name,
          `${seconds(row.mean)} s`,
          own === undefined ? undefined : row.mean / own.mean,
          `${seconds(row.p95)} s`,
          row.requests,
          own === undefined ? undefined : row.requests / own.requests,
          row.refused
        ]
      })
    },
    notes: [
      `Durations are lognormal with median ${law.median} s and σ ${law.sigma}; the limit is ${rule.limit} requests in each ${
        rule.period / 1000
      } s of the calendar; all waits start at once, at the start of a window. An answer takes ${latency} ms. Lag: from when a job is done at Datadog until its waiter knows.`,
      `Means over seeds: ${
        sizes.map(([waits, seeds]) => `${seeds} of ${waits.toLocaleString("en")} waits`).join(", ")
      }. Everyone waits for the same jobs.`,
      "Everything runs in virtual time against one model of the server: Effect's fibers by a clock and a scheduler of their own; Datadog's client by its `fetch` option and a virtual `setTimeout`, its code unchanged, with its retry on (3 retries) and a loop around it that asks again after 2 s, then ×1.5, up to 30 s.",
      "This client leaves nothing to other calls here, so that all have the same limit; its default reserve is a tenth, and an ideal scheduler with a tenth less has 14 % more lag for 200 waits and 12 % for 1,000.",
      "The clairvoyant bound knows when each job is done and asks once for each, as soon after that as the limit lets it. Nobody without that knowledge can reach it."
    ],
    figures: [
      ...figures(ours.get(200), { mean: 42, requests: 760, refused: 0 }),
      ...figures(ours.get(1000), { mean: 285, requests: 1450, refused: 0 })
    ]
  }
}

const measure = async (waits: number, seeds: number, name: string, fleet: Fleets.Fleet): Promise<Row> => {
  const outcomes: Array<Fleets.Outcome> = []
  for (let seed = 1; seed <= seeds; seed++) {
    const outcome = await fleet((start) => jobs(start, waits, seed), rule, seed)
    if (outcome.lags.length !== waits) throw new Error(`${name}: ${outcome.lags.length} of ${waits} waits ended`)
    outcomes.push(outcome)
  }
  const over = (value: (outcome: Fleets.Outcome) => number) => mean(outcomes.map(value))
  return {
    waits,
    name,
    mean: over(({ lags }) => mean(lags)),
    p95: waits === 1 ? quantile(outcomes.flatMap(({ lags }) => lags), 0.95) : over(({ lags }) => quantile(lags, 0.95)),
    requests: over(({ requests }) => requests),
    refused: over(({ refused }) => refused)
  }
}

const jobs = (start: number, waits: number, seed: number): Jobs => {
  const random = Random.make(seed)
  return new Map(Array.from({ length: waits }, (_, index) => [`job-${index}`, start + Random.lognormal(random, law)]))
}

const figures = (
  row: Row | undefined,
  atMost: { readonly mean: number; readonly requests: number; readonly refused: number }
): ReadonlyArray<Figure> =>
  row === undefined ? [] : [
    { name: `${row.waits} waits: mean lag`, value: row.mean / 1000, unit: "s", atMost: atMost.mean },
    { name: `${row.waits} waits: requests`, value: row.requests, unit: "", atMost: atMost.requests },
    { name: `${row.waits} waits: 429s`, value: row.refused, unit: "", atMost: atMost.refused }
  ]

const seconds = (millis: number): string => (millis / 1000).toFixed(millis < 100_000 ? 1 : 0)
