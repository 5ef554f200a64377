import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import { RetryPolicy } from "../../src/index.ts"
import type { Fate, Logged } from "../utils/modelServer.ts"
import {
  advance,
  assertWithinLimit,
  beginAll,
  every,
  finishAll,
  given,
  heldUntil,
  ids,
  limit,
  refused,
  seeded
} from "../utils/pacing.ts"
import { failureOf, type Observed } from "../utils/wait.ts"

const attemptTimeout = 8000

// All times are seconds.
const Wait = Schema.Struct({
  interval: Schema.Literals([2, 2, 5, 30]),
  deadline: Schema.Literals([0, 10, 60, 200]),
  done: Schema.Literals([0, 3, 45, 45, 190, 99_999]),
  join: Schema.Literals([0, 0, 0, 7, 50])
})

const Scenario = Schema.Struct({
  waits: Schema.Array(Wait).check(Schema.isMinLength(1), Schema.isMaxLength(14)),
  limit: Schema.Literals([1, 3, 10, 10, 50, 200]),
  period: Schema.Literals([10, 60]),
  phase: Schema.Literals([0, 7, 59]),
  latency: Schema.Literals(["none", "short", "mixed"]),
  trouble: Schema.Literals(["none", "none", "lost", "hang", "503", "429"]),
  retry: Schema.Boolean,
  reserve: Schema.Literals([0, 0.1, 0.8]),
  headers: Schema.Literals([true, true, true, false])
})

type Scenario = typeof Scenario.Type

// The last is longer than an attempt may take.
const latencies = { none: [0], short: [30, 250], mixed: [0, 50, 700, 3000, 50, 12_000] }

const fates: Record<Scenario["trouble"], Fate> = {
  none: undefined,
  lost: "lost",
  hang: "hang",
  "503": { status: 503, retryAfter: 4 },
  "429": { status: 429, retryAfter: 7 }
}

interface Outcome {
  readonly wait: Scenario["waits"][number]
  readonly deadlineAt: number
  readonly doneAt: number
  readonly observed: Observed<{ readonly _tag: string }>
  readonly requests: ReadonlyArray<Logged>
}

const run = Effect.fnUntraced(function*(scenario: Scenario) {
  const epoch = scenario.phase * 1000
  yield* TestClock.setTime(epoch)
  const indexOf = (id: string) => Number(id.slice("report-".length))
  const doneAt = (index: number) => epoch + scenario.waits[index]!.done * 1000
  const { client, server } = yield* given({
    rule: limit(scenario.limit, scenario.period),
    headers: scenario.headers,
    job: (id) => ({ doneAt: doneAt(indexOf(id)) }),
    latency: ({ index }) => latencies[scenario.latency][index % latencies[scenario.latency].length]!,
    fate: ({ index }) => index > 0 && index % 4 === 3 ? fates[scenario.trouble] : undefined,
    client: {
      attemptTimeout,
      pacing: { reserve: scenario.reserve },
      retry: scenario.retry ? RetryPolicy.default : RetryPolicy.none
    }
  })
  const fibers = yield* beginAll(
    scenario.waits.map(({ deadline, interval, join }, index) =>
      Stream.unwrap(Effect.as(
        Effect.sleep(Duration.seconds(join)),
        client.waitForReport(`report-${index}`, every(Duration.seconds(interval), { deadline: deadline * 1000 }))
      ))
    )
  )
  const all = yield* finishAll(fibers, "10 minutes")
  const outcomes = scenario.waits.map((wait, index): Outcome => ({
    wait,
    deadlineAt: epoch + (wait.join + wait.deadline) * 1000,
    doneAt: doneAt(index),
    observed: all[index]!,
    requests: server.log.filter(({ id }) => id === `report-${index}`)
  }))
  return { outcomes, server }
})

const isReport = ({ isAnswered, status }: Logged) => isAnswered && status === 200

