/**
 * The request side: an `HttpClient` that knows the API's URL, the credentials and what must stay private.
 *
 * @since 0.1.0
 */
import * as DatadogSite from "@effect-datadog/slo-report/DatadogSite"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import * as process from "node:process"
import type { Credentials, DatadogConfig } from "./DatadogConfig.ts"
import { version } from "./internal/version.ts"

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
 * Makes an `HttpClient` whose requests go to Datadog: base URL, credentials, `accept` and user agent.
 *
 * **Details**
 *
 * It takes requests with a path, such as `/api/v2/slo/report/{report_id}/status`. Run what uses it inside
 * {@link withPrivacy}.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (config: DatadogConfig): Effect.Effect<HttpClient.HttpClient, never, HttpClient.HttpClient> =>
  Effect.map(
    HttpClient.HttpClient,
    HttpClient.mapRequest(flow(
      HttpClientRequest.prependUrl(config.apiUrl ?? DatadogSite.apiUrl(config.site)),
      HttpClientRequest.setHeaders({
        accept: "application/json",
        "user-agent": `effect-datadog-slo-report/${version} (node ${process.version})`,
        ...credentialHeaders(config.credentials)
      })
    ))
  )

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
 * @param options `tracePropagation`: send `b3` and `traceparent` and make a client span for each request, default `false`
 * @category combinators
 * @since 0.1.0
 */
export const withPrivacy = (options?: { readonly tracePropagation?: boolean | undefined }) => {
  const traced = options?.tracePropagation === true
  return <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.updateContext(self, (context: Context.Context<R>) =>
      context.pipe(
        Context.add(Headers.CurrentRedactedNames, [
          ...Context.get(context, Headers.CurrentRedactedNames),
          ...secretHeaders
        ]),
        Context.add(HttpClient.TracerPropagationEnabled, traced),
        Context.add(HttpClient.TracerDisabledWhen, () => !traced),
        Context.add(FetchHttpClient.RequestInit, {
          ...Context.getOrUndefined(context, FetchHttpClient.RequestInit),
          redirect: "manual"
        })
      ))
}
