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
export class BodyBytes {
  private readonly maxBytes: number
  private bytes: Uint8Array<ArrayBuffer>
  private length = 0

  /**
   * @param expected how many come, as a header has it
   */
  constructor(maxBytes: number, expected: number) {
    this.maxBytes = maxBytes
    this.bytes = new Uint8Array(Math.min(maxBytes, Math.max(0, expected)))
  }

  /** Whether there was room for all of the chunk. */
  push(chunk: Uint8Array): boolean {
    const part = chunk.subarray(0, this.maxBytes - this.length)
    const length = this.length + part.length
    if (length > this.bytes.length) {
      this.bytes = new Uint8Array(
        this.bytes.buffer.transfer(Math.min(this.maxBytes, Math.max(length, 2 * this.length)))
      )
    }
    this.bytes.set(part, this.length)
    this.length = length
    return part.length === chunk.length
  }

  /** What has come, until the memory is given back. */
  read(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  /** Gives the memory back. */
  release(): void {
    this.bytes.buffer.transfer(0)
  }
}
