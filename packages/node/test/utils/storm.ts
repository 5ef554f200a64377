import { FakeDatadog, Fault, type RecordedRequest, type ReportCsv, Timeline } from "@effect-datadog/slo-report-testing"
import { NodeFileSystem } from "@effect/platform-node"
import { Cause, Clock, Context, Duration, Effect, Exit, Fiber, Random, Redacted, Result, Stream } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import * as Path from "node:path"
import { type DatadogConfig, PollPolicy, RetryPolicy, SloReportClient } from "../../src/index.ts"
import { request, smallCsv } from "./flow.ts"
import { seeded } from "./pacing.ts"
import { accessToken, apiKey, applicationKey, makeWatch, print, printWatch, watching } from "./secrets.ts"
import { anyFault, type Chance, makeChance, type Weather } from "./stormFaults.ts"

export const kinds = [
  "getReportStatus",
  "createReport",
  "downloadReport",
  "reportRows",
  "waitForReport",
  "awaitReport",
  "waitForReports",
  "exportReport",
  "exportReportTo"
] as const

export type Kind = typeof kinds[number]

// How long things take, in milliseconds, and how many run at once.
export interface Climate extends Omit<Weather, "secrets"> {
  readonly spread: number
  readonly concurrency: number
  readonly maxJob: number
  readonly deadlines: ReadonlyArray<number>
  readonly polls: ReadonlyArray<number>
  readonly maxPatience: number
  readonly attemptTimeout: number
  readonly retry: { readonly base: number; readonly cap: number; readonly maxWait: number }
}

export const virtual: Climate = {
  maxLatency: 45_000,
  maxGap: 20_000,
  hints: [1, 1, 2, 5, 7, 30, 100, 200, 5000],
  canGzip: false,
  now: 0,
  spread: 900_000,
  concurrency: Infinity,
  maxJob: 240_000,
  deadlines: [0, 500, 10_000, 60_000, 300_000, 900_000],
  polls: [700, 2000, 5000, 15_000],
  maxPatience: 20_000,
  attemptTimeout: 30_000,
  retry: { base: 500, cap: 20_000, maxWait: 120_000 }
}

// Real time: a hint of a second is too long for most.
export const real = (now: number): Climate => ({
  maxLatency: 60,
  maxGap: 4,
  hints: [1, 1, 2, 30, 5000],
  canGzip: true,
  now,
  spread: 0,
  concurrency: 48,
  maxJob: 80,
  deadlines: [0, 50, 300, 300, 600],
  polls: [8, 15, 30],
  maxPatience: 120,
  attemptTimeout: 150,
  retry: { base: 3, cap: 20, maxWait: 500 }
})

// One operation, as it is drawn before the storm begins.
export interface Plan {
  readonly number: number
  readonly kind: Kind
  readonly startAt: number
  // After so many milliseconds it is interrupted.
  readonly patience: number | undefined
  readonly poll: number
  readonly deadline: number
  readonly retries: number
  // Reports by themselves, or one of those that many operations ask for.
  readonly reports: ReadonlyArray<Timeline.Timeline | number | { readonly id: string }>
  readonly faults: ReadonlyArray<Fault.Fault>
}

export const isWait = (kind: Kind): boolean => kind.startsWith("wait") || kind === "awaitReport"

export const isExport = (kind: Kind): boolean => kind.startsWith("export")

const sharedReports = 25

const invalidIds = ["", "..", "a/b", "a?b", "a b", "a\nb", "%2e"]

const timeline = (chance: Chance, { maxJob }: Climate): Timeline.Timeline => {
  const done = chance.int(0, maxJob)
  const status = chance.of(["completed", "completed_with_errors", "failed", "failed"])
  const step = { after: done, status }
  if (chance.is(0.1)) return Timeline.always(chance.of(["in_progress", "paused"]))
  return chance.is(0.2) ? [{ after: Math.floor(done / 2), status: chance.of(["queued", "", "日本"]) }, step] : [step]
}

const makePlan = (chance: Chance, climate: Climate & Weather, number: number, choices: ReadonlyArray<Kind>): Plan => {
  const kind = chance.of(choices)
  const report = () => {
    const draw = chance.next()
    if (draw < 0.02) return { id: chance.of(invalidIds) }
    if (draw < 0.04) return { id: "00000000-0000-0000-0000-000000000000" }
    return draw < 0.25 ? chance.int(0, sharedReports - 1) : timeline(chance, climate)
  }
  return {
    number,
    kind,
    startAt: chance.int(0, climate.spread),
    patience: chance.is(0.3) ? chance.int(0, climate.maxPatience) : undefined,
    poll: chance.of(climate.polls),
    deadline: chance.of(climate.deadlines),
    retries: chance.int(0, 4),
    reports: Array.from({ length: kind === "waitForReports" ? chance.int(0, 4) : 1 }, report),
    faults: chance.is(0.25) ? [] : Array.from({ length: chance.int(1, 6) }, () => anyFault(chance, climate))
  }
}

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

