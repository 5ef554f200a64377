import { FakeDatadog, Fault, type RecordedRequest, type Timeline } from "@effect-datadog/slo-report-testing"
import { Cause, Clock, Context, Effect, Exit, Fiber, Random, Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { type DatadogConfig, RetryPolicy, SloReportClient } from "../../src/index.ts"
import { smallCsv } from "./flow.ts"
import { accessToken, apiKey, applicationKey, makeWatch, print, printWatch, watching } from "./secrets.ts"
import { operate, type Seen } from "./stormOperation.ts"
import { type Climate, isExport, kinds, type NewReport, type Plan, planStorm } from "./stormPlan.ts"

// What one operation came to.
export interface Outcome {
  readonly plan: Plan
  readonly ids: ReadonlyArray<string>
  readonly startedAt: number
  readonly endedAt: number
  readonly exit: Exit.Exit<unknown, unknown>
  // Of each report that was waited for: the statuses that were seen, and the error that its wait ended with.
  readonly seen: ReadonlyMap<string, Seen>
  readonly printed: string
}

export interface Aftermath {
  readonly seed: number
  readonly outcomes: ReadonlyArray<Outcome>
  readonly requests: ReadonlyArray<RecordedRequest.RecordedRequest>
  // When each report has its terminal status, by id, in epoch milliseconds.
  readonly timelines: ReadonlyMap<string, { readonly createdAt: number; readonly timeline: Timeline.Timeline }>
  readonly attemptTimeout: number
  // Whether times are exact.
  readonly isVirtual: boolean
}

// Which operation a request is of: carried in a header, so that the fake's log tells it.
const Current = Context.Reference<number>("storm/operation", { defaultValue: () => -1 })

const header = "x-storm-operation"

export const operationOf = (request: RecordedRequest.RecordedRequest): number => Number(request.headers[header])

// A key pair or a token, by turns.
export const credentialsOf = (seed: number): DatadogConfig.Credentials =>
  seed % 2 === 0
    ? { accessToken: Redacted.make(accessToken) }
    : { apiKey: Redacted.make(apiKey), appKey: Redacted.make(applicationKey) }

const secretsOf = (seed: number) => seed % 2 === 0 ? [accessToken] : [apiKey, applicationKey]

export const allowed = { apiKey, applicationKey, accessToken }

// Numbers the requests; the plant, if any, lies nearer to the wire, where it sees what is sent.
export const numbered =
  (plant: (client: HttpClient.HttpClient) => HttpClient.HttpClient = (client) => client) =>
  (client: HttpClient.HttpClient): HttpClient.HttpClient =>
    HttpClient.mapRequestEffect(
      plant(client),
      (request) => Effect.map(Current, (number) => HttpClientRequest.setHeader(request, header, String(number)))
    )

export interface Options {
  readonly seed: number
  readonly count: number
  readonly climate: Climate
  readonly isVirtual: boolean
  // For exports to files; without it there are none.
  readonly folder?: string
  // Changes each operation: a planted fault.
  readonly spoil?: <A, E>(self: Effect.Effect<A, E>) => Effect.Effect<A, unknown>
}

// Runs a storm to its end. In virtual time somebody else must adjust the clock.
export const storm = Effect.fnUntraced(function*({ climate, count, folder, isVirtual, seed, spoil }: Options) {
  const fake = yield* FakeDatadog.FakeDatadog
  const client = yield* SloReportClient.SloReportClient
  const choices = kinds.filter((kind) => kind !== "exportReportTo" || folder !== undefined)
  const { csvs, made, plans, shared } = planStorm({ seed, count, climate, choices, secrets: secretsOf(seed) })
  const timelines = new Map<string, { readonly createdAt: number; readonly timeline: Timeline.Timeline }>()
  yield* fake.setReportDefaults({ timeline: made, csv: smallCsv })

  const add = ({ csv, timeline }: NewReport) =>
    Effect.flatMap(
      Clock.currentTimeMillis,
      (createdAt) =>
        Effect.tap(fake.addReport({ timeline, csv }), (id) =>
          Effect.sync(() => timelines.set(id, { createdAt, timeline })))
    )
  const sharedIds = yield* Effect.forEach(shared, add)

  const faults = yield* injectAll(fake, plans)

  const run = Effect.fnUntraced(function*(plan: Plan) {
    yield* Effect.sleep(plan.startAt)
    const ids: Array<string> = []
    if (!isExport(plan.kind) && plan.kind !== "createReport") {
      for (const report of plan.reports) {
        ids.push(
          typeof report === "number"
            ? sharedIds[report]!
            : "id" in report
            ? report.id
            : yield* add({ timeline: report, csv: csvs[plan.number]! })
        )
      }
    }
    const seen = new Map<string, Seen>()
    const watch = makeWatch()
    const operation = operate(client, plan, ids, seen, folder)
    const startedAt = yield* Clock.currentTimeMillis
    const isWatched = plan.number % 8 === 0
    const fiber = yield* (isWatched ? watching(watch)(operation) : operation).pipe(
      spoil ?? ((self) => self),
      Effect.provideService(Current, plan.number),
      Effect.provideService(
        RetryPolicy.Current,
        RetryPolicy.make({ ...climate.retry, times: plan.retries })
      ),
      Effect.forkChild({ startImmediately: true })
    )
    if (plan.patience !== undefined) {
      yield* Effect.raceFirst(Fiber.await(fiber), Effect.sleep(plan.patience))
      yield* Fiber.interrupt(fiber)
    }
    const exit = yield* Fiber.await(fiber)
    const endedAt = yield* Clock.currentTimeMillis
    const printed = (Exit.isFailure(exit) || isWatched ? print(exit) : "") + printWatch(watch)
    const outcome: Outcome = { plan, ids, startedAt, endedAt, exit, seen, printed }
    return outcome
  })

  const outcomes = yield* Effect.forEach(plans, run, { concurrency: climate.concurrency }).pipe(
    Random.withSeed(seed)
  )
  // What was written to a socket before the end is read a moment later.
  if (!isVirtual) yield* Effect.sleep(50)
  const requests = (yield* fake.requests).map((one) => ({ ...one, fault: faults.get(one.sequence) }))
  for (const id of yield* fake.reportIds) {
    if (!timelines.has(id)) timelines.set(id, { createdAt: createdAtOf(id), timeline: made })
  }
  const aftermath: Aftermath = {
    seed,
    outcomes,
    requests,
    timelines,
    attemptTimeout: climate.attemptTimeout,
    isVirtual
  }
  return aftermath
})

// The time in a UUIDv1, in epoch milliseconds (RFC 9562 section 5.1).
const createdAtOf = (id: string): number => {
  const [low, mid, high = ""] = id.split("-")
  return Number(BigInt(`0x${high.slice(1)}${mid}${low}`) / 10_000n - 12_219_292_800_000n)
}

// Each operation's requests take its faults in turn; returns the names of those that were met, by request.
const injectAll = Effect.fnUntraced(function*(fake: FakeDatadog.Service, plans: ReadonlyArray<Plan>) {
  const met = new Map<number, string>()
  const counts = new Map<number, number>()
  let next: Fault.Fault | undefined
  // The fake asks whether a fault is for a request, and at once applies it.
  const when = (request: RecordedRequest.RecordedRequest) => {
    const number = operationOf(request)
    const count = counts.get(number) ?? 0
    counts.set(number, count + 1)
    next = plans[number]?.faults[count]
    if (next !== undefined) met.set(request.sequence, next.name)
    return next !== undefined
  }
  const storm = Fault.make("storm", (answer, context) => next === undefined ? answer : next.apply(answer, context))
  yield* fake.inject(storm, { times: Infinity, when })
  return met
})

export const isInterrupted = (exit: Exit.Exit<unknown, unknown>): boolean =>
  Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
