/**
 * What an answer is decoded to, handed over beside the fiber that waited for it.
 *
 * The transport keeps that fiber, its span and what they came to until all of memory is collected; a year's history
 * has half a megabyte.
 *
 * @since 0.1.0
 */
import { constVoid } from "effect/Function"
import * as Result from "effect/Result"
import type { Decode } from "../http/response.ts"

/** @internal */
export interface Box<A> {
  /** Decodes an answer, and says only whether it could. */
  readonly fill: Decode<void>
  /** What it was decoded to, once. */
  readonly take: () => A
}

/** @internal */
export const make = <A>(decode: Decode<A>): Box<A> => {
  const content: Array<A> = []
  return {
    fill: (json) => {
      const result = decode(json)
      if (Result.isSuccess(result)) content[0] = result.success
      return Result.map(result, constVoid)
    },
    take: () => content.pop()!
  }
}
