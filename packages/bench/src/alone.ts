/** One wait alone, without a limit: the default policy against others, and against one that knows the law. */
import { SloReportClient } from "@effect-datadog/slo-report-node"
import { Effect, Random as EffectRandom, Stream } from "effect"
import { HttpClient } from "effect/http"
import { ages } from "./alone/law.ts"
import * as Policies from "./alone/policies.ts"
import * as Random from "./random.ts"
import type { Section } from "./report.ts"
import { mean } from "./statistics.ts"
import { VirtualClock } from "./VirtualClock.ts"
import { options } from "./waits/fleets.ts"
import { httpClient, ReportServer } from "./waits/server.ts"

const jobs = 2000
const laws: ReadonlyArray<Random.Lognormal> = [{ median: 30, sigma: 1 }, { median: 120, sigma: 0.8 }]

const policies: Readonly<Record<string, Policies.Policy>> = {
  "fixed 5 s": Policies.fixed(5),
  "×1.5 from 2 s to 30 s": Policies.growing(2, 30, 1.5),
  "AWS's waiter, 2 s to 120 s": Policies.aws(2, 120)
}

interface Mean {
  readonly lag: number
  readonly requests: number
}

export const section = async (): Promise<Section> => {
  const rows: Array<ReadonlyArray<string | number>> = []
  for (const law of laws) {
    const random = Random.make(1)
    const durations = Array.from({ length: jobs }, () => Random.lognormal(random, law) / 1000)
    const ours = await thisClient(durations)
    const add = (name: string, { lag, requests }: Mean) =>
      rows.push([
        `median ${law.median} s, σ ${law.sigma}`,
        name,
        `${lag.toFixed(1)} s`,
        lag / ours.lag,
        requests,
        requests / ours.requests
      ])
    add("this client's default", ours)
    for (const [name, policy] of Object.entries(policies)) {
      add(name, meanOf(durations.map((duration) => Policies.first(policy(random), duration))))
    }
    add("bound for the known law, with as many requests", bound(law, durations, ours.requests))
  }
  return {
    title: "One wait alone",
    table: { columns: ["law", "policy", "mean lag", "/ default", "requests", "/ default"], rows },
    notes: [
      `Means over ${
        jobs.toLocaleString("en")
      } jobs of each lognormal law, no limit, answers at once. The default is measured in virtual time, a client for each wait; the others are simulated over the same jobs.`,
      "AWS's waiter is smithy's rule: uniform between 2 s and 2 s doubled for each attempt, then every 120 s.",
      "The bound polls where the interval is √(2c / (v·h)), h the law's hazard rate and c/v such that it sends as many requests as the default."
    ],
    figures: []
  }
}

const thisClient = async (durations: ReadonlyArray<number>): Promise<Mean> => {
  const clock = new VirtualClock()
  const start = clock.now
  const done = new Map(durations.map((duration, index) => [`job-${index}`, start + duration * 1000]))
  const server = new ReportServer(clock, done, { limit: 1e9, period: 60_000 })
  const lags: Array<number> = []
  await clock.runEffect(
    Effect.forEach(done, ([id, at]) =>
      Effect.gen(function*() {
        const client = yield* SloReportClient.make(options)
        yield* Stream.runDrain(client.waitForReport(id, { deadline: "24 hours" }))
        lags.push((clock.now - at) / 1000)
      }).pipe(Effect.scoped), { concurrency: "unbounded", discard: true }).pipe(
        Effect.provideService(HttpClient.HttpClient, httpClient(server, 0)),
        EffectRandom.withSeed(1)
      )
  )
  return { lag: mean(lags), requests: server.requests / durations.length }
}

// The price is found by halving: the higher it is, the fewer requests.
const bound = (law: Random.Lognormal, durations: ReadonlyArray<number>, requests: number): Mean => {
  const end = Math.max(...durations) + 100 * law.median
  const at = (price: number) => {
    const polls = ages(law, price, end)
    return meanOf(durations.map((duration) => Policies.first(polls, duration)))
  }
  let low = 1e-3
  let high = 1e6
  for (let step = 0; step < 30; step++) {
    const price = Math.sqrt(low * high)
    if (at(price).requests > requests) low = price
    else high = price
  }
  return at(high)
}

const meanOf = (outcomes: ReadonlyArray<Policies.Outcome>): Mean => ({
  lag: mean(outcomes.map(({ lag }) => lag)),
  requests: mean(outcomes.map(({ requests }) => requests))
})
