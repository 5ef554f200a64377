/**
 * Whether a request had been sent when it failed, which a transport's error often does not tell: a handshake
 * that is reset and an answer that is reset are the same `read ECONNRESET`.
 *
 * undici, `fetch` and node:http publish their failures on diagnostics channels.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as DiagnosticsChannel from "node:diagnostics_channel"

const ofConnecting = new WeakSet<object>()

const ofRequests = new WeakSet<object>()

const errorOf = (message: unknown): object | undefined =>
  Predicate.hasProperty(message, "error") && Predicate.isObject(message.error) ? message.error : undefined

const onConnectError = (message: unknown): void => {
  const error = errorOf(message)
  if (error !== undefined) ofConnecting.add(error)
}

const onRequestError = (message: unknown): void => {
  const error = errorOf(message)
  if (error !== undefined) ofRequests.add(error)
}

const onNodeError = (message: unknown): void => {
  if (!Predicate.hasProperty(message, "request") || !Predicate.hasProperty(message.request, "socket")) return
  const { socket } = message.request
  if (Predicate.hasProperty(socket, "secureConnecting") && socket.secureConnecting === true) onConnectError(message)
}

const listeners = [
  ["undici:client:connectError", onConnectError],
  ["undici:request:error", onRequestError],
  [`http.client.request.error`, onNodeError]
] as const

/**
 * Listens from now on; once, however often it is run.
 *
 * @internal
 */
export const watch: Effect.Effect<void> = Effect.sync(() => {
  for (const [channel, listener] of listeners) {
    DiagnosticsChannel.unsubscribe(channel, listener)
    DiagnosticsChannel.subscribe(channel, listener)
  }
})

/**
 * Whether an error ended the making of a connection.
 *
 * @internal
 */
export const wasConnecting = (error: object): boolean => ofConnecting.has(error)

/**
 * Whether an error ended a request that undici had accepted; it can have been on its way.
 *
 * @internal
 */
export const wasAccepted = (error: object): boolean => ofRequests.has(error)
