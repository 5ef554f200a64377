/**
 * Reads what is compressed: a download as a stream, another body at once.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { constVoid } from "effect/Function"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type * as Zlib from "node:zlib"
import { damaged } from "./gzip.ts"
import { brokeOff, type Call } from "./transport.ts"

// Loaded with the first compressed body, and alone: a bundler that makes one file wraps each module that a module loaded
// later imports, so that Effect through it would cost every bundle.
const zlib = Effect.promise(() => import("node:zlib"))

/** @internal */
export const gunzip = (
  stream: Stream.Stream<Uint8Array, DatadogError>,
  call: Call,
  onDamage: Effect.Effect<never, DatadogError>
): Stream.Stream<Uint8Array, DatadogError> =>
  open.pipe(
    Effect.map((file) =>
      Stream.fromAsyncIterable<Uint8Array, BadGzip>(file, (cause) => new BadGzip({ cause })).pipe(
        Stream.mergeEffect(feed(file, stream))
      )
    ),
    Stream.unwrap,
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
export const gunzipAtMost = (
  bytes: Uint8Array,
  maxOutputLength: number
): Effect.Effect<Result.Result<Uint8Array, string>> =>
  Effect.map(zlib, ({ constants, gunzipSync }) =>
    Result.try({
      try: () => gunzipSync(bytes, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH }),
      catch: (cause) => hasCode(cause, "ERR_BUFFER_TOO_LARGE") ? `Expected at most ${maxOutputLength} bytes` : damaged
    }))

class BadGzip extends Data.TaggedError("BadGzip")<{ readonly cause: unknown }> {}

const hasCode = (cause: unknown, code: string): boolean => Predicate.hasProperty(cause, "code") && cause.code === code

// What is wrong with the file is told to its reader, which may not have begun yet, and not to who feeds it.
const open = Effect.flatMap(zlib, ({ createGunzip }) =>
  Effect.acquireRelease(
    Effect.sync(() => createGunzip().on("error", constVoid)),
    (file) => Effect.sync(() => file.destroy())
  ))

const feed = (file: Zlib.Gunzip, stream: Stream.Stream<Uint8Array, DatadogError>) =>
  Stream.runForEach(stream, (chunk) =>
    Effect.callback<void>((resume) => {
      file.write(chunk, () => resume(Effect.void))
    })).pipe(Effect.andThen(Effect.sync(() => file.end())))
