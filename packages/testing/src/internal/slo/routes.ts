/**
 * The three routes that search SLOs, describe one and tell its history, worded as they were recorded.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as ErrorBody from "../../ErrorBody.ts"
import type * as Slo from "../../Slo.ts"
import * as Query from "../query.ts"
import * as History from "./history.ts"
import * as Page from "./page.ts"
import * as Wire from "./wire.ts"

/** What the routes need to know of the SLOs. @internal */
export interface Slos {
  readonly find: (id: string) => Slo.Slo | undefined
  readonly search: (query: string, now: number) => ReadonlyArray<Slo.Slo>
  readonly history: History.Settings
  /** The first second that there is data of, at a time in epoch milliseconds. */
  readonly oldest: (now: number) => number
}

/** @internal */
export const make = (slos: Slos) => [
  HttpRouter.route(
    "GET",
    "/api/v1/slo/search",
    (request) => Effect.map(Clock.currentTimeMillis, search(slos, request))
  ),
  HttpRouter.route("GET", "/api/v1/slo/:id", withId((id) => Effect.succeed(get(slos, id)))),
  HttpRouter.route(
    "GET",
    "/api/v1/slo/:id/history",
    (request) => withId((id) => Effect.map(Clock.currentTimeMillis, history(slos, id, request)))
  )
]

const search = (slos: Slos, request: HttpServerRequest.HttpServerRequest) => (now: number) => {
  const query = Query.parse(request.url)
  const found = slos.search(query["query"] ?? "", now)
  const { end, links, pagination, start } = Page.make(request.originalUrl, query, found.length)
  const page = found.slice(start, end).map((slo) => Wire.found(slo, Math.floor(now / 1000)))
  return json(200, {
    data: { type: "service_level_objective_search_results", attributes: { slos: page } },
    meta: { pagination },
    links
  })
}

const get = (slos: Slos, id: string): HttpServerResponse.HttpServerResponse => {
  const slo = slos.find(id)
  return slo === undefined
    ? failure(404, `SLO not found: ${id} not found`)
    : json(200, { data: Wire.definition(slo), error: null })
}

// A missing SLO is found before a bad period.
const history = (slos: Slos, id: string, request: HttpServerRequest.HttpServerRequest) => (now: number) => {
  const slo = slos.find(id)
  if (slo === undefined) return failure(404, `SLO ID: ${id} not found`)
  const { apply_correction: corrections, from_ts: from = "", target, to_ts: to = "" } = Query.parse(request.url)
  if (!isSecond(from) || !isSecond(to) || Number(from) >= Number(to)) {
    return failure(400, `The timeframe is incorrect: invalid from ${from} or to ${to} timestamp`)
  }
  if (Number(to) < slos.oldest(now)) return failure(400, "Queries ending outside the retention date are invalid")
  if (slo.exportError !== undefined) return failure(400, slo.exportError)
  return json(
    200,
    History.make(slo, {
      from: Number(from),
      to: Number(to),
      target: isTarget(target) ? Number(target) : undefined,
      corrections: corrections !== "false"
    }, slos.history)
  )
}

// The last second that a date can hold has 13 digits.
const isSecond = (text: string): boolean => /^\d{1,12}$/.test(text)

const isTarget = (text: string | undefined): boolean => Number(text) > 0 && Number(text) < 100

const withId = <E, R>(answer: (id: string) => Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  Effect.flatMap(HttpRouter.params, ({ id = "" }) => answer(id))

const failure = (status: number, message: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(ErrorBody.make("strings", status, [message]).text, {
    status,
    contentType: "application/json"
  })

const json = (status: number, body: unknown): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(JSON.stringify(body), { status, contentType: "application/json" })
