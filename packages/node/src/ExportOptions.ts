/**
 * How to export a report.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { WaitOptions } from "./WaitOptions.ts"

/**
 * How to export a report.
 *
 * **Details**
 *
 * - `onChunk`: takes the bytes of the file, part by part; the download waits for it. `@default` drops them
 * - `poll`, `deadline`, `onSleep`: how to wait for the report; the deadline is the wait's alone
 *
 * @category models
 * @since 0.1.0
 */
export interface ExportOptions<E = never, R = never> extends WaitOptions {
  readonly onChunk?: ((chunk: Uint8Array) => Effect.Effect<unknown, E, R>) | undefined
}
