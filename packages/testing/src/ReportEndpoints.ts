/**
 * Whether the three endpoints of reports still answer: as ever, with a word of their end, or not at all.
 *
 * @since 0.1.0
 */
import * as Answer from "./Answer.ts"
import * as ErrorBody from "./ErrorBody.ts"
import type { Operation } from "./Operation.ts"

/**
 * How the endpoints of reports answer.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReportEndpoints {
  /** What every answer of theirs says besides. */
  readonly headers: Answer.HeaderChanges
  /** What is answered in the API's stead; `undefined`: the API's answer. */
  readonly refuse: (operation: Operation) => Answer.Answer | undefined
}

/**
 * The headers that announce an end, as they are sent.
 *
 * **Details**
 *
 * Datadog was never recorded with either. RFC 9745 has `Deprecation: @1784851200` (a drafted form was `true`), RFC 8594
 * a date in `Sunset`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Announcement {
  /** `undefined`: not sent. @default "\@1784851200", 2026-07-24, when Datadog deprecated them */
  readonly deprecation?: string | undefined
  /** Such as `Sat, 31 Oct 2026 00:00:00 GMT`. @default not sent */
  readonly sunset?: string | undefined
}

/**
 * The operations of reports.
 *
 * @category models
 * @since 0.1.0
 */
export type ReportOperation = "create" | "status" | "download"

/**
 * The statuses with which endpoints that are gone may answer.
 *
 * @category models
 * @since 0.1.0
 */
export type ClosedStatus = 403 | 404 | 405 | 410 | 501

/**
 * They answer as ever.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open: ReportEndpoints = { headers: {}, refuse: () => undefined }

/**
 * They answer as ever, and announce their end.
 *
 * @category constructors
 * @since 0.1.0
 */
export const deprecated = (announcement: Announcement = {}): ReportEndpoints => ({
  ...open,
  headers: headersOf(announcement)
})

/**
 * They answer this status to every request with right keys.
 *
 * **Details**
 *
 * The bodies are inferred: 403 and 404 as of the rest of the API, the others JSON:API errors. The headers are sent where
 * an announcement is given.
 *
 * @param operations which of them are closed; for new users only, `["create"]` @default all three
 * @category constructors
 * @since 0.1.0
 */
export const closed = (
  status: ClosedStatus,
  announcement?: Announcement,
  operations: ReadonlyArray<ReportOperation> = ["create", "status", "download"]
): ReportEndpoints => ({
  headers: announcement === undefined ? {} : headersOf(announcement),
  refuse: (operation) => operations.some((one) => one === operation) ? refusal(status) : undefined
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const headersOf = (announcement: Announcement): Answer.HeaderChanges => ({
  Deprecation: "deprecation" in announcement ? announcement.deprecation : "@1784851200",
  Sunset: announcement.sunset
})

const refusal = (status: ClosedStatus): Answer.Answer => {
  const { contentType, text } = status === 403 || status === 404
    ? ErrorBody.make("strings", status)
    : ErrorBody.make("objects", status)
  return Answer.make({ status, contentType, body: text })
}
