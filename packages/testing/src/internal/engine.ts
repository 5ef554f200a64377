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
import type * as Credentials from "../Credentials.ts"
import type * as Fault from "../Fault.ts"
import * as Operation from "../Operation.ts"
import type * as RateLimit from "../RateLimit.ts"
import type { RecordedRequest, WireRequest } from "../RecordedRequest.ts"
import * as Report from "../Report.ts"
import * as ReportCsv from "../ReportCsv.ts"
import type * as ReportEndpoints from "../ReportEndpoints.ts"
import type * as Slo from "../Slo.ts"
import type * as SloApi from "../SloApi.ts"
import * as Faults from "./faults.ts"
import * as Middleware from "./middleware.ts"
import * as Query from "./query.ts"
import type { CreateRequest } from "./report/createRequest.ts"
import * as Routes from "./routes.ts"
import * as History from "./slo/history.ts"
import * as SloStore from "./slo/store.ts"

/** @internal */
export interface Settings {
  readonly credentials: Credentials.Credentials
  readonly rateLimit: RateLimit.Rule | false | undefined
  readonly reportEndpoints: ReportEndpoints.ReportEndpoints
  readonly sloApi: SloApi.Options
  readonly report: Report.Options
  readonly onRequest: (request: RecordedRequest) => Effect.Effect<void>
}

/** @internal */
export const make = Effect.fnUntraced(function*({ onRequest, ...settings }: Settings) {
  const middleware = Middleware.make(settings.credentials, settings.rateLimit)
  const faults = Faults.make()
  const reports = new Map<string, Report.Report>()
  const log: Array<RecordedRequest> = []
  const { indexLag = 0, inReports = true, monitorsInReports = false, retention = "Infinity" } = settings.sloApi
  const slos = SloStore.make(toMillis(indexLag))
  let reportDefaults = settings.report
  let reportEndpoints = settings.reportEndpoints
  let inFlight = 0

  const addReport = (own: Report.Options & { readonly id?: string | undefined }) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const id = own.id ?? Report.makeId(now, reports.size)
      const report = { ...reportDefaults, ...own, id, createdAt: now }
      reports.set(id, report)
      return report
    })

  const oldest = (now: number) => Math.floor((now - toMillis(retention)) / 1000)

  // A fake that has SLOs exports them, unless reports were given something else to hold.
  const csvOf = (query: string, now: number): ReportCsv.ReportCsv =>
    !inReports || slos.all().length === 0 ? {} : {
      slos: {
        list: slos.search(query, now).slice(0, mostExported),
        monitors: monitorsInReports,
        notBefore: oldest(now)
      }
    }

  const createReport = ({ period, query }: CreateRequest) =>
    Effect.flatMap(
      Clock.currentTimeMillis,
      (now) => addReport({ csv: ReportCsv.withPeriod(reportDefaults.csv ?? csvOf(query, now), period) })
    )

  const route = yield* Routes.make(
    { find: (id) => reports.get(id), create: createReport },
    { find: slos.find, search: slos.search, history: History.settings(settings.sloApi), oldest }
  )

  const process = Effect.fnUntraced(function*(request: RecordedRequest) {
    if (request.operation === "other") return Routes.notFound
    const isOfReports = reportOperations.has(request.operation)
    const { headers, refuse } = reportEndpoints
    const answer = (yield* middleware.refuse(request))
      ?? refuse(request.operation)
      ?? (yield* route(request))
    const rateLimit = yield* middleware.headers(request.operation, answer.status)
    const limited = { ...answer, headers: [...answer.headers, ...rateLimit] }
    return isOfReports ? Answer.withHeaders(limited, headers) : limited
  })

  const record = (request: WireRequest) =>
    Effect.map(Clock.currentTimeMillis, (at) => {
      const operation = Operation.of(request.method, request.path)
      const arrived: RecordedRequest = {
        ...request,
        sequence: log.length + 1,
        at,
        operation,
        query: Query.parse(request.path),
        status: undefined,
        fault: undefined
      }
      log.push(arrived)
      return arrived
    })

  const answer = Effect.fnUntraced(function*(request: WireRequest) {
    const arrived = yield* record(request)
    const fault = faults.take(arrived)
    const settle = (status: number | undefined) => {
      const settled = { ...arrived, status, fault: fault?.name }
      log[arrived.sequence - 1] = settled
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
      return restore(answer(request)).pipe(
        Effect.onError(() => leave),
        Effect.flatMap((answer): Effect.Effect<Answer.Answer> => {
          if (request.method === "HEAD") return Effect.as(leave, { ...answer, body: new Uint8Array(0) })
          return answer.body instanceof Uint8Array
            ? Effect.as(leave, answer)
            : Effect.succeed({ ...answer, body: Stream.ensuring(answer.body, leave) })
        })
      )
    })

  return {
    credentials: settings.credentials,
    addReport: (own: Parameters<typeof addReport>[0] = {}) => Effect.map(addReport(own), ({ id }) => id),
    setReportDefaults: (defaults: Report.Options) =>
      Effect.sync(() => {
        reportDefaults = defaults
      }),
    setReportEndpoints: (endpoints: ReportEndpoints.ReportEndpoints) =>
      Effect.sync(() => {
        reportEndpoints = endpoints
      }),
    addSlo: (slo: Slo.Options = {}) => Effect.map(Clock.currentTimeMillis, (now) => slos.add(slo, now).id),
    removeSlo: (id: string) => Effect.map(Clock.currentTimeMillis, (now) => slos.remove(id, now)),
    slos: Effect.sync(slos.all),
    reportIds: Effect.sync(() => [...reports.keys()]),
    inject: (fault: Fault.Fault, times: number, matches: (request: RecordedRequest) => boolean) =>
      Effect.sync(() => faults.add(fault, times, matches)),
    clearFaults: Effect.sync(faults.clear),
    setRateLimit: (rule: RateLimit.Rule | false, operation?: Operation.Operation) =>
      Effect.sync(() => middleware.setRule(rule, operation)),
    useRateLimit: (requests: number, operation: Operation.Operation = "status") => middleware.use(operation, requests),
    requests: Effect.sync(() => [...log]),
    inFlight: Effect.sync(() => inFlight),
    handle
  }
})

// Datadog documents that a report has at most 1,000 SLOs.
const mostExported = 1000

const reportOperations: ReadonlySet<Operation.Operation> = new Set(["create", "status", "download"])

const toMillis = (duration: Duration.Input): number => Duration.toMillis(Duration.fromInputUnsafe(duration))
