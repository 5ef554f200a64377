/**
 * Reads what is compressed: a download as a stream, another body at once.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Zlib from "node:zlib"
import { damaged } from "./failure.ts"
import { brokeOff, type Call } from "./transport.ts"

/** @internal */
export const gunzip = (
  stream: Stream.Stream<Uint8Array, DatadogError>,
  call: Call,
  onDamage: Effect.Effect<never, DatadogError>
): Stream.Stream<Uint8Array, DatadogError> =>
  stream.pipe(
    NodeStream.pipeThroughDuplex({
      evaluate: () => Zlib.createGunzip(),
      onError: (cause) => new BadGzip({ cause }),
      chunkSize: 4
    }),
    Stream.catchTag("BadGzip", ({ cause }): Stream.Stream<never, DatadogError> =>
      hasCode(cause, "Z_BUF_ERROR")
        ? Stream.fail(brokeOff(call, "the compressed body ended early"))
        : Stream.fromEffect(onDamage))
  )

/**
 * What can be read of a gzip file, or what is wrong with it: damaged, or longer than a limit.
 *
 * @internal
 */
export const gunzipAtMost = (bytes: Uint8Array, maxOutputLength: number): Result.Result<Uint8Array, string> =>
  Result.try({
    try: () => Zlib.gunzipSync(bytes, { maxOutputLength, finishFlush: Zlib.constants.Z_SYNC_FLUSH }),
    catch: (cause) => hasCode(cause, "ERR_BUFFER_TOO_LARGE") ? `Expected at most ${maxOutputLength} bytes` : damaged
  })

class BadGzip extends Data.TaggedError("BadGzip")<{ readonly cause: unknown }> {}

const hasCode = (cause: unknown, code: string): boolean => Predicate.hasProperty(cause, "code") && cause.code === code
