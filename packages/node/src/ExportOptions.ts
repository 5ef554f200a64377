/**
 * How to export a table.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { TableOptions } from "./TableOptions.ts"

/**
 * How to export a table.
 *
 * **Details**
 *
 * - `onChunk`: takes the bytes of the file, part by part; the download waits for it. `@default` drops them
 * - the others are those of `TableOptions`
 *
 * @category models
 * @since 0.1.0
 */
export interface ExportOptions<E = never, R = never> extends TableOptions {
  readonly onChunk?: ((chunk: Uint8Array) => Effect.Effect<unknown, E, R>) | undefined
}
