/**
 * Which Datadog a client talks to, and as whom.
 *
 * @since 0.1.0
 */
import { DatadogSite } from "@effect-datadog/slo-report/DatadogSite"
import * as Config from "effect/Config"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

/**
 * A pair of keys, sent as `DD-API-KEY` and `DD-APPLICATION-KEY`.
 *
 * @category models
 * @since 0.1.0
 */
export interface KeyPair {
  readonly apiKey: Redacted.Redacted
  readonly appKey: Redacted.Redacted
}

/**
 * An OAuth, personal or service access token, sent alone as `Authorization: Bearer`.
 *
 * @category models
 * @since 0.1.0
 */
export interface AccessToken {
  readonly accessToken: Redacted.Redacted
}

/**
 * Who a client is to Datadog: a key pair or an access token, never both.
 *
 * @category models
 * @since 0.1.0
 */
export type Credentials = KeyPair | AccessToken

/**
 * Which Datadog, and as whom.
 *
 * **Details**
 *
 * - `site`: decides the API's host
 * - `apiUrl`: replaces the site's API URL, for a proxy or a fake
 * - `credentials`: a key pair or an access token with the scope `slos_read`
 *
 * @category models
 * @since 0.1.0
 */
export interface DatadogConfig {
  readonly site: DatadogSite
  readonly apiUrl?: ApiUrl | undefined
  readonly credentials: Credentials
}

const loopback = /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/

const apiUrlProblem = (text: string): string | undefined => {
  if (!URL.canParse(text)) return "Expected a URL, such as https://api.datadoghq.com"
  const url = new URL(text)
  if (url.username !== "" || url.password !== "" || /[?#]/.test(text)) {
    return "Expected a URL without user, query and fragment"
  }
  return url.protocol === "https:" || (url.protocol === "http:" && loopback.test(url.hostname))
    ? undefined
    : "Expected an https URL; plain http would send the keys in the open and is allowed on loopback only"
}

/**
 * The base URL of an API: https, or plain http on loopback.
 *
 * **Details**
 *
 * Decoding forgives spaces around it and slashes at its end. A user, a query and a fragment are refused.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ApiUrl = Schema.String.pipe(
  Schema.decodeTo(
    Schema.String.check(Schema.makeFilter(apiUrlProblem)).pipe(Schema.brand("ApiUrl")),
    SchemaTransformation.transform({ decode: (text) => text.trim().replace(/\/{1,100}$/, ""), encode: (url) => url })
  )
)

/**
 * The type of an API's base URL.
 *
 * @category models
 * @since 0.1.0
 */
export type ApiUrl = typeof ApiUrl.Type

/**
 * Whether an API's URL is on this machine.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isLoopback = (url: ApiUrl): boolean => loopback.test(new URL(url).hostname)

// What an HTTP header can carry; a space or a newline inside is a slip of the hand.
const Secret = Schema.RedactedFromValue(
  Schema.Trim.check(Schema.isPattern(/^[\x21-\x7e]+$/, { message: "Expected printable ASCII without spaces" }))
)

const keyPair: Config.Config<Credentials> = Config.all({
  apiKey: Config.schema(Secret, "DD_API_KEY"),
  appKey: Config.schema(Secret, "DD_APP_KEY")
})

const credentials: Config.Config<Credentials> = Config.option(Config.schema(Secret, "DD_ACCESS_TOKEN")).pipe(
  Config.flatMap(Option.match({
    onNone: () => keyPair,
    onSome: (accessToken) => Config.succeed({ accessToken })
  }))
)

/**
 * The configuration that Datadog's own clients read from the environment.
 *
 * **Details**
 *
 * | variable | meaning | default |
 * |---|---|---|
 * | `DD_SITE` | the site, as people type it | `datadoghq.com` |
 * | `DD_API_KEY`, `DD_APP_KEY` | the key pair | required without a token |
 * | `DD_ACCESS_TOKEN` | an access token; where it is set the keys are not read | |
 * | `DD_HOST` | replaces the API URL; https only, except on loopback | the site's |
 *
 * @category configuration
 * @since 0.1.0
 */
export const config: Config.Config<DatadogConfig> = Config.all({
  site: Config.schema(DatadogSite, "DD_SITE").pipe(Config.withDefault(DatadogSite.make("datadoghq.com"))),
  apiUrl: Config.option(Config.schema(ApiUrl, "DD_HOST")).pipe(Config.map(Option.getOrUndefined)),
  credentials
})
