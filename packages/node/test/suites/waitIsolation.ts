import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Exit, Option, Schedule, Schema, Stream } from "effect"
import type { Tracer } from "effect"
import { TestClock } from "effect/testing"
import { PollPolicy, RetryPolicy, type SloReportClient } from "../../src/index.ts"
import type { Fate, Logged } from "../utils/modelServer.ts"
import { finishAll, given, heldUntil, limit, seeded } from "../utils/pacing.ts"
import { collectSpans } from "../utils/spans.ts"
import { collectLogs, listen, type Told } from "../utils/telemetry.ts"
import { begin, failureOf, type Observed, withChance } from "../utils/wait.ts"

const attemptTimeout = 8000

// All times are seconds.
const Wait = Schema.Struct({
  report: Schema.Literals([0, 1, 2, 3, 4]),
  policy: Schema.Literals(["2", "5", "30", "sqrt", "growing", "ending"]),
  deadline: Schema.Literals([0, 10, 60, 300, 900]),
  join: Schema.Literals([0, 0, 0, 4, 33]),
  listener: Schema.Literals(["none", "none", "quick", "blocking", "dying", "interrupting"])
})

const Done = Schema.Literals([0, 3, 45, 190, 99_999])

const Scenario = Schema.Struct({
  waits: Schema.Array(Wait).check(Schema.isMinLength(1), Schema.isMaxLength(30)),
  done: Schema.Tuple([Done, Done, Done, Done, Done]),
  // Whether waits for one report are for the same; else each has its own.
  isShared: Schema.Boolean,
  latency: Schema.Literals(["none", "short", "mixed"]),
  trouble: Schema.Literals(["none", "none", "lost", "hang", "503", "503 with a hint", "429", "429 with a hint"]),
  headers: Schema.Literals(["none", "none", "all", "some"]),
  retry: Schema.Boolean,
  seed: Schema.Literals([1, 2, 3, 4, 5, 6, 7, 8])
})

type Wait = typeof Wait.Type

type Scenario = typeof Scenario.Type

const latencies = { none: [0], short: [30, 250], mixed: [0, 50, 700, 3000] }

const fates: Record<Scenario["trouble"], Fate> = {
  none: undefined,
  lost: "lost",
  hang: "hang",
  "503": { status: 503 },
  "503 with a hint": { status: 503, retryAfter: 4 },
  "429": { status: 429 },
  "429 with a hint": { status: 429, retryAfter: 7 }
}

const policies: Record<Wait["policy"], PollPolicy.PollPolicy> = {
  "2": PollPolicy.fixed("2 seconds"),
  "5": PollPolicy.fixed("5 seconds"),
  "30": PollPolicy.fixed("30 seconds"),
  sqrt: PollPolicy.sqrt(),
  growing: Schedule.exponential("1 second"),
  ending: Schedule.spaced("4 seconds").pipe(Schedule.upTo({ times: 6 }))
}

const longestInterval: Record<Exclude<Wait["policy"], "growing">, number> = {
  "2": 2000,
  "5": 5000,
  "30": 30_000,
  sqrt: 30_000,
  ending: 4000
}

// What the server does depends on the report and the time alone, whoever asks and how often.
const chance = (seed: number, id: string, at: number, of: string): number => {
  let hash = seed
  for (const char of `${id} ${at} ${of}`) hash = (Math.imul(hash, 31) + char.codePointAt(0)!) | 0
  return seeded(hash)()
}

const Owner = Context.Reference<string>("Owner", { defaultValue: () => "nobody" })

interface Outcome {
  readonly index: number
  readonly id: string
  readonly wait: Wait
  readonly observed: Observed<{ readonly _tag: string }>
  readonly told: ReadonlyArray<Told>
  // Who called the listener.
  readonly callers: ReadonlyArray<string>
  readonly spans: ReadonlyArray<Tracer.NativeSpan>
  readonly logs: ReturnType<typeof collectLogs>["logs"]
  readonly requests: ReadonlyArray<Logged>
}

const listener = (kind: Wait["listener"], told: Array<Told>, callers: Array<string>) => {
  if (kind === "none") return undefined
  const hear = listen(told)
  return (sleep: Parameters<typeof hear>[0]): Effect.Effect<void> =>
    Effect.gen(function*() {
      callers.push(yield* Owner)
      yield* hear(sleep)
      if (kind === "blocking") return yield* Effect.never
      if (kind === "dying" && told.length === 3) return yield* Effect.die("a broken listener")
      if (kind === "interrupting" && told.length === 3) return yield* Effect.interrupt
    })
}

const idOf = (scenario: Scenario, index: number) => {
  const { report } = scenario.waits[index]!
  return scenario.isShared ? `report-${report}` : `report-${report}-${index}`
}

