import { FakeDatadog, Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Schedule, Schema } from "effect"
import { PollPolicy, RetryPolicy, type SloReportClient } from "../../src/index.ts"
import { failureOf, inMemory, observe, waitFor } from "../utils/wait.ts"

// What Datadog does with one request.
interface Step {
  readonly answer: "in_progress" | "paused" | "completed" | "429" | "503" | "reset"
  // Seconds: a hint with a 429 or 503, 0 for none, and the time until the answer.
  readonly hint: number
  readonly latency: number
}

const attemptTimeout = 30_000
const interval = 5000
const deadline = 300_000

const Step = Schema.Struct({
  answer: Schema.Literals(["in_progress", "paused", "completed", "429", "429", "503", "503", "reset"]),
  hint: Schema.Literals([0, 1, 4, 7, 31, 64, 120, 260, 500]),
  latency: Schema.Literals([0, 0, 0, 1, 11, 29, 34])
})

const Script = Schema.Array(Step).check(Schema.isMaxLength(40))

const first: Step = { answer: "in_progress", hint: 0, latency: 0 }
const later: Step = { answer: "in_progress", hint: 0, latency: 1 }

const toFault = ({ answer, hint, latency }: Step): Fault.Fault => {
  const headers = hint === 0
    ? { "X-RateLimit-Reset": undefined }
    : { [answer === "429" ? "X-RateLimit-Reset" : "Retry-After"]: String(hint) }
  const outcome = () => {
    switch (answer) {
      case "429":
      case "503":
        return Fault.status(Number(answer), { headers })
      case "reset":
        return Fault.reset
      default:
        return Fault.body(JSON.stringify({ data: { id: "a-report", attributes: { status: answer } } }))
    }
  }
  return Fault.all(Fault.latency(Duration.seconds(latency)), outcome())
}

const run = Effect.fnUntraced(function*(script: ReadonlyArray<Step>, options?: SloReportClient.WaitOptions) {
  const fake = yield* FakeDatadog.FakeDatadog
  const id = yield* fake.addReport({ id: "a-report", timeline: Timeline.always("in_progress") })
  yield* Effect.forEach(script, (step) => fake.inject(toFault(step)))
  yield* fake.inject(toFault(later), { times: Infinity })
  const observed = yield* observe(waitFor(id, { poll: PollPolicy.fixed(interval), deadline, ...options }))
  return { ...observed, times: (yield* fake.requests).map(({ at }) => at) }
})

// How a step ends, and when, for a request sent at a time. An answer that comes too late is none.
const settle = (step: Step, at: number) => {
  const latency = step.latency * 1000
  if (latency > attemptTimeout) return { at: at + attemptTimeout, answer: "reset" as const, hint: 0 }
  return { at: at + latency, answer: step.answer, hint: step.answer === "reset" ? 0 : step.hint * 1000 }
}

// The rules of a wait without retries, as a model: when it sends, what it emits, how it ends.
const model = (script: ReadonlyArray<Step>) => {
  const times: Array<number> = []
  const values: Array<readonly [number, string]> = []
  let at = 0
  for (let polls = 1;; polls++) {
    times.push(at)
    const ended = settle(script[polls - 1] ?? later, at)
    const isFailure = ["429", "503", "reset"].includes(ended.answer)
    if (!isFailure) values.push([ended.at, ended.answer])
    if (ended.answer === "completed") return { times, values, endedAt: ended.at, outcome: "completed" }
    const left = deadline - ended.at
    if (isFailure && left > 0 && ended.hint > left) {
      const outcome = ended.answer === "429" ? "DatadogTooManyRequests" : "DatadogServerError"
      return { times, values, endedAt: ended.at, outcome }
    }
    if (left <= 0) return { times, values, endedAt: ended.at, outcome: `WaitTimedOut after ${polls} polls` }
    at = Math.min(deadline, ended.at + Math.max(interval, isFailure ? ended.hint : 0))
  }
}

const outcomeOf = <E extends { readonly _tag: string }>(exit: Exit.Exit<void, E>): string => {
  if (Exit.isSuccess(exit)) return "completed"
  const error = failureOf(exit)
  return "polls" in error ? `${error._tag} after ${String(error.polls)} polls` : error._tag
}

// The runs of each of the two models; the last property has a third of them.
export const describeWaitModel = (runs: number): void => {
  describe("whatever Datadog answers, and however late", () => {
    it.effect.prop(
      "a wait without retries does exactly what the rules say",
      { script: Script },
      ({ script }) =>
        Effect.gen(function*() {
          const steps = [first, ...script]
          const { endedAt, exit, times, values } = yield* run(steps)
          assert.deepStrictEqual({ times, values, endedAt, outcome: outcomeOf(exit) }, model(steps))
        }).pipe(Effect.provide(inMemory({ retry: RetryPolicy.none, pacing: false }))),
      { arbitrary: { runs }, timeout: 60_000 }
    )

    it.effect.prop(
      "a wait with retries keeps every hint, interval and deadline",
      { script: Script },
      ({ script }) =>
        Effect.gen(function*() {
          const steps = [first, ...script]
          const { endedAt, exit, times, values } = yield* run(steps)
          const outcome = outcomeOf(exit)
          for (const [index, at] of times.entries()) {
            assert.isAtMost(at, deadline, "no request is sent after the deadline")
            const ended = settle(steps[index] ?? later, at)
            const next = times[index + 1]
            if (next === undefined) {
              assert.strictEqual(endedAt, ended.at, "a wait ends with its last answer")
              continue
            }
            const isFailure = ["429", "503", "reset"].includes(ended.answer)
            if (isFailure) assert.isAtLeast(next, ended.at + ended.hint, `request ${index + 2} keeps the hint`)
            else {assert.strictEqual(
                next,
                Math.min(deadline, ended.at + interval),
                `request ${index + 2} keeps the interval`
              )}
          }
          assert.isAtMost(endedAt, deadline + attemptTimeout)
          assert.deepStrictEqual(
            values.map(([at]) => at),
            times.flatMap((at, index) => {
              const ended = settle(steps[index] ?? later, at)
              return ["in_progress", "paused", "completed"].includes(ended.answer) ? [ended.at] : []
            }),
            "every answer is emitted when it came"
          )
          const last = settle(steps[times.length - 1] ?? later, times.at(-1)!)
          if (outcome === "completed") assert.strictEqual(last.answer, "completed")
          else if (outcome.startsWith("WaitTimedOut")) assert.isAtLeast(endedAt, deadline)
          else assert.isAbove(last.hint, deadline - endedAt)
        }).pipe(Effect.provide(inMemory({ pacing: false }))),
      { arbitrary: { runs }, timeout: 60_000 }
    )

    it.effect.prop("a retry policy of one's own can't break them", {
      script: Script,
      delay: Schema.Literals([0, 1, 900, 20_000, 400_000])
    }, ({ delay, script }) =>
      Effect.gen(function*() {
        const steps = [first, ...script]
        const { endedAt, times } = yield* run(steps).pipe(
          Effect.provideService(RetryPolicy.Current, Schedule.spaced(delay))
        )
        for (const [index, at] of times.slice(1).entries()) {
          assert.isAtMost(at, deadline)
          const ended = settle(steps[index] ?? later, times[index]!)
          assert.isAtLeast(at, ended.at + (["429", "503"].includes(ended.answer) ? ended.hint : 0))
        }
        assert.isAtMost(endedAt, deadline + attemptTimeout)
      }).pipe(Effect.provide(inMemory({ pacing: false }))), { arbitrary: { runs: runs / 3 }, timeout: 60_000 })
  })
}
