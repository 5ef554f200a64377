/**
 * Looks at the beginning of a stream of bytes without taking it away.
 *
 * @since 0.1.0
 */
import type * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** @internal */
export type BytesPull<E> = Pull.Pull<Arr.NonEmptyReadonlyArray<Uint8Array>, E>

/** @internal */
export interface Peeked<E> {
  /** What was looked at: the whole stream, where it ended before there was enough. */
  readonly head: Uint8Array
  /** The stream from its beginning; it can be run once, in the scope that it was peeked at in. */
  readonly stream: Stream.Stream<Uint8Array, E>
}

/**
 * Pulls until there is enough.
 *
 * @param rest changes every pull beyond those
 * @internal
 */
export const peek = Effect.fnUntraced(function*<E>(
  stream: Stream.Stream<Uint8Array, E>,
  isEnough: (head: Uint8Array) => boolean,
  rest: (pull: BytesPull<E>) => BytesPull<E> = (pull) => pull
): Effect.fn.Return<Peeked<E>, E, Scope.Scope> {
  const pull = yield* Stream.toPull(stream)
  const pulled: Array<Uint8Array> = []
  const step = Pull.matchEffect(pull, {
    onSuccess: (chunks) => Effect.sync(() => pulled.push(...chunks) > 0),
    onFailure: Effect.failCause,
    onDone: () => Effect.succeed(false)
  })
  let head = new Uint8Array(0)
  let isOpen = true
  while (isOpen && !isEnough(head)) {
    isOpen = yield* step
    head = concat(pulled)
  }
  const start = Stream.fromIterable(pulled, { chunkSize: 1 })
  return { head, stream: isOpen ? Stream.concat(start, Stream.fromPull(Effect.succeed(rest(pull)))) : start }
})

/** @internal */
export const concat = (chunks: ReadonlyArray<Uint8Array>): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}