// Runs some of the waits of a scenario, in a client of their own.
const run = Effect.fnUntraced(
  function*(scenario: Scenario, indices: ReadonlyArray<number>) {
    const { seed } = scenario
    const ofClient = { ...collectSpans(), ...collectLogs() }
    const { client, server } = yield* given({
      rule: scenario.headers === "none" ? undefined : limit(60, 10),
      headers: ({ at, id, status }) =>
        (status === 200 || status === 429) && (scenario.headers !== "some" || chance(seed, id, at, "headers") < 0.7),
      job: (id) => ({ doneAt: id === "known" ? 0 : scenario.done[Number(id.split("-")[1])]! * 1000 }),
      latency: ({ at, id }) => {
        const all = latencies[scenario.latency]
        return id === "known" ? 0 : all[Math.floor(chance(seed, id, at, "latency") * all.length)]!
      },
      fate: ({ at, id }) => id !== "known" && chance(seed, id, at, "fate") < 0.2 ? fates[scenario.trouble] : undefined,
      client: {
        attemptTimeout,
        pacing: { reserve: 0 },
        retry: scenario.retry ? RetryPolicy.default : RetryPolicy.none
      }
    }).pipe(
      ofClient.traced,
      ofClient.logged,
      Effect.annotateLogs("owner", "client"),
      Effect.provideService(Owner, "client")
    )
    // What is known of the limit is known before they begin.
    yield* client.awaitReport("known")
    const begun = yield* Effect.forEach(
      indices,
      Effect.fnUntraced(function*(index) {
        const wait = scenario.waits[index]!
        const name = `wait ${index}`
        const mine = { ...collectSpans(), ...collectLogs() }
        const told: Array<Told> = []
        const callers: Array<string> = []
        const options: SloReportClient.WaitOptions = {
          poll: policies[wait.policy],
          deadline: Duration.seconds(wait.deadline),
          onSleep: listener(wait.listener, told, callers)
        }
        const stream = Stream.unwrap(Effect.as(
          Effect.sleep(Duration.seconds(wait.join)),
          client.waitForReport(idOf(scenario, index), options)
        ))
        const fiber = yield* begin(stream).pipe(
          mine.traced,
          mine.logged,
          Effect.annotateLogs("owner", name),
          Effect.provideService(Owner, name)
        )
        return { index, wait, fiber, told, callers, mine }
      })
    )
    const all = yield* finishAll(begun.map(({ fiber }) => fiber), "20 minutes")
    assert.strictEqual(server.inFlight(), 0)
    const outcomes = begun.map(({ callers, index, mine, told, wait }, place): Outcome => {
      const id = idOf(scenario, index)
      const requests = server.log.filter((request) => request.id === id)
      return { index, id, wait, observed: all[place]!, told, callers, requests, spans: mine.spans, logs: mine.logs }
    })
    return { outcomes, ofClient }
  },
  withChance(0.5),
  Effect.scoped,
  Effect.provide(TestClock.layer())
)

const endOf = (exit: Exit.Exit<void, { readonly _tag: string }>): string => {
  if (Exit.isSuccess(exit)) return "done"
  if (Exit.hasDies(exit)) return "died"
  return Exit.hasFails(exit) ? failureOf(exit)._tag : "interrupted"
}

const isBroken = ({ observed }: Outcome) => ["died", "interrupted"].includes(endOf(observed.exit))

const isReport = ({ isAnswered, status }: Logged) => isAnswered && status === 200

// The rules that hold whatever the neighbours do.
const assertOwn = (scenario: Scenario, outcome: Outcome) => {
  const { callers, id, index, logs, observed, requests, spans, told, wait } = outcome
  const { endedAt, exit, values } = observed
  const joinedAt = wait.join * 1000
  const deadlineAt = joinedAt + wait.deadline * 1000
  const doneAt = scenario.done[wait.report] * 1000
  const end = endOf(exit)

  assert.isAtMost(endedAt, deadlineAt + attemptTimeout, "it ends at most one attempt after its deadline")
  const answers = requests.filter(isReport)
  const seen = values.map(([at]) => at)
  for (const at of seen) {
    if (at !== joinedAt) {
      assert.include(answers.map((answer) => answer.endedAt), at, "a value is an answer, when it came")
    }
  }
  for (const answer of answers) {
    const at = answer.endedAt!
    if (at > joinedAt && at < endedAt) assert.include(seen, at, "every answer is a value")
    if (at > joinedAt && at < endedAt) assert.isBelow(answer.at, doneAt, "what was answered as done is done")
  }
  switch (end) {
    case "done":
      assert.strictEqual(values.at(-1)?.[1], "completed")
      break
    case "died":
      assert.strictEqual(wait.listener, "dying", "it dies of its own listener")
      break
    case "interrupted":
      assert.strictEqual(wait.listener, "interrupting", "it is interrupted by its own listener")
      break
    case "WaitTimedOut":
      if (wait.policy !== "ending") assert.isAtLeast(endedAt, deadlineAt, "no timeout comes early")
      break
    case "DatadogTransportError":
      assert.deepStrictEqual(values, [], "an outage ends no wait")
      break
    default:
      assert.include(["DatadogTooManyRequests", "DatadogServerError"], end)
      assert.isTrue(requests.some((request) => heldUntil(request) > deadlineAt), "a hint that fits is waited for")
  }

  const name = `wait ${index}`
  for (const caller of callers) assert.strictEqual(caller, name, "its listener is called by itself")
  for (const { at } of told) {
    assert.isAtLeast(at, joinedAt)
    assert.isAtMost(at, endedAt, "its listener is not called after its end")
  }
  assert.deepStrictEqual(
    spans.map((span) => [span.name, span.attributes.get("slo.report.id"), span.status._tag]),
    [["SloReportClient.waitForReport", id, "Ended"]],
    "its trace is its own"
  )
  for (const [, message, { owner }] of logs) {
    assert.strictEqual(owner, name, "its log is its own")
    for (const [mentioned] of message.matchAll(/report-[\d-]*\d/g)) assert.strictEqual(mentioned, id)
  }
}

