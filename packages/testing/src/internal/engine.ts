/**
 * The fake itself: what happens to a request between an adapter and the routes.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Answer from "../Answer.ts"
import type * as Fault from "../Fault.ts"
import * as Operation from "../Operation.ts"
import type * as RateLimit from "../RateLimit.ts"
import type { RecordedRequest, WireRequest } from "../RecordedRequest.ts"
import * as Report from "../Report.ts"
import * as ReportCsv from "../ReportCsv.ts"
import type * as ReportEndpoints from "../ReportEndpoints.ts"
import type * as Slo from "../Slo.ts"
import * as FakeClock from "./clock.ts"
import type * as Faults from "./faults.ts"
import * as Query from "./query.ts"
import type { CreateRequest } from "./report/createRequest.ts"
import * as Routes from "./routes.ts"
import * as History from "./slo/history.ts"
import { dropOldest } from "./oldest.ts"
import * as State from "./state.ts"

type OnRequest = (request: RecordedRequest) => Effect.Effect<void>

/** @internal */
export const make = Effect.fnUntraced(function*(settings: State.Settings, onRequest: OnRequest) {
  const clock = FakeClock.make()
  const { inReports = true, monitorsInReports = false, retention = "Infinity" } = settings.sloApi
  let state = State.make(settings, yield* Clock.currentTimeMillis)
  let inFlight = 0

  const addReport = (own: Report.Options & { readonly id?: string | undefined }) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const { reportCount, reportDefaults, reports } = state
      const id = own.id ?? Report.makeId(now, reportCount)
      const report = { ...reportDefaults, ...own, id, createdAt: now }
      state.reportCount += 1
      reports.set(id, report)
      if (reports.size > settings.reportLimit) dropOldest(reports)
      return report
    })

  const oldest = (now: number) => Math.floor((now - toMillis(retention)) / 1000)

  // A fake that has SLOs exports them, unless reports were given something else to hold.
  const csvOf = (query: string, now: number): ReportCsv.ReportCsv =>
    !inReports || state.slos.all().length === 0 ? {} : {
      slos: {
        list: state.slos.search(query, now).slice(0, mostExported),
        monitors: monitorsInReports,
        notBefore: oldest(now)
      }
    }

  const createReport = ({ period, query }: CreateRequest) =>
    Effect.flatMap(
      Clock.currentTimeMillis,
      (now) => addReport({ csv: ReportCsv.withPeriod(state.reportDefaults.csv ?? csvOf(query, now), period) })
    )

  const route = yield* Routes.make(
    { find: (id) => state.reports.get(id), create: createReport },
    {
      find: (id) => state.slos.find(id),
      search: (query, now) => state.slos.search(query, now),
      history: History.settings(settings.sloApi),
      oldest
    }
  )

  const process = Effect.fnUntraced(function*(request: RecordedRequest) {
    if (request.operation === "other") return Routes.notFound
    const { middleware, reportEndpoints } = state
    const answer = (yield* middleware.refuse(request))
      ?? reportEndpoints.refuse(request.operation)
      ?? (yield* route(request))
    const rateLimit = yield* middleware.headers(request.operation, answer.status)
    const limited = { ...answer, headers: [...answer.headers, ...rateLimit] }
    return reportOperations.has(request.operation) ? Answer.withHeaders(limited, reportEndpoints.headers) : limited
  })

  const answer = Effect.fnUntraced(function*(request: WireRequest) {
    const { faults, journal, middleware } = state
    const arrived = journal.add({
      ...request,
      at: yield* Clock.currentTimeMillis,
      operation: Operation.of(request.method, request.path),
      query: Query.parse(request.path),
      status: undefined,
      fault: undefined
    })
    const fault = faults.take(arrived)
    const settle = (status: number | undefined) => {
      const settled = { ...arrived, status, fault: fault?.name }
      journal.settle(settled)
      return settled
    }
    settle(undefined)
    const processed = process(arrived)
    const rateLimitHeaders = (status: number) => middleware.headers(arrived.operation, status)
    return yield* (fault === undefined ? processed : fault.apply(processed, { rateLimitHeaders })).pipe(
      Effect.tap(({ status }) => onRequest(settle(status))),
      Effect.tapError(() => onRequest(settle(undefined)))
    )
  })

  const handle = (request: WireRequest) =>
    Effect.uninterruptibleMask((restore) => {
      let isOpen = true
      const leave = Effect.sync(() => {
        if (isOpen) inFlight -= 1
        isOpen = false
      })
      inFlight += 1
      return restore(clock.provide(answer(request))).pipe(
        Effect.onError(() => leave),
        Effect.flatMap((answer): Effect.Effect<Answer.Answer> => {
          if (request.method === "HEAD") return Effect.as(leave, { ...answer, body: new Uint8Array(0) })
          return answer.body instanceof Uint8Array
            ? Effect.as(leave, answer)
            : Effect.succeed({ ...answer, body: Stream.ensuring(clock.provideStream(answer.body), leave) })
        })
      )
    })

  const now = clock.provide(Clock.currentTimeMillis)

  return {
    credentials: settings.credentials,
    addReport: (own: Parameters<typeof addReport>[0] = {}) => Effect.map(clock.provide(addReport(own)), ({ id }) => id),
    setReportDefaults: (defaults: Report.Options) =>
      Effect.sync(() => {
        state.reportDefaults = defaults
      }),
    setReportEndpoints: (endpoints: ReportEndpoints.ReportEndpoints) =>
      Effect.sync(() => {
        state.reportEndpoints = endpoints
      }),
    addSlo: (slo: Slo.Options = {}) => Effect.map(now, (now) => state.slos.add(slo, now).id),
    removeSlo: (id: string) => Effect.map(now, (now) => state.slos.remove(id, now)),
    slos: Effect.sync(() => state.slos.all()),
    reportIds: Effect.sync(() => [...state.reports.keys()]),
    inject: (fault: Fault.Fault, target: Faults.Target) => Effect.sync(() => state.faults.add(fault, target)),
    pendingFaults: Effect.sync(() => state.faults.all()),
    clearFaults: Effect.sync(() => state.faults.clear()),
    setRateLimit: (rule: RateLimit.Rule | false, operation?: Operation.Operation) =>
      Effect.sync(() => state.middleware.setRule(rule, operation)),
    useRateLimit: (requests: number, operation: Operation.Operation = "status") =>
      clock.provide(Effect.suspend(() => state.middleware.use(operation, requests))),
    requests: Effect.sync(() => state.journal.all()),
    requestCount: Effect.sync(() => state.journal.count()),
    clearRequests: Effect.sync(() => state.journal.clear()),
    inFlight: Effect.sync(() => inFlight),
    now,
    advance: clock.advance,
    setNow: clock.set,
    reset: Effect.map(Clock.currentTimeMillis, (now) => {
      clock.reset()
      state = State.make(settings, now)
    }),
    handle
  }
})

// Datadog documents that a report has at most 1,000 SLOs.
const mostExported = 1000

const reportOperations: ReadonlySet<Operation.Operation> = new Set(["create", "status", "download"])

const toMillis = (duration: Duration.Input): number => Duration.toMillis(Duration.fromInputUnsafe(duration))
