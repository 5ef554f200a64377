/** Ways to wait for many reports at once. */
import { SloReportClient } from "@effect-datadog/slo-report-node"
import { DatadogSite } from "@effect-datadog/slo-report"
import { Effect, Logger, Random, Redacted, Stream } from "effect"
import { HttpClient } from "effect/http"
import * as Datadog from "../datadog.ts"
import { VirtualClock } from "../VirtualClock.ts"
import { fetch, httpClient, type Jobs, ReportServer, type Rule } from "./server.ts"

export interface Outcome {
  /** From when a job was done to when its waiter knew, in milliseconds, in the order of the jobs. */
  readonly lags: ReadonlyArray<number>
  readonly requests: number
  readonly refused: number
}

/** `jobs` gives what is done when, for a clock's start; `begins` when who waits for it begins, by default at once. */
export type Fleet = (
  jobs: (start: number) => Jobs,
  rule: Rule,
  seed: number,
  begins?: ReadonlyMap<string, number>
) => Promise<Outcome>

export const options: SloReportClient.Options = {
  site: DatadogSite.DatadogSite.make("datadoghq.com"),
  credentials: { apiKey: Redacted.make("a".repeat(32)), appKey: Redacted.make("b".repeat(40)) }
}

export const ofThisClient = (own: object): Fleet => async (jobsFrom, rule, seed, begins) => {
  const clock = new VirtualClock()
  const jobs = jobsFrom(clock.now)
  const server = new ReportServer(clock, jobs, rule)
  const lags = new Map([...jobs.keys()].map((id) => [id, Number.NaN]))
  const start = clock.now
  const waits = Effect.gen(function*() {
    const client = yield* SloReportClient.make({ ...options, ...own })
    yield* Effect.forEach(jobs, ([id, done]) =>
      Effect.sleep((begins?.get(id) ?? start) - start).pipe(
        Effect.andThen(Stream.runDrain(client.waitForReport(id, { deadline: "24 hours" }))),
        Effect.andThen(Effect.sync(() => lags.set(id, clock.now - done)))
      ), { concurrency: "unbounded", discard: true })
  })
  await clock.runEffect(waits.pipe(
    Effect.provideService(HttpClient.HttpClient, httpClient(server)),
    Effect.scoped,
    Effect.provide(Logger.layer([])),
    Random.withSeed(seed)
  ))
  return { lags: [...lags.values()], requests: server.requests, refused: server.refused }
}

/** All waits of one client, which leaves nothing of the limit to others. */
export const thisClient: Fleet = ofThisClient({ pacing: { reserve: 0 } })

/** The same with the default reserve for other calls. */
export const withReserve: Fleet = ofThisClient({})

/** Each wait by itself. */
export const withoutPacer: Fleet = ofThisClient({ pacing: false })

/** Each wait a loop over Datadog's client, with its retry on: every 2 s, then ×1.5, up to 30 s. */
export const datadogs: Fleet = async (jobsFrom, rule, _, begins) => {
  const clock = new VirtualClock()
  const jobs = jobsFrom(clock.now)
  const server = new ReportServer(clock, jobs, rule)
  const lags = new Map([...jobs.keys()].map((id) => [id, Number.NaN]))
  const api = Datadog.make("http://datadog.test", { apiKey: "a", appKey: "b" }, {
    fetch: fetch(clock, server),
    enableRetry: true
  })
  const sleep = (seconds: number) => new Promise<void>((resolve) => clock.after(seconds * 1000, resolve))
  const isDone = async (reportId: string): Promise<boolean> => {
    const { data } = await api.getSLOReportJobStatus({ reportId })
    return data?.attributes?.status === "completed"
  }
  const wait = async (id: string, done: number): Promise<void> => {
    // Once its retries are used up it throws; the loop goes on.
    for (let delay = 2; !(await isDone(id).catch(() => false)); delay = Math.min(30, delay * 1.5)) await sleep(delay)
    lags.set(id, clock.now - done)
  }
  // The client's own sleeps are `setTimeout`s, so they take virtual time too.
  const { setTimeout } = globalThis
  const virtual = (run: () => void, millis: number) => clock.after(millis, run)
  Object.assign(globalThis, { setTimeout: virtual })
  let left = jobs.size
  for (const [id, done] of jobs) {
    const begin = () => void wait(id, done).then(() => left--)
    const at = begins?.get(id)
    if (at === undefined) begin()
    else clock.after(at - clock.now, begin)
  }
  await clock.run(() => left === 0, { settle: () => new Promise((resolve) => setImmediate(resolve)) })
  Object.assign(globalThis, { setTimeout })
  return { lags: [...lags.values()], requests: server.requests, refused: server.refused }
}
