/**
 * A client's configuration as people write it, before it is checked.
 *
 * @since 0.1.0
 */
import { DatadogSite, type Input as Site } from "@effect-datadog/slo-report/DatadogSite"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { ApiUrl, type Credentials, credentialsProblem, type DatadogConfig } from "./DatadogConfig.ts"

/**
 * Which Datadog, and as whom, in plain values.
 *
 * **Details**
 *
 * - `site`: one of the known sites, or another text that is read as `DD_SITE` is
 * - `apiUrl`: replaces the site's API URL, for a proxy or a fake; read as `DD_HOST` is. `@default` the site's
 * - `credentials`: a key pair or an access token with the scope `slos_read`
 *
 * @category models
 * @since 0.1.0
 */
export interface DatadogSettings {
  readonly site: Site
  readonly apiUrl?: string | undefined
  readonly credentials: Credentials
}

const decodePlaces = Schema.decodeUnknownEffect(
  Schema.Struct({ site: DatadogSite, apiUrl: Schema.optional(ApiUrl) })
)

/**
 * Checks settings, and fails with what is wrong and the name of the setting it is wrong in; it shows no secret.
 *
 * **Example** (The settings of an organisation)
 *
 * ```ts
 * import { DatadogSettings } from "@effect-datadog/slo-report-node"
 * import { Redacted } from "effect"
 *
 * const config = DatadogSettings.toConfig({
 *   site: "datadoghq.eu",
 *   credentials: { accessToken: Redacted.make("ddpat_0123456789") }
 * })
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const toConfig = (
  { apiUrl, credentials, site }: DatadogSettings
): Effect.Effect<DatadogConfig, Schema.SchemaError> =>
  Effect.suspend(() => {
    const problem = credentialsProblem(credentials)
    return problem === undefined
      ? Effect.map(decodePlaces({ site, apiUrl }), (places) => ({ ...places, credentials }))
      : Effect.fail(new Schema.SchemaError(new SchemaIssue.InvalidValue({ message: problem })))
  })
