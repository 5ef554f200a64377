/**
 * Ways to send only a part of a body, to send it slowly, or to compress it.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Zlib from "node:zlib"
import * as Answer from "../Answer.ts"

type Body = Answer.Answer["body"]
type Change = (answer: Answer.Answer) => Answer.Answer

/** So many bytes of the body, and then this end; a body that is no longer than that stays whole. @internal */
export const cut = (ending: Answer.Ending, bytes: number): Change => (answer) =>
  answer.body instanceof Uint8Array && answer.body.byteLength <= bytes
    ? answer
    : { ...answer, body: take(answer.body, bytes), ending }

/** So many bytes of the body, and no end. @internal */
export const stall = (bytes: number): Change => (answer) => ({
  ...answer,
  body: Stream.concat(take(answer.body, bytes), Stream.never)
})

/** The body in pieces of so many bytes with a gap between them. @internal */
export const slow = (bytes: number, gap: Duration.Input): Change => (answer) => ({
  ...answer,
  body: toStream(answer.body).pipe(
    Stream.flatMap((chunk) => Stream.fromIterable(pieces(chunk, bytes), { chunkSize: 1 })),
    Stream.zipWithIndex,
    Stream.mapEffect(([piece, index]) => index === 0 ? Effect.succeed(piece) : Effect.delay(Effect.succeed(piece), gap))
  )
})

/** The body compressed; the whole of it is collected first. @internal */
export const gzip = (answer: Answer.Answer): Effect.Effect<Answer.Answer> =>
  Effect.map(Stream.mkUint8Array(Answer.bodyStream(answer)), (bytes) => {
    const body = new Uint8Array(Zlib.gzipSync(bytes))
    const length = String(body.byteLength)
    return Answer.withHeaders({ ...answer, body }, { "Content-Encoding": "gzip", "Content-Length": length })
  })

const toStream = (body: Body): Stream.Stream<Uint8Array> => body instanceof Uint8Array ? Stream.succeed(body) : body

const take = (body: Body, bytes: number): Stream.Stream<Uint8Array> =>
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

function* pieces(chunk: Uint8Array, bytes: number): Generator<Uint8Array> {
  for (let start = 0; start < chunk.byteLength; start += Math.max(1, bytes)) {
    yield chunk.subarray(start, start + Math.max(1, bytes))
  }
}
