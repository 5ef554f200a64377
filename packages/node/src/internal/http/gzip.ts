/**
 * Bodies that a server compressed though nobody asked it to.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as Data from "effect/Data"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import * as Zlib from "node:zlib"
import * as Response from "./response.ts"
import type { Scrub } from "./scrub.ts"
import { brokeOff, type Call } from "./transport.ts"

/**
 * Whether bytes are a gzip file's, by its first two; no text begins with them.
 *
 * @internal
 */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/**
 * Whether there are bytes enough to tell.
 *
 * @internal
 */
export const isDecided = (bytes: Uint8Array): boolean => bytes.length >= (bytes[0] === 0x1f ? 2 : 1)

/** @internal */
export const gunzip = (
  stream: Stream.Stream<Uint8Array, DatadogError>,
  response: HttpClientResponse,
  call: Call,
  scrub: Scrub
): Stream.Stream<Uint8Array, DatadogError> =>
  stream.pipe(
    NodeStream.pipeThroughDuplex({
      evaluate: () => Zlib.createGunzip(),
      onError: (cause) => new BadGzip({ cause }),
      chunkSize: 4
    }),
    Stream.catchTag("BadGzip", ({ cause }): Stream.Stream<never, DatadogError> =>
      Predicate.hasProperty(cause, "code") && cause.code === "Z_BUF_ERROR"
        ? Stream.fail(brokeOff(call, "the compressed body ended early"))
        : Stream.fromEffect(
          Response.failByBody(response, call, "", "Expected a gzip body, got one that is damaged", scrub)
        ))
  )

class BadGzip extends Data.TaggedError("BadGzip")<{ readonly cause: unknown }> {}
