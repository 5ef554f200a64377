/**
 * A POST goes over a connection of its own, never over an idle one that the server may be closing just then:
 * nobody could tell whether it had been processed.
 *
 * @since 0.1.0
 */
import type { Dispatcher } from "@effect/platform-node/Undici"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/**
 * A dispatcher that keeps connections, beside one that has none to keep: a request that says
 * `connection: close` ends its connection.
 *
 * @param handled what handles an answer in the handler's place; it is here since each composition costs 15 µs a request
 * @internal
 */
export const make = (
  dispatcher: () => Dispatcher,
  handled: (handler: Dispatcher.DispatchHandler) => Dispatcher.DispatchHandler
): Effect.Effect<Dispatcher, never, Scope.Scope> => {
  const acquire = Effect.acquireRelease(Effect.sync(dispatcher), (one) => Effect.promise(() => one.destroy()))
  return Effect.zipWith(
    acquire,
    acquire,
    (kept, fresh) =>
      kept.compose((dispatch) => (options, handler) =>
        options.method === "POST"
          ? fresh.dispatch(options, handled(handler))
          : dispatch(options, handled(handler))
      )
  )
}
