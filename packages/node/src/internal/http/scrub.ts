/**
 * Takes the client's own secrets out of a text that came from elsewhere.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Credentials } from "../../DatadogConfig.ts"

/** @internal */
export type Scrub = (text: string) => string

/**
 * What stands in a secret's place.
 *
 * @internal
 */
export const redacted = "<redacted>"

// Datadog's keys have 32 and 40 characters; a secret shorter than 8 would blank out ordinary words.
const minLength = 8

/** @internal */
export const make = (credentials: Credentials): Scrub => {
  const secrets = Object.values<Redacted.Redacted>({ ...credentials })
    .flatMap((secret) => spellings(Redacted.value(secret)))
    .filter((secret) => secret.length >= minLength)
    // A key may begin with the other one.
    .sort((a, b) => b.length - a.length)
  return (text) => secrets.reduce((scrubbed, secret) => scrubbed.replaceAll(secret, redacted), text)
}

/**
 * Scrubs a text that may be JSON, in which a secret can be spelled with escapes.
 *
 * @internal
 */
export const json = (scrub: Scrub, text: string): string => scrub(Option.getOrElse(respell(text), () => text))

const respell = Option.liftThrowable((text: string): string => JSON.stringify(JSON.parse(text)))

// As it is, as JSON writes it, and its parts, since a transport trims what it can't send.
const spellings = (secret: string): ReadonlyArray<string> => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  ...secret.split(/[\s\p{C}]+/u)
]
