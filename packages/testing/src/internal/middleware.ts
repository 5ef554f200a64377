/**
 * The middleware before the routes: the keys are checked, then the requests are counted.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Answer from "../Answer.ts"
import * as Credentials from "../Credentials.ts"
import * as ErrorBody from "../ErrorBody.ts"
import type { Operation } from "../Operation.ts"
import * as RateLimit from "../RateLimit.ts"
import type { RecordedRequest } from "../RecordedRequest.ts"

/** @internal */
export interface Middleware {
  /** The answer to a request that isn't let in. */
  readonly refuse: (request: RecordedRequest) => Effect.Effect<Answer.Answer | undefined>
  /** The headers that go with a status now. */
  readonly headers: (operation: Operation, status: number) => Effect.Effect<ReadonlyArray<Answer.Header>>
  readonly setRule: (rule: RateLimit.Rule | false, operation: Operation | undefined) => void
  readonly use: (operation: Operation, requests: number) => Effect.Effect<void>
}

/** @internal */
export const make = (
  credentials: Credentials.Credentials,
  rule: RateLimit.Rule | false | undefined
): Middleware => {
  const counter = RateLimit.makeCounter()
  const rules = new Map<Operation, RateLimit.Rule | false>()
  let generalRule = rule
  const ruleOf = (operation: Operation): RateLimit.Rule | false =>
    operation === "other" ? false : rules.get(operation) ?? generalRule ?? RateLimit.standardOf(operation)

  return {
    refuse: (request) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const forbidden = Credentials.check(credentials, request.headers)
        const rule = ruleOf(request.operation)
        if (forbidden !== undefined || rule === false) return forbidden
        const window = counter.window(rule, now)
        if (window.remaining === 0) return tooManyRequests(window)
        counter.use(rule, now, 1)
        return undefined
      }),
    headers: (operation, status) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const rule = ruleOf(operation)
        if (rule === false || !RateLimit.isReported(status)) return []
        const window = counter.window(rule, now)
        return RateLimit.headers(status === 429 ? { ...window, remaining: 0 } : window)
      }),
    setRule: (rule, operation) => {
      if (operation !== undefined) return void rules.set(operation, rule)
      rules.clear()
      generalRule = rule
    },
    use: (operation, requests) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const rule = ruleOf(operation)
        if (rule !== false) counter.use(rule, now, requests)
      })
  }
}

const tooManyRequests = (window: RateLimit.Window): Answer.Answer => {
  const { text, contentType } = ErrorBody.make("strings", 429, [RateLimit.message(window)])
  return Answer.make({ status: 429, contentType, body: text })
}
