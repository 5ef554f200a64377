/**
 * Which Datadog a client talks to, and as whom.
 *
 * @since 0.1.0
 */
import { DatadogSite } from "@effect-datadog/slo-report/DatadogSite"
import * as Config from "effect/Config"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
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

// Every request's path begins with it.
const versionPath = /\/api\/v[12]\/*$/i

const apiUrlProblem = (text: string): string | undefined => {
  if (!URL.canParse(text)) return "Expected a URL, such as https://api.datadoghq.com"
  const url = new URL(text)
  if (versionPath.test(url.pathname)) return "Expected a URL without the API's version at its end"
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
 * Decoding forgives spaces around it, and slashes, `/api/v1` and `/api/v2` at its end. A user, a query and a fragment
 * are refused.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ApiUrl = Schema.String.pipe(
  Schema.decodeTo(
    Schema.String.check(Schema.makeFilter(apiUrlProblem)).pipe(Schema.brand("ApiUrl")),
    SchemaTransformation.transform({
      decode: (text) => text.trim().replace(versionPath, "").replace(/\/{1,100}$/, ""),
      encode: (url) => url
    })
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

// The letters of a bearer token (RFC 6750), of which Datadog's keys are made, too. Quotes, blanks and templates have others.
const secretPattern = /^(?!(?:undefined|null)$)[A-Za-z0-9._~+/-]+=*$/

const secretMessage = "Expected a key or token as Datadog shows it, of letters, digits and -._~+/= alone: " +
  "without quotes and spaces, and no placeholder such as ${KEY}, <key> or ENC[key]"

/**
 * Names the credential that can't be one, and doesn't show it.
 *
 * @internal
 */
export const credentialsProblem = (credentials: Credentials): string | undefined => {
  const wrong = Object.entries<Redacted.Redacted>({ ...credentials })
    .find(([, secret]) => !Redacted.isRedacted(secret) || !isSecret(Redacted.value(secret)))
  return wrong === undefined ? undefined : `credentials.${wrong[0]}: ${secretMessage}`
}

const isSecret = (value: unknown): boolean => typeof value === "string" && secretPattern.test(value)

const secret = (name: string, missing: string) =>
  Config.schema(
    Schema.RedactedFromValue(
      Schema.String.annotate({ message: missing }).pipe(
        Schema.decodeTo(Schema.Trim.check(Schema.isPattern(secretPattern, { message: `${name}: ${secretMessage}` })))
      )
    ),
    name
  )

// Which of these variables are set.
const areSet = (names: ReadonlyArray<string>): Config.Config<ReadonlyArray<string>> =>
  Config.map(
    Config.all(names.map((name) => Config.option(Config.schema(Schema.Trim, name)))),
    (values) => names.filter((_, index) => Option.getOrElse(values[index]!, () => "") !== "")
  )

// The names that other clients read, and slips of the hand.
const otherSecrets = [
  "DATADOG_API_KEY",
  "DATADOG_APP_KEY",
  "DATADOG_APPLICATION_KEY",
  "DATADOG_ACCESS_TOKEN",
  "DD_APIKEY",
  "DD_APPKEY",
  "DD_APPLICATION_KEY",
  "DD_BEARER_TOKEN"
]

const keyPair: Config.Config<Credentials> = Config.flatMap(areSet(otherSecrets), (others) => {
  const hint = others.length === 0 ? "" : ` (not read: ${others.join(", ")})`
  const missing = (name: string) => `${name} is not set. Set DD_API_KEY and DD_APP_KEY, or DD_ACCESS_TOKEN${hint}`
  return Config.all({
    apiKey: secret("DD_API_KEY", missing("DD_API_KEY")),
    appKey: secret("DD_APP_KEY", missing("DD_APP_KEY"))
  })
})

const credentials: Config.Config<Credentials> = Config.option(secret("DD_ACCESS_TOKEN", "not set")).pipe(
  Config.flatMap(Option.match({
    onNone: () => keyPair,
    onSome: (accessToken) => Config.succeed({ accessToken })
  }))
)

const defaultSite = DatadogSite.make("datadoghq.com")

// Of a variable that other clients read: a site, or a URL of its API.
const namesAnother = (name: string): Config.Config<boolean> =>
  Config.map(
    Config.option(Config.schema(Schema.Trim, name)),
    Option.exists((text) => text !== "" && Option.getOrUndefined(decodeSite(text)) !== defaultSite)
  )

const decodeSite = Schema.decodeOption(DatadogSite)

const site: Config.Config<DatadogSite> = Config.option(Config.schema(DatadogSite, "DD_SITE")).pipe(
  Config.flatMap(Option.match({ onSome: Config.succeed, onNone: () => siteNotSet }))
)

// Keys of another site get a 403, which says nothing of the site.
const siteNotSet: Config.Config<DatadogSite> = Config.all({
  host: areSet(["DD_HOST"]),
  site: namesAnother("DATADOG_SITE"),
  url: namesAnother("DATADOG_HOST")
}).pipe(
  Config.flatMap((others) => {
    if (others.host.length > 0) return Config.succeed(defaultSite)
    if (others.site) return notRead("DATADOG_SITE", "DD_SITE")
    return others.url ? notRead("DATADOG_HOST", "DD_HOST") : Config.succeed(defaultSite)
  })
)

const notRead = (name: string, instead: string) =>
  Config.fail(
    new Schema.SchemaError(
      new SchemaIssue.Pointer(
        [name],
        new SchemaIssue.InvalidValue({
          message: `${name} is set, but not read. Set ${instead} to the same, or DD_SITE to ${defaultSite}`
        })
      )
    )
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
 * The names that some other clients read, such as `DATADOG_API_KEY`, are not read: an error says so where one of them
 * is set and ours isn't. Of `DATADOG_SITE` and `DATADOG_HOST` only where they name another site than the default.
 *
 * @category configuration
 * @since 0.1.0
 */
export const config: Config.Config<DatadogConfig> = Config.all({
  site,
  apiUrl: Config.option(Config.schema(ApiUrl, "DD_HOST")).pipe(Config.map(Option.getOrUndefined)),
  credentials
})
