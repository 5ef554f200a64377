/**
 * What a wait logs of its trouble, each once.
 *
 * @since 0.1.0
 */
import type { ReportId, SloReport } from "@effect-datadog/slo-report/SloReport"
import * as Effect from "effect/Effect"

// How long the rate limit may hold a wait up before that is logged.
const heldUpNoticeMillis = 60_000

/** @internal */
export interface Notices {
  readonly id: ReportId
  heldUpMillis: number
  hasToldHeldUp: boolean
  hasToldUnknown: boolean
}

/** @internal */
export const make = (id: ReportId): Notices => ({ id, heldUpMillis: 0, hasToldHeldUp: false, hasToldUnknown: false })

/** The rate limit has held the wait up for so many milliseconds more. @internal */
export const heldUp = (notices: Notices, millis: number): Effect.Effect<void> =>
  Effect.suspend(() => {
    notices.heldUpMillis += millis
    if (notices.hasToldHeldUp || notices.heldUpMillis <= heldUpNoticeMillis) return Effect.void
    notices.hasToldHeldUp = true
    const seconds = Math.round(notices.heldUpMillis / 1000)
    return Effect.logInfo(`Report ${notices.id}: the rate limit holds this wait up, ${seconds} s so far`)
  })

/** A poll has seen this. @internal */
export const seen = (notices: Notices, { rawStatus, status }: SloReport): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (notices.hasToldUnknown || status !== "unknown") return Effect.void
    notices.hasToldUnknown = true
    return Effect.logWarning(`Report ${notices.id} has a status that is not documented: ${rawStatus}`)
  })
