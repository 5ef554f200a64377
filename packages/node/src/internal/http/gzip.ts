/**
 * Bodies that a server compressed though nobody asked it to.
 *
 * @since 0.1.0
 */

/**
 * Whether bytes are a gzip file's, by its first two; no text begins with them.
 *
 * @internal
 */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/**
 * Whether there are bytes enough to tell.
 *
 * @internal
 */
export const isDecided = (bytes: Uint8Array): boolean => bytes.length >= (bytes[0] === 0x1f ? 2 : 1)

/** @internal */
export const damaged = "Expected a compressed body, got one that is damaged"
