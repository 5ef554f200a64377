/**
 * The fake's controls over HTTP, under one reserved path.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Answer from "../../Answer.ts"
import type { Service } from "../../FakeDatadog.ts"
import type { WireRequest } from "../../RecordedRequest.ts"
import * as Scenario from "../../Scenario.ts"
import * as ScenarioFile from "../../ScenarioFile.ts"
import * as Query from "../query.ts"
import * as Decode from "../scenario/decode.ts"
import * as FaultSpec from "../scenario/fault.ts"
import * as ReportSpec from "../scenario/report.ts"
import { badRequest, json, Refusal } from "./answer.ts"
import * as Journal from "./journal.ts"

/** The reserved path: Datadog's API has nothing there. @internal */
export const root = "/_fake"

/** Answers what is asked of the controls; `undefined`: it is for the API. @internal */
export type Control = (request: WireRequest) => Effect.Effect<Answer.Answer> | undefined

type Handler = (request: WireRequest) => Effect.Effect<Answer.Answer, Refusal>

/** @internal */
export const make = (fake: Service, initial: Scenario.Scenario | undefined): Control => {
  let scenario = initial

  const now = Effect.map(fake.now, (millis) => DateTime.formatIso(DateTime.makeUnsafe(millis)))

  const restart = (next: Scenario.Scenario | undefined) =>
    Effect.gen(function*() {
      yield* fake.reset
      scenario = next
      const report = next === undefined ? null : yield* next.setup(fake)
      return json(200, { scenario: next?.name ?? null, report })
    })

  const routes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
    "/health": {
      GET: () =>
        Effect.map(
          Effect.all({ now, requests: fake.requestCount, inFlight: fake.inFlight }),
          (known) => json(200, { status: "ok", scenario: scenario?.name ?? null, ...known })
        )
    },
    "/requests": {
      GET: ({ path }) => Effect.map(Journal.show(fake, Query.parse(path)), (shown) => json(200, shown)),
      DELETE: () => Effect.as(fake.clearRequests, done)
    },
    "/reset": { POST: () => restart(initial) },
    "/scenario": {
      GET: () =>
        Effect.succeed(json(200, {
          scenario: scenario?.name ?? null,
          scenarios: Scenario.all.map(({ description, name }) => ({ name, description }))
        })),
      POST: ({ body }) => Effect.flatMap(scenarioOf(body.trim()), restart)
    },
    "/reports": {
      GET: () => Effect.map(fake.reportIds, (reports) => json(200, { reports })),
      POST: ({ body }) =>
        read(ReportSpec.OneReportSpec, body).pipe(
          Effect.flatMap(({ id, ...report }) => fake.addReport({ ...ReportSpec.toOptions(report), id })),
          Effect.map((report) => json(201, { report }))
        )
    },
    "/faults": {
      GET: () =>
        Effect.map(fake.pendingFaults, (faults) =>
          json(200, {
            faults: faults.map(({ left, name, operation }) => ({
              name,
              left: left === Infinity ? "always" : left,
              operation: operation ?? null
            }))
          })),
      POST: ({ body }) =>
        read(FaultSpec.FaultSpec, body).pipe(
          Effect.flatMap((spec) => FaultSpec.inject(fake, spec)),
          Effect.as(done)
        ),
      DELETE: () => Effect.as(fake.clearFaults, done)
    },
    "/clock": {
      GET: () => Effect.map(now, (now) => json(200, { now })),
      POST: ({ body }) =>
        Effect.andThen(Effect.flatMap(read(Move, body), move), Effect.map(now, (now) => json(200, { now })))
    }
  }

  const move = ({ advance = Duration.zero, now }: typeof Move.Type): Effect.Effect<void, Refusal> =>
    now !== undefined ?
      fake.setNow(DateTime.toEpochMillis(now)) :
      Effect.flatMap(fake.now, (now) =>
        now + Duration.toMillis(advance) > lastTime
          ? Effect.fail(badRequest("advance: there is no such time"))
          : fake.advance(advance))

  const list = Object.entries(routes).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${root}${path}`)
  )

  const handlerOf = (method: string, path: string): Handler => {
    const methods = path === "" ? { GET: () => Effect.succeed(json(200, { routes: list })) } : routes[path]
    if (methods === undefined) {
      return () => Effect.fail(new Refusal({ status: 404, error: `there is no ${root}${path}` }))
    }
    const found = Object.entries(methods).find(([name]) => name === (method === "HEAD" ? "GET" : method))
    const allowed = Object.keys(methods).join(", ")
    return found?.[1]
      ?? (() =>
        Effect.fail(
          new Refusal({ status: 405, error: `${root}${path} takes ${allowed}`, headers: [["Allow", allowed]] })
        ))
  }

  return (request) => {
    const path = request.path.replace(/[?#].*$/s, "").replace(/\/$/, "")
    if (path !== root && !path.startsWith(`${root}/`)) return undefined
    return Effect.catch(
      handlerOf(request.method, path.slice(root.length))(request),
      ({ error, headers = [], status }) =>
        Effect.succeed(json(status, status === 404 ? { error, routes: list } : { error }, headers))
    )
  }
}

const done = Answer.make({ status: 204 })

// The last millisecond that a date has (ECMA-262, section 21.4.1.1).
const lastTime = 8_640_000_000_000_000

const Move = Schema.Struct({
  advance: Schema.optionalKey(Decode.Span),
  now: Schema.optionalKey(Schema.DateTimeUtcFromString)
}).check(Schema.makeFilter(({ advance, now }) => (advance === undefined) !== (now === undefined), {
  expected: "{\"advance\": \"10 minutes\"} or {\"now\": \"2026-01-31T00:00:00Z\"}"
}))

const read = <A, I>(schema: Schema.Codec<A, I>, body: string): Effect.Effect<A, Refusal> =>
  Effect.fromResult(Result.mapError(Decode.decode(schema, body), badRequest))

const scenarioOf = (text: string): Effect.Effect<Scenario.Scenario, Refusal> => {
  const known = Scenario.all.find(({ name }) => name === text)
  if (known !== undefined) return Effect.succeed(known)
  return text.startsWith("{")
    ? Effect.mapError(ScenarioFile.fromJson("custom", text), ({ problem }) => badRequest(problem))
    : Effect.fail(
      badRequest(`expected a scenario as JSON, or one of ${Scenario.all.map(({ name }) => name).join(", ")}`)
    )
}
