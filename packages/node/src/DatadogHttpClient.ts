/**
 * The request side: an `HttpClient` that knows the API's URL, the credentials and what must stay private.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { flow, identity } from "effect/Function"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import type { Credentials, DatadogConfig } from "./DatadogConfig.ts"
import * as Phase from "./internal/http/phase.ts"
import * as Scrub from "./internal/http/scrub.ts"
import { apiUrlOf } from "./internal/http/settings.ts"
import { withoutThrows } from "./internal/http/transport.ts"
import { version } from "./internal/http/version.ts"

/**
 * The request headers that carry secrets.
 *
 * **When to use**
 *
 * Use to add them to `Headers.CurrentRedactedNames` where an application logs or traces requests itself.
 *
 * @category constants
 * @since 0.1.0
 */
export const secretHeaders: ReadonlyArray<string> = ["dd-api-key", "dd-application-key", "authorization"]

/**
 * How requests are traced.
 *
 * **Details**
 *
 * - `tracePropagation`: send `b3` and `traceparent` and make a client span for each request. `@default` false
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly tracePropagation?: boolean | undefined
}

/**
 * Makes an `HttpClient` whose requests go to Datadog: base URL, credentials, `accept` and user agent.
 *
 * **Details**
 *
 * It takes requests with a path, such as `/api/v2/slo/report/{report_id}/status`, and asks for JSON where
 * they don't say what they accept. Run what uses it inside {@link withPrivacy}.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  config: DatadogConfig & Options
): Effect.Effect<HttpClient.HttpClient, never, HttpClient.HttpClient> =>
  Effect.map(Effect.andThen(Phase.watch, HttpClient.HttpClient), (given) => {
    const scrub = Scrub.make(config.credentials)
    const transport = withoutThrows(given)
    const client = config.tracePropagation === true ? traced(transport, scrub) : transport
    return HttpClient.mapRequest(
      client,
      flow(
        HttpClientRequest.prependUrl(apiUrlOf(config)),
        (request) =>
          HttpClientRequest.setHeaders(request, {
            accept: request.headers["accept"] ?? "application/json",
            "user-agent": `effect-datadog-slo-report/${version} (node ${process.version})`,
            ...credentialHeaders(config.credentials)
          })
      )
    )
  })

// A span can record the headers of an answer, and a server can echo a key in them: the span is the outer client's.
const traced = (transport: HttpClient.HttpClient, scrub: Scrub.Scrub): HttpClient.HttpClient =>
  HttpClient.make((request) =>
    transport.execute(request).pipe(
      Effect.map((response) => withHeaders(response, Record.map(response.headers, scrub))),
      Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
    )
  )

const withHeaders = (
  response: HttpClientResponse.HttpClientResponse,
  headers: Record<string, string>
): HttpClientResponse.HttpClientResponse => {
  const copy: HttpClientResponse.HttpClientResponse = Object.create(response, {
    headers: { value: Headers.fromInput(headers), enumerable: true }
  })
  return copy
}

const credentialHeaders = (credentials: Credentials): Record<string, string> =>
  "accessToken" in credentials
    ? { authorization: `Bearer ${Redacted.value(credentials.accessToken)}` }
    : {
      "dd-api-key": Redacted.value(credentials.apiKey),
      "dd-application-key": Redacted.value(credentials.appKey)
    }

/**
 * Runs an effect so that its requests stay private.
 *
 * **Details**
 *
 * - the {@link secretHeaders} are redacted in spans, in logs and where a request is inspected
 * - no trace headers are sent, unless `tracePropagation` is set
 * - `fetch` does not follow redirects; other transports never do
 *
 * @param options `requestInit`: what `fetch` is given, below what a `RequestInit` of the effect's own says, default none
 * @category combinators
 * @since 0.1.0
 */
export const withPrivacy = (
  options?: Options & { readonly requestInit?: globalThis.RequestInit | undefined }
) => {
  const isTraced = options?.tracePropagation === true
  return <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.updateContext(self, (context: Context.Context<R>) =>
      context.pipe(
        Context.add(Headers.CurrentRedactedNames, [
          ...Context.get(context, Headers.CurrentRedactedNames),
          ...secretHeaders
        ]),
        Context.add(HttpClient.TracerPropagationEnabled, isTraced),
        isTraced ? identity : Context.add(HttpClient.TracerDisabledWhen, () => true),
        Context.add(FetchHttpClient.RequestInit, {
          ...options?.requestInit,
          ...Context.getOrUndefined(context, FetchHttpClient.RequestInit),
          redirect: "manual"
        })
      ))
}
