/**
 * Hands an export's file to the sink: at least once, and as a whole.
 *
 * @since 0.1.0
 */
import type { ReportId } from "@effect-datadog/slo-report/SloReport"
import * as CallPacing from "@effect-datadog/slo-report-node/CallPacing"
import type { Service } from "@effect-datadog/slo-report-node/SloReportClient"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { ExportBroken, type ExportError } from "../ExportError.ts"
import type * as ReportSink from "../ReportSink.ts"
import * as Steps from "./steps.ts"

const Stored = Schema.Struct({ location: Schema.String, bytes: Schema.Finite })

// A sink that fails so often in half a minute needs somebody.
const sinkTries = 5

/** @internal */
export const deliver = (
  sink: ReportSink.Service,
  name: string,
  bounds: Steps.Bounds,
  bytes: Stream.Stream<Uint8Array, ExportError>
) =>
  Steps.untilDone(
    bounds,
    "deliver",
    (n) => Steps.once(`deliver/${n}`, Stored, sink.put(name, bytes)),
    (error, n) =>
      error._tag === "SinkFailed"
        ? n < sinkTries ? Steps.always(n) : undefined
        : Steps.mayPass(error, n)
  )

/** @internal */
export const download = (client: Service, id: ReportId): Stream.Stream<Uint8Array, ExportError> =>
  client.downloadReport(id).pipe(
    Stream.mapError((error) => error._tag === "InvalidReportId" ? new ExportBroken({ issue: error.message }) : error),
    // It has time, and many exports may be done at once.
    Stream.provideService(CallPacing.Current, "paced")
  )

/** @internal */
export const texts = (parts: ReadonlyArray<string>): Stream.Stream<Uint8Array> => {
  const encoder = new TextEncoder()
  return Stream.map(Stream.fromIterable(parts, { chunkSize: 1 }), (text) => encoder.encode(text))
}

/** The sink's answer. @internal */
export type Delivered = Effect.Success<ReturnType<typeof deliver>>
