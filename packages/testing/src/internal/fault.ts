/**
 * The kinds of fault: one that changes the answer, one that answers in its stead, one that cuts it short.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Answer from "../Answer.ts"
import type { Fault } from "../Fault.ts"
import * as Body from "./body.ts"

/** @internal */
export const change = (name: string, f: (answer: Answer.Answer) => Answer.Answer): Fault => ({
  name,
  apply: (answer) => Effect.map(answer, f)
})

/** @internal */
export const replace = (
  name: string,
  options: Parameters<typeof Answer.make>[0] & {
    readonly changes?: Answer.HeaderChanges | undefined
  }
): Fault => ({
  name,
  apply: (_, context) =>
    Effect.map(
      context.rateLimitHeaders(options.status ?? 200),
      (rateLimit) => Answer.withHeaders(Answer.make({ ...options, headers: rateLimit }), options.changes ?? {})
    )
})

/** @internal */
export const cut = (ending: Answer.Ending, bytes: number): Fault =>
  change(`${ending} after ${bytes}`, (answer) =>
    answer.body instanceof Uint8Array && answer.body.byteLength <= bytes
      ? answer
      : { ...answer, body: Body.take(answer.body, bytes), ending })
