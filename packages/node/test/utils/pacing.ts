import { assert } from "@effect/vitest"
import { type Duration, Effect, Fiber, type Scope } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { PollPolicy, RetryPolicy, SloReportClient } from "../../src/index.ts"
import * as ModelServer from "./modelServer.ts"
import { begin, credentials, type Observed, site } from "./wait.ts"

export interface Given extends ModelServer.ServerOptions {
  // Calls are not retried unless it says otherwise.
  readonly client?: SloReportClient.ClientOptions
}

export interface Scene {
  readonly server: ModelServer.ModelServer
  readonly client: SloReportClient.Service
}

// A client over a model of the server, both under the clock in force.
export const given = ({ client, ...server }: Given = {}): Effect.Effect<Scene, never, Scope.Scope> => {
  const model = ModelServer.make(server)
  return SloReportClient.make({ site, credentials, retry: RetryPolicy.none, ...client }).pipe(
    Effect.provideService(HttpClient.HttpClient, model.client),
    Effect.map((client) => ({ server: model, client }))
  )
}

export const limit = (count: number, seconds: number, name = "slo_report"): ModelServer.Rule => ({
  name,
  limit: count,
  period: seconds * 1000
})

// Leaves all that is taken by polls to them, so that a small limit has whole numbers.
export const all = { pacing: { reserve: 0 } } as const

export const every = (interval: Duration.Input, options?: SloReportClient.WaitOptions) => ({
  poll: PollPolicy.fixed(interval),
  deadline: "1 day" as Duration.Input,
  ...options
})

export const ids = (count: number, prefix = "report") =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`)

// Lets every fiber run until it waits for time to pass.
export const settle = Effect.yieldNow.pipe(Effect.repeat({ times: 60 }), Effect.asVoid)

export const advance = (duration: Duration.Input) =>
  settle.pipe(Effect.andThen(TestClock.adjust(duration)), Effect.andThen(settle))

export type Reported = ReturnType<SloReportClient.Service["waitForReport"]>

export const beginAll = (streams: Iterable<Reported>) => Effect.forEach(streams, (stream) => begin(stream))

// Many waits of one interval.
export const waits = (client: SloReportClient.Service, count: number, interval: Duration.Input) =>
  beginAll(ids(count).map((id) => client.waitForReport(id, every(interval))))

// Runs waits that have begun to their ends.
export const finishAll = Effect.fnUntraced(
  function*<E>(fibers: ReadonlyArray<Fiber.Fiber<Observed<E>>>, within: Duration.Input = "2 days") {
    yield* advance(within)
    assert.strictEqual(fibers.filter((fiber) => fiber.pollUnsafe() === undefined).length, 0, "all waits have ended")
    return yield* Effect.forEach(fibers, Fiber.join)
  }
)

export const finishOne = <E>(fiber: Fiber.Fiber<Observed<E>>, within?: Duration.Input) =>
  Effect.map(finishAll([fiber], within), ([observed]) => observed!)

export const times = (log: ReadonlyArray<ModelServer.Logged>) => log.map(({ at }) => at)

export const between = <A extends { readonly at: number }>(log: ReadonlyArray<A>, from: number, to: number) =>
  log.filter(({ at }) => at >= from && at < to)

// How many requests each window had, by its beginning; windows of different rules apart.
export const perWindow = (log: ReadonlyArray<ModelServer.Logged>) => {
  const counts = new Map<string, number>()
  for (const { rule, window } of log) {
    const key = `${rule?.name} ${window}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

export const assertWithinLimit = (log: ReadonlyArray<ModelServer.Logged>, count: number) => {
  for (const [window, requests] of perWindow(log)) {
    assert.isAtMost(requests, count, `requests in the window ${window}`)
  }
}

export const refused = (log: ReadonlyArray<ModelServer.Logged>) => log.filter(({ status }) => status === 429)

// Until when an answer asks to wait; an answer that never came asks nothing.
export const heldUntil = ({ endedAt, hint, isAnswered }: ModelServer.Logged) => endedAt! + (isAnswered ? hint : 0)

// The most requests that any span of time had.
export const peak = (log: ReadonlyArray<{ readonly at: number }>, millis: number) =>
  Math.max(0, ...log.map(({ at }) => between(log, at, at + millis).length))

// A generator of numbers from 0 to 1 (mulberry32), for a test's own chance.
export const seeded = (seed: number) => () => {
  seed = (seed + 0x6D2B79F5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}

// A lognormal duration in milliseconds (Box-Muller).
export const lognormal = (random: () => number, median: number, sigma: number) =>
  median * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))