const assertRules = (scenario: Scenario, { deadlineAt, doneAt, observed, requests, wait }: Outcome) => {
  const { endedAt, exit, values } = observed
  const interval = wait.interval * 1000
  for (const [index, request] of requests.entries()) {
    assert.isAtMost(request.at, deadlineAt, "no request after the deadline")
    const next = requests[index + 1]
    if (next === undefined) continue
    assert.isAtLeast(next.at, request.endedAt!, "one call at a time")
    assert.isAtLeast(next.at, heldUntil(request), "no request before the hint")
    if (next.at === deadlineAt || (scenario.retry && !isReport(request))) continue
    assert.isAtLeast(next.at, request.endedAt! + interval, "no poll before the interval is over")
  }
  const last = requests.at(-1)
  const isInFlight = last !== undefined && last.at <= deadlineAt && last.endedAt! > deadlineAt
  assert.isAtMost(endedAt, isInFlight ? last.endedAt! : deadlineAt, "no deadline is exceeded")
  assert.deepStrictEqual(
    values.map(([at]) => at),
    requests.filter(isReport).map((request) => request.endedAt),
    "every answer is a value, when it came"
  )
  const isSeen = requests.some((request) => isReport(request) && request.at >= doneAt)
  assert.strictEqual(Exit.isSuccess(exit), isSeen, "what was answered as done is done")
  if (Exit.isSuccess(exit)) return assert.strictEqual(values.at(-1)?.[1], "completed")
  const { _tag } = failureOf(exit)
  if (_tag === "WaitTimedOut") return assert.isAtLeast(endedAt, deadlineAt, "no timeout comes early")
  if (_tag === "DatadogTransportError") return assert.deepStrictEqual(values, [], "an outage ends no wait")
  assert.include(["DatadogTooManyRequests", "DatadogServerError"], _tag)
  assert.isAbove(heldUntil(last!), deadlineAt, "a hint that fits is waited for")
}

export interface Size {
  // Of the property of all rules.
  readonly runs: number
  // How long many waits under one limit go on, in virtual time.
  readonly minutes: number
}

export const describePacerModel = ({ minutes, runs }: Size): void => {
  describe("whatever the limit, the waits, the latencies and the losses", () => {
    it.effect.prop(
      "every rule of a wait is kept, and never is the limit exceeded",
      { scenario: Scenario },
      ({ scenario }) =>
        Effect.gen(function*() {
          const { outcomes, server } = yield* run(scenario)
          for (const outcome of outcomes) assertRules(scenario, outcome)
          if (scenario.headers) assertWithinLimit(server.log, scenario.limit)
          if (scenario.headers && scenario.trouble !== "429") assert.deepStrictEqual(refused(server.log), [])
          for (const refusal of refused(server.log)) {
            const early = server.log.filter(({ at }) => at > refusal.endedAt! && at < heldUntil(refusal))
            assert.deepStrictEqual(early, [], "after a 429 nobody polls before the hint")
          }
          assert.strictEqual(server.inFlight(), 0)
        }),
      { arbitrary: { runs }, timeout: 120_000 }
    )
  })

  describe("however many waits there are", () => {
    const losses: Record<string, (index: number) => Fate> = {
      "all answers come": () => undefined,
      "a fifth of the answers is lost": (index) => index % 5 === 4 ? "lost" : undefined,
      "a tenth gets no answer": (index) => index % 10 === 9 ? "hang" : undefined
    }
    for (const [name, lose] of Object.entries(losses)) {
      it.effect(`never is the limit exceeded: ${name}, with the default retries`, () =>
        Effect.gen(function*() {
          yield* TestClock.setTime(41_000)
          const random = seeded(7)
          const { client, server } = yield* given({
            rule: limit(60, 10),
            latency: () => Math.round(20 + 900 * random() ** 4),
            fate: ({ index }) => lose(index),
            client: { retry: RetryPolicy.default, attemptTimeout }
          })
          const fibers = yield* beginAll(ids(300).map((id) => client.waitForReport(id)))
          yield* advance(`${minutes} minutes`)
          yield* Fiber.interruptAll(fibers)
          assertWithinLimit(server.log, 60)
          assert.deepStrictEqual(refused(server.log), [])
          assert.isAtLeast(server.log.length, 60 * 3.5 * minutes, "the limit is used")
        }), 60_000)
    }
  })
}
