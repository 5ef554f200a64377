/**
 * Lets go of an answer's header bytes when they have been read.
 *
 * undici keeps them with the request as views into the first 64 KiB that came, a body's beginning with them. Where
 * requests are many, they all stay until all of memory is collected.
 *
 * @since 0.1.0
 */
import type { Dispatcher } from "@effect/platform-node/Undici"

/** @internal */
export const forgetHeaders = (handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler => ({
  onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
  onRequestUpgrade: (controller, ...rest) => handler.onRequestUpgrade?.(controller, ...rest),
  onResponseStart: (controller, ...rest) => {
    handler.onResponseStart?.(controller, ...rest)
    controller.rawHeaders = null
  },
  onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
  onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
  onResponseError: (controller, error) => handler.onResponseError?.(controller, error)
})
