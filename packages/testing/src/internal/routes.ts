/**
 * The router: a request in, an answer out.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpMethod from "effect/http/HttpMethod"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"
import * as Answer from "../Answer.ts"
import * as ErrorBody from "../ErrorBody.ts"
import type { WireRequest } from "../RecordedRequest.ts"
import * as ReportRoutes from "./report/routes.ts"
import * as SloRoutes from "./slo/routes.ts"

/** @internal */
export const make = Effect.fnUntraced(function*(reports: ReportRoutes.Reports, slos: SloRoutes.Slos) {
  // Not the router's layer: a layer might be shared with the application under test.
  const router = yield* HttpRouter.make
  yield* router.addAll([...ReportRoutes.make(reports), ...SloRoutes.make(slos)])
  const handler = router.asHttpEffect()
  return (request: WireRequest): Effect.Effect<Answer.Answer> =>
    handler.pipe(
      Effect.provideService(HttpServerRequest.HttpServerRequest, toServerRequest(request)),
      Effect.scoped,
      Effect.map(toAnswer),
      Effect.orElseSucceed(() => notFound)
    )
}, Effect.provideService(HttpRouter.RouterConfig, { maxParamLength: 65_536, ignoreDuplicateSlashes: false }))

const known = [
  "POST /api/v2/slo/report",
  "GET /api/v2/slo/report/{report_id}/status",
  "GET /api/v2/slo/report/{report_id}/download",
  "GET /api/v1/slo/search",
  "GET /api/v1/slo/{slo_id}",
  "GET /api/v1/slo/{slo_id}/history"
]

/** What Datadog answers to a path that it doesn't know; a header of the fake's says which ones it knows. @internal */
export const notFound: Answer.Answer = Answer.make({
  status: 404,
  contentType: "application/json",
  headers: [["X-Fake-Datadog-Routes", known.join(", ")]],
  body: ErrorBody.make("strings", 404, ["Not found"]).text
})

const toServerRequest = ({ body, method, path, url }: WireRequest): HttpServerRequest.HttpServerRequest => {
  const make = HttpClientRequest.make(HttpMethod.isHttpMethod(method) ? method : "GET")
  return HttpServerRequest.fromClientRequest(HttpClientRequest.bodyText(make(url), body)).modify({ url: path })
}

const toAnswer = ({ body, headers, status }: HttpServerResponse.HttpServerResponse): Answer.Answer => ({
  status,
  headers: Object.entries(headers),
  body: body._tag === "Uint8Array"
    ? body.body
    : body._tag === "Stream"
    ? Stream.orDie(body.stream)
    : new Uint8Array(0),
  ending: "complete"
})