export interface Seen {
  readonly statuses: Array<string>
  error: unknown
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
  const chance = makeChance(seeded(seed))
  const fake = yield* FakeDatadog.FakeDatadog
  const client = yield* SloReportClient.SloReportClient
  const weather = { ...climate, secrets: secretsOf(seed) }
  const choices = kinds.filter((kind) => kind !== "exportReportTo" || folder !== undefined)
  const plans = Array.from({ length: count }, (_, number) => makePlan(chance, weather, number, choices))
  const made = timeline(chance, climate)
  const timelines = new Map<string, { readonly createdAt: number; readonly timeline: Timeline.Timeline }>()
  yield* fake.setReportDefaults({ timeline: made, csv: smallCsv })
  const csv = () =>
    chance.is(0.1)
      ? `${smallCsv}"open`
      : chance.is(0.5)
      ? smallCsv
      : { rows: chance.int(0, 20) } satisfies ReportCsv.ReportCsv
  const csvs = plans.map(csv)

  const add = (timeline: Timeline.Timeline, csv: ReportCsv.ReportCsv) =>
    Effect.flatMap(
      Clock.currentTimeMillis,
      (createdAt) =>
        Effect.tap(fake.addReport({ timeline, csv }), (id) =>
          Effect.sync(() => timelines.set(id, { createdAt, timeline })))
    )
  const shared: Array<string> = []
  for (let n = 0; n < sharedReports; n++) shared.push(yield* add(timeline(chance, climate), csv()))

  const faults = yield* injectAll(fake, plans)

  const run = Effect.fnUntraced(function*(plan: Plan) {
    yield* Effect.sleep(plan.startAt)
    const ids: Array<string> = []
    if (!isExport(plan.kind) && plan.kind !== "createReport") {
      for (const report of plan.reports) {
        ids.push(
          typeof report === "number"
            ? shared[report]!
            : "id" in report
            ? report.id
            : yield* add(report, csvs[plan.number]!)
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

const operate = (
  client: SloReportClient.Service,
  plan: Plan,
  ids: ReadonlyArray<string>,
  seen: Map<string, Seen>,
  folder: string | undefined
): Effect.Effect<unknown, unknown> => {
  const [id = ""] = ids
  const options = { poll: PollPolicy.fixed(plan.poll), deadline: Duration.millis(plan.deadline) }
  const of = (id: string): Seen => {
    const known = seen.get(id) ?? { statuses: [], error: undefined }
    seen.set(id, known)
    return known
  }
  const note = (id: string, status: string) => Effect.sync(() => void of(id).statuses.push(status))
  const noteError = (id: string) => (error: unknown) => Effect.sync(() => void (of(id).error = error))
  switch (plan.kind) {
    case "getReportStatus":
      return client.getReportStatus(id)
    case "createReport":
      return client.createReport(request)
    case "downloadReport":
      return Stream.runDrain(client.downloadReport(id))
    case "reportRows":
      return Stream.runCollect(client.reportRows(id))
    case "waitForReport":
      return client.waitForReport(id, options).pipe(
        Stream.runForEach(({ rawStatus }) => note(id, rawStatus)),
        Effect.tapError(noteError(id))
      )
    case "awaitReport":
      return client.awaitReport(id, options).pipe(
        Effect.tap(({ rawStatus }) => note(id, rawStatus)),
        Effect.tapError((error) =>
          error._tag === "ReportFailed" ? note(id, error.report.rawStatus) : noteError(id)(error)
        )
      )
    case "waitForReports":
      return client.waitForReports(ids, options).pipe(
        Stream.runForEach(({ id, result }) =>
          Result.isSuccess(result) ? note(id, result.success.rawStatus) : noteError(id)(result.failure)
        )
      )
    case "exportReport":
    case "exportReportTo": {
      let created = ""
      const exporting = plan.kind === "exportReport"
        ? client.exportReport(request, options)
        : client.exportReportTo(Path.join(folder ?? "", `${plan.number}.csv`), request, options)
      return exporting.pipe(
        Stream.provide(NodeFileSystem.layer),
        Stream.runForEach((progress) => {
          if (progress._tag === "Created") created = progress.id
          return progress._tag === "Polled" ? note(created, progress.report.rawStatus) : Effect.void
        }),
        Effect.tapError((error) =>
          created === "" || error._tag === "ReportFailed" ? Effect.void : noteError(created)(error)
        )
      )
    }
  }
}

export const isInterrupted = (exit: Exit.Exit<unknown, unknown>): boolean =>
  Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
