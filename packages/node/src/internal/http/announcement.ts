/**
 * What Datadog announces of an endpoint's end: told once a client, as a warning.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import type { Scrub } from "./scrub.ts"
import type { Call } from "./transport.ts"

/**
 * An endpoint that will end, or has.
 *
 * @internal
 */
export interface Announcement {
  /** Such as `POST /api/v2/slo/report`. */
  readonly endpoint: string
  readonly status: number
  /** The headers `Deprecation` and `Sunset`, as they were sent. */
  readonly deprecation: string | undefined
  readonly sunset: string | undefined
}

/** @internal */
export interface Announcements {
  /** Whether an answer announces an end. */
  readonly look: (call: Call, response: HttpClientResponse) => Effect.Effect<void>
  /** The first that there was. */
  readonly first: () => Announcement | undefined
}

// An HTTP date has 29 characters.
const maxHeader = 100

/** @internal */
export const make = (scrub: Scrub): Announcements => {
  let first: Announcement | undefined
  const text = (header: string | undefined) =>
    header === undefined || header === "" ? undefined : scrub(header).slice(0, maxHeader)
  return {
    look: ({ method, path }, response) => {
      if (first !== undefined) return Effect.void
      // Each look at the headers makes them anew.
      const { headers, status } = response
      const deprecation = text(headers["deprecation"])
      const sunset = text(headers["sunset"])
      if (deprecation === undefined && sunset === undefined && status !== 410) return Effect.void
      first = { endpoint: scrub(`${method} ${path}`), status, deprecation, sunset }
      return Effect.logWarning(describe(first))
    },
    first: () => first
  }
}

const describe = ({ deprecation, endpoint, status, sunset }: Announcement): string =>
  [
    `Datadog announces the end of ${endpoint}`,
    status === 410 ? "it is gone (410)" : undefined,
    deprecation === undefined ? undefined : `Deprecation: ${deprecation}`,
    sunset === undefined ? undefined : `Sunset: ${sunset}`
  ].filter((part) => part !== undefined).join("; ")
