/**
 * Takes the client's own secrets out of a text that came from elsewhere.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import type { Credentials } from "../DatadogConfig.ts"

/** @internal */
export type Scrub = (text: string) => string

// Datadog's keys have 32 and 40 characters; a secret shorter than 8 would blank out ordinary words.
const minLength = 8

/** @internal */
export const make = (credentials: Credentials): Scrub => {
  const secrets = Object.values<Redacted.Redacted>({ ...credentials })
    .map((secret) => Redacted.value(secret))
    .filter((secret) => secret.length >= minLength)
  return (text) => secrets.reduce((scrubbed, secret) => scrubbed.replaceAll(secret, "<redacted>"), text)
}
