/**
 * The reports that this client has created: for a while, Datadog may not know them yet.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { ReportId } from "@effect-datadog/slo-report/SloReport"
import * as Effect from "effect/Effect"
import type { Counts } from "../http/counts.ts"
import * as Monotonic from "../http/monotonic.ts"
import * as Sleep from "../http/sleep.ts"
import type { KnownReports } from "../polling/waitLoop.ts"

/** @internal */
export interface CreatedReports extends KnownReports {
  readonly add: (id: ReportId) => Effect.Effect<void>
  readonly retryWhileNotFound: (
    id: ReportId
  ) => <A, R>(self: Effect.Effect<A, DatadogError, R>) => Effect.Effect<A, DatadogError, R>
}

// A report can be unknown to the machine that is asked first: for so many milliseconds that is no answer.
const notFoundGrace = 15_000

const retryMillis = 1000

// The last ones are kept, 100 bytes each.
const maxReports = 10_000

/** @internal */
export const make = (counts: Counts): CreatedReports => {
  const createdAt = new Map<ReportId, number>()

  const isNotFoundYet: CreatedReports["isNotFoundYet"] = (id, error, now) =>
    error._tag === "DatadogNotFound" && now < (createdAt.get(id) ?? -Infinity) + notFoundGrace

  return {
    add: (id) =>
      Effect.map(Monotonic.millis, (now) => {
        const [oldest] = createdAt.keys()
        if (oldest !== undefined && createdAt.size >= maxReports) createdAt.delete(oldest)
        createdAt.set(id, now)
      }),
    has: (id) => createdAt.has(id),
    isNotFoundYet,
    retryWhileNotFound: (id) => {
      const attempt = <A, R>(self: Effect.Effect<A, DatadogError, R>): Effect.Effect<A, DatadogError, R> =>
        Effect.catch(self, (error) =>
          Effect.flatMap(Monotonic.millis, (now) =>
            isNotFoundYet(id, error, now)
              ? Effect.andThen(Sleep.sleep(counts, "poll", retryMillis), attempt(self))
              : Effect.fail(error)))
      return attempt
    }
  }
}
