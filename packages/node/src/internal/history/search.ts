/**
 * The search for SLOs, page by page.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { Slo } from "@effect-datadog/slo-report/Slo"
import * as SloSearch from "@effect-datadog/slo-report/SloSearch"
import * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type RetryingSender, send } from "../http/request.ts"
import type { Decode } from "../http/response.ts"
import type { Call } from "../http/transport.ts"

/** SLOs that no page before had, and how many there are in all, where Datadog says so. @internal */
export interface Found {
  readonly slos: ReadonlyArray<Slo>
  readonly total: number | undefined
}

/** @internal */
export const callOf = (host: string): Call => ({ host, method: "GET", path: "/api/v1/slo/search" })

// The most that was recorded; an SLO has about 1.5 kB.
const pageSize = 100

const maxBytes = 8 * 1024 * 1024

// A page must have an SLO that no page before had, if more follow: a cache on the way may give the first for each.
const decodeOf = (seen: ReadonlySet<string>, number: number): Decode<SloSearch.SloSearchPage> => (json) =>
  Result.flatMap(
    decode(json),
    (page): ReturnType<Decode<SloSearch.SloSearchPage>> =>
      !isFollowed(page) || page.slos.some(({ id }) => !seen.has(id))
        ? Result.succeed(page)
        : Result.fail({
          message: `Expected page ${number} of the search, got one without a new SLO`
        })
  )

const decode = Schema.decodeUnknownResult(SloSearch.SloSearchResponse)

// By Datadog's count; where there is none, a full page is.
const isFollowed = ({ last, position, slos }: SloSearch.SloSearchPage): boolean =>
  position === undefined || last === undefined ? slos.length >= pageSize : position < last

/**
 * The pages of a search, until the last by Datadog's count, or one that has nothing new.
 *
 * @internal
 */
export const pages = (
  sender: RetryingSender,
  query: string,
  privately: <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
): Stream.Stream<Found, DatadogError> =>
  Stream.suspend(() => {
    const seen = new Set<string>()
    return Stream.paginate(0, (number: number) =>
      Effect.map(privately(page(sender, query, number, decodeOf(seen, number))), (answer) => {
        // What is searched may change from page to page.
        const slos = answer.slos.filter(({ id }) =>
          !seen.has(id) && seen.add(id)
        )
        const isLast = slos.length === 0 || SloSearch.isLast(answer, pageSize)
        return [[{ slos, total: answer.total }], isLast ? Option.none() : Option.some(number + 1)] as const
      }))
  })

const page = (
  sender: RetryingSender,
  query: string,
  number: number,
  decode: Decode<SloSearch.SloSearchPage>
) => {
  const call = callOf(sender.host)
  return send(
    sender,
    {
      operation: "search",
      call,
      request: HttpClientRequest.get(call.path, {
        urlParams: { query, "page[size]": pageSize, "page[number]": number }
      }),
      maxBytes
    },
    decode
  )
}
