/**
 * Requests as the fake sees and remembers them.
 *
 * @since 0.1.0
 */
import type { Operation } from "./Operation.ts"

/**
 * A request as an adapter hands it over.
 *
 * @category models
 * @since 0.1.0
 */
export interface WireRequest {
  readonly method: string
  /** The whole URL; over a loopback port its origin is taken from the `host` header. */
  readonly url: string
  /** Path and query. */
  readonly path: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

/**
 * A request on record, with its headers as they were sent, secrets too, so that a test can look for them.
 *
 * @category models
 * @since 0.1.0
 */
export interface RecordedRequest extends WireRequest {
  /** 1 for the first request. */
  readonly sequence: number
  /** When it came, in epoch milliseconds of the fake's clock. */
  readonly at: number
  readonly operation: Operation
  /** The query's parameters, decoded; of a name that is sent twice the last. */
  readonly query: Readonly<Record<string, string>>
  /** The status that was answered; absent while there is none, and for a connection that was lost. */
  readonly status: number | undefined
  /** The name of the fault that the request met. */
  readonly fault: string | undefined
}
