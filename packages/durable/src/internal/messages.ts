/**
 * The engine's messages, of which no reply gets lost: the engine gives a reply up that a store doesn't take within a
 * second, and its run would wait for ever.
 *
 * @since 0.1.0
 */
import type { PersistenceError } from "effect/cluster/ClusterError"
import * as MessageStorage from "effect/cluster/MessageStorage"
import type * as Reply from "effect/cluster/Reply"
import * as Snowflake from "effect/cluster/Snowflake"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** @internal */
export const layer = <R>(
  encoded: Effect.Effect<MessageStorage.Encoded, never, R>
): Layer.Layer<MessageStorage.MessageStorage, never, Exclude<R, Snowflake.Generator>> =>
  Layer.effect(
    MessageStorage.MessageStorage,
    Effect.flatMap(encoded, (storage) => MessageStorage.makeEncoded({ ...storage, saveReply: stubborn(storage) }))
  ).pipe(Layer.provide(Snowflake.layerGenerator))

const stubborn = (storage: MessageStorage.Encoded) => {
  const save = (reply: Reply.Encoded): Effect.Effect<void, PersistenceError> =>
    Effect.catch(
      storage.saveReply(reply),
      (error) =>
        Effect.matchEffect(storage.repliesForUnfiltered([reply.requestId]), {
          // The first try may have been stored, though its answer was lost. Another reply is another process's.
          onSuccess: ([stored]) =>
            stored === undefined ? again(reply) : stored.id === reply.id ? Effect.void : Effect.fail(error),
          onFailure: () => again(reply)
        })
    )
  // A process that is asked to end doesn't wait for it.
  const again = (reply: Reply.Encoded) => Effect.andThen(Effect.interruptible(Effect.sleep("1 second")), save(reply))
  return save
}