const millis = (nanos: bigint) => Number(nanos / 1_000_000n)

const assertOfClient = ({ ofClient, outcomes }: Effect.Success<ReturnType<typeof run>>) => {
  const owners = new Map(outcomes.flatMap((outcome) => outcome.spans.map((span) => [span.spanId, outcome] as const)))
  for (const { attributes, kind, links, name, parent, status } of ofClient.spans) {
    if (attributes.get("slo.report.id") === "known") continue
    assert.deepStrictEqual([name, kind, Option.isNone(parent)], ["SloReportClient.getReportStatus", "client", true])
    for (const { span } of links) {
      const owner = owners.get(span.spanId)
      assert.strictEqual(owner?.id, attributes.get("slo.report.id"), "a poll is linked to waits for its report")
      assert.isAtMost(millis(status.startTime), owner!.observed.endedAt)
      if (status._tag === "Ended") assert.isAtLeast(millis(status.endTime), owner!.wait.join * 1000)
    }
  }
  for (const [, , { owner }] of ofClient.logs) assert.strictEqual(owner, "client")
}

const plain = ({ observed: { endedAt, exit, values }, told }: Outcome) => ({ end: endOf(exit), endedAt, told, values })

// Nobody shares a poll, and no limit holds anybody up: neighbours change nothing, to the millisecond.
const isExact = ({ headers, isShared, trouble }: Scenario) =>
  !isShared && headers === "none" && !trouble.startsWith("429")

// How long a limit of 60 in 10 s can put off a poll of 30 reports: a window, and a turn of all.
const limitDelay = ({ headers }: Scenario) => headers === "none" ? 0 : 20_000

// A server without trouble: a report that is done is seen to be within the wait's own interval, an attempt and
// the limit's delay, alone or not; and where it fits the deadline by these, the end is the same. An interval that
// doubles is as long as the wait has gone on.
const assertLikeAlone = (scenario: Scenario, together: Outcome, alone: Outcome) => {
  const { join, deadline, policy, report } = together.wait
  const doneAt = Math.max(join, scenario.done[report]) * 1000
  const interval = policy === "growing" ? doneAt - join * 1000 + 2000 : longestInterval[policy]
  const tolerance = Math.max(...latencies[scenario.latency]) * 2 + interval + limitDelay(scenario)
  for (const outcome of [together, alone]) {
    if (isBroken(outcome)) return
    if (endOf(outcome.observed.exit) === "done") assert.isAtMost(outcome.observed.endedAt, doneAt + tolerance)
  }
  const deadlineAt = (join + deadline) * 1000
  const isNear = doneAt + tolerance >= deadlineAt && doneAt <= deadlineAt + attemptTimeout
  // A neighbour's polls keep a schedule that ends from ending; they never end it sooner, but for the latencies, which
  // differ from request to request.
  if (isNear || (policy === "ending" && endOf(alone.observed.exit) === "WaitTimedOut")) {
    if (policy === "ending") {
      const sooner = together.observed.values.length * Math.max(...latencies[scenario.latency]) + limitDelay(scenario)
      assert.isAtLeast(together.observed.endedAt + sooner, Math.min(alone.observed.endedAt, doneAt))
    }
    return
  }
  assert.strictEqual(endOf(together.observed.exit), endOf(alone.observed.exit))
}

export const describeWaitIsolation = (runs: number): void => {
  describe("whatever waits a client has, for whichever reports, and whatever the server does", () => {
    it.effect.prop(
      "each wait sees what it would see alone, ends as it would and when it would, and is told and traced by itself",
      { scenario: Scenario },
      ({ scenario }) =>
        Effect.gen(function*() {
          const together = yield* run(scenario, scenario.waits.map((_, index) => index))
          for (const outcome of together.outcomes) assertOwn(scenario, outcome)
          assertOfClient(together)
          if (scenario.trouble !== "none" && !isExact(scenario)) return
          for (const outcome of together.outcomes) {
            const { outcomes: [alone] } = yield* run(scenario, [outcome.index])
            if (isExact(scenario)) assert.deepStrictEqual(plain(outcome), plain(alone!))
            else assertLikeAlone(scenario, outcome, alone!)
          }
        }),
      { arbitrary: { runs }, timeout: 600_000 }
    )
  })
}
