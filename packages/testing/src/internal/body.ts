/**
 * Ways to send only a part of a body, or to send it slowly.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

type Body = Uint8Array | Stream.Stream<Uint8Array>

const toStream = (body: Body): Stream.Stream<Uint8Array> => body instanceof Uint8Array ? Stream.succeed(body) : body

/** @internal */
export const take = (body: Body, bytes: number): Stream.Stream<Uint8Array> =>
  bytes <= 0
    ? Stream.empty
    : toStream(body).pipe(
      Stream.mapAccum(() => 0, (sent, chunk) => {
        const part = chunk.subarray(0, bytes - sent)
        return [sent + part.byteLength, [{ part, last: sent + part.byteLength >= bytes }]]
      }),
      Stream.takeUntil(({ last }) => last),
      Stream.map(({ part }) => part)
    )

/** @internal */
export const slow = (body: Body, bytes: number, gap: Duration.Input): Stream.Stream<Uint8Array> =>
  toStream(body).pipe(
    Stream.flatMap((chunk) => Stream.fromIterable(pieces(chunk, bytes), { chunkSize: 1 })),
    Stream.zipWithIndex,
    Stream.mapEffect(([piece, index]) => index === 0 ? Effect.succeed(piece) : Effect.delay(Effect.succeed(piece), gap))
  )

function* pieces(chunk: Uint8Array, bytes: number): Generator<Uint8Array> {
  for (let start = 0; start < chunk.byteLength; start += Math.max(1, bytes)) {
    yield chunk.subarray(start, start + Math.max(1, bytes))
  }
}
