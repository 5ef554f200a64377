/**
 * What is stored of an export when it starts. Rows outlive versions: members may be added here, optional ones, and
 * nothing else may change; what else must change takes the next number in the names of `definition.ts`.
 *
 * @since 0.1.0
 */
import * as SloReportRequest from "@effect-datadog/slo-report/SloReportRequest"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { InvalidExport } from "../ExportError.ts"
import type { ExportId, Options } from "../ReportExport.ts"
import { ExportId as ExportIdSchema } from "../ReportExport.ts"
import * as Bounds from "./bounds.ts"

/** A report that was created, and when, in milliseconds since 1970. @internal */
export const CreatedReport = Schema.Struct({ id: Schema.String, createdAt: Schema.Finite })

/** @internal */
export type CreatedReport = typeof CreatedReport.Type

/** Times are seconds since 1970 in the request, else milliseconds. @internal */
export const Payload = Schema.Struct({
  account: Schema.String,
  query: Schema.String,
  from: Schema.Finite,
  to: Schema.Finite,
  interval: Schema.optionalKey(Schema.Literals(["daily", "weekly", "monthly"])),
  timezone: Schema.optionalKey(Schema.String),
  source: Schema.Literals(["report", "history", "auto"]),
  maxSlos: Schema.optionalKey(Schema.Finite),
  key: Schema.String,
  name: Schema.optionalKey(Schema.String),
  startedAt: Schema.Finite,
  deadline: Schema.Finite,
  onLostCreate: Schema.Literals(["fail", "again"]),
  report: Schema.optionalKey(CreatedReport)
})

/** @internal */
export type Payload = typeof Payload.Type

const isRequest = Schema.is(SloReportRequest.SloReportRequest)

/** @internal */
export const make = Effect.fnUntraced(function*(
  account: string,
  input: SloReportRequest.SloReportRequest,
  { deadline = "24 hours", key = "", maxSlos, name, onLostCreate = "fail", source = "auto" }: Options
): Effect.fn.Return<Payload, InvalidExport> {
  const request = isRequest(input)
    ? input
    : yield* Effect.mapError(SloReportRequest.make(input), ({ message }) => new InvalidExport({ issue: message }))
  const limit = yield* limitOf(deadline)
  if (name !== undefined && !isFileName(name)) {
    return yield* new InvalidExport({ issue: `name: expected a file's name without a folder, of 1 to 255 bytes.` })
  }
  if (maxSlos !== undefined && !(maxSlos >= 1)) {
    return yield* new InvalidExport({ issue: `maxSlos: expected a number, 1 or more, got ${maxSlos}.` })
  }
  const now = DateTime.toEpochMillis(yield* DateTime.now)
  const { from, interval, query, timezone, to } = request
  return {
    account,
    query,
    from: seconds(from),
    to: seconds(to),
    ...(interval === undefined ? {} : { interval }),
    ...(timezone === undefined ? {} : { timezone }),
    source,
    ...(maxSlos === undefined ? {} : { maxSlos }),
    key,
    ...(name === undefined ? {} : { name }),
    startedAt: now,
    deadline: now + limit,
    onLostCreate
  }
})

/** In milliseconds. @internal */
export const limitOf = (deadline: Duration.Input): Effect.Effect<number, InvalidExport> =>
  Effect.mapError(
    Effect.fromOption(Option.filter(Bounds.millis(deadline), Number.isFinite)),
    () => new InvalidExport({ issue: "deadline: expected a finite duration, 0 or more." })
  )

/** @internal */
export const toRequest = (
  { from, interval, query, timezone, to }: Payload
): Effect.Effect<SloReportRequest.SloReportRequest, Schema.SchemaError> =>
  SloReportRequest.make({
    query,
    from: DateTime.makeUnsafe(from * 1000),
    to: DateTime.makeUnsafe(to * 1000),
    interval,
    timezone
  })

const seconds = (time: DateTime.DateTime): number => Math.floor(DateTime.toEpochMillis(time) / 1000)

// No separator, nothing that acts, no hidden file, and no longer than file systems take.
const isFileName = (name: string): boolean => /^(?!\.)[^/\\\p{C}]+$/u.test(name) && Buffer.byteLength(name) <= 255

/** What makes two exports the same one. @internal */
export const digest = ({ account, from, interval, key, query, source, timezone, to }: Payload): string =>
  createHash("sha256")
    .update(JSON.stringify([account, source, query, from, to, interval ?? null, timezone ?? null, key]))
    .digest("hex")
    .slice(0, 32)

/** @internal */
export const exportId = (digest: string, generation: number): ExportId => ExportIdSchema.make(`${digest}-${generation}`)

/** @internal */
export const digestOf = (id: ExportId): string => id.slice(0, 32)

/** @internal */
export const generationOf = (id: ExportId): number => Number(id.slice(33))
