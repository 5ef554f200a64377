/**
 * The bytes of a body while they come in, in memory that is given back when they have been read.
 *
 * @since 0.1.0
 */

/**
 * The chunks that a transport gives are copied, and are young when they become garbage. Kept until a body is whole,
 * they would be moved to old memory, as a body's own would; both stay there until there are 64 MiB of them.
 *
 * @internal
 */
export interface BodyBytes {
  /** Whether there was room for all of the chunk. */
  readonly push: (chunk: Uint8Array) => boolean
  /** What has come, until the memory is given back. */
  readonly read: () => Uint8Array
  /** Gives the memory back. */
  readonly release: () => void
}

/**
 * @param expected how many come, as a header has it
 * @internal
 */
export const make = (maxBytes: number, expected: number): BodyBytes => {
  let all = new Uint8Array(Math.min(maxBytes, Math.max(0, expected)))
  let length = 0
  const resize = (size: number): void => {
    all = new Uint8Array(all.buffer.transfer(size))
  }
  return {
    push: (chunk) => {
      const part = chunk.subarray(0, maxBytes - length)
      const end = length + part.length
      if (end > all.length) resize(Math.min(maxBytes, 2 * end))
      all.set(part, length)
      length = end
      return part.length === chunk.length
    },
    read: () => all.subarray(0, length),
    release: () => resize(0)
  }
}
