/**
 * What the controls answer: JSON with a line end, for those who read it in a shell.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Answer from "../../Answer.ts"

/** A request to the controls that can't be done. @internal */
export class Refusal extends Data.TaggedError("Refusal")<{
  readonly status: 400 | 404 | 405
  /** One line. */
  readonly error: string
  readonly headers?: ReadonlyArray<Answer.Header>
}> {}

/** @internal */
export const json = (status: number, value: unknown, headers: ReadonlyArray<Answer.Header> = []): Answer.Answer =>
  Answer.make({ status, contentType: "application/json", headers, body: `${JSON.stringify(value)}\n` })

/** @internal */
export const badRequest = (error: string): Refusal => new Refusal({ status: 400, error })
