import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, References, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { SloReportClient } from "../../src/index.ts"
import { request } from "../utils/flow.ts"
import type { ServerOptions } from "../utils/modelServer.ts"
import { advance, all, between, every, given, ids, limit, times } from "../utils/pacing.ts"
import { collectSpans } from "../utils/spans.ts"
import { waitsOf, withOwnMetrics } from "../utils/telemetry.ts"
import { begin } from "../utils/wait.ts"

// A fiber that yields often, interrupted after so many turns of the others.
const cutShort = Effect.fnUntraced(function*<A, E>(effect: Effect.Effect<A, E>, budget: number, turns: number) {
  const fiber = yield* Effect.exit(effect).pipe(
    Effect.provideService(References.MaxOpsBeforeYield, budget),
    Effect.forkChild({ startImmediately: true })
  )
  yield* Effect.yieldNow.pipe(Effect.repeat({ times: turns }))
  yield* Fiber.interrupt(fiber)
})

// One poll fits in a window, so that one that is counted for ever is seen.
const server: ServerOptions = { rule: limit(1, 10), latency: () => 10 }

const interrupted: Record<string, (client: SloReportClient.Service) => Effect.Effect<unknown, unknown>> = {
  "a foreground call": (client) => client.getReportStatus("call-1"),
  "a create call": (client) => client.createReport(request),
  "a wait for another report": (client) => Stream.runDrain(client.waitForReport("another", every("1 second"))),
  "a wait for the same report": (client) => Stream.runDrain(client.waitForReport("report", every("1 second")))
}

// The budgets are after how many operations a fiber yields: an interruption can come at each of these points.
export const describeInterrupts = (budgets: ReadonlyArray<number>): void => {
  describe("an interruption at any yield", () => {
    for (const [name, effect] of Object.entries(interrupted)) {
      it.effect(
        `of ${name} costs no poll of others its place`,
        () =>
          Effect.forEach(budgets, (budget) =>
            Effect.gen(function*() {
              const scene = yield* given({ ...server, client: all })
              const fiber = yield* begin(scene.client.waitForReport("report", every("5 seconds")))
              yield* advance("1 second")
              for (const turns of [0, 1, 2, 3, 5, 8, 13, 30]) yield* cutShort(effect(scene.client), budget, turns)
              yield* advance("40 seconds")
              const polls = between(scene.server.log, 10_000, 41_001).filter(({ id }) => id === "report")
              assert.isAtLeast(polls.length, 3, `a budget of ${budget}`)
              yield* Fiber.interrupt(fiber)
              yield* advance(0)
              assert.strictEqual(scene.server.inFlight(), 0, `a budget of ${budget}`)
            }).pipe(Effect.scoped, Effect.provide(TestClock.layer())), { discard: true }),
        120_000
      )

      it.effect(
        `of ${name} costs none of a client whose own fibers yield as often`,
        () =>
          Effect.forEach(budgets, (budget) =>
            Effect.gen(function*() {
              const scene = yield* given({ ...server, client: all })
              for (const turns of [0, 1, 2, 4, 9, 25]) yield* cutShort(effect(scene.client), budget, turns)
              yield* advance("10 seconds")
              const before = scene.server.log.length
              const fiber = yield* begin(scene.client.waitForReport("report", every("5 seconds")))
              yield* advance("40 seconds")
              assert.isAtLeast(scene.server.log.length - before, 3, `a budget of ${budget}`)
              yield* Fiber.interrupt(fiber)
              yield* advance(0)
              assert.strictEqual(scene.server.inFlight(), 0, `a budget of ${budget}`)
            }).pipe(
              Effect.provideService(References.MaxOpsBeforeYield, budget),
              Effect.scoped,
              Effect.provide(TestClock.layer())
            ), { discard: true }),
        120_000
      )
    }

    it.effect(
      "of a wait whose turn has come leaves the turn to the next at once",
      () =>
        Effect.forEach(
          budgets.slice(0, 30),
          (budget) =>
            Effect.forEach([1, 3, 7, 15, 40, 100, 200], (turns) =>
              Effect.gen(function*() {
                const scene = yield* given({
                  latency: () => 10
                })
                const first = yield* scene.client.waitForReport("first").pipe(
                  Stream.runDrain,
                  Effect.provideService(References.MaxOpsBeforeYield, budget),
                  Effect.forkChild({ startImmediately: true })
                )
                yield* Effect.yieldNow.pipe(Effect.repeat({ times: turns }))
                const second = yield* begin(scene.client.waitForReport("second", every("5 seconds")))
                yield* Effect.yieldNow.pipe(Effect.repeat({ times: 8 }))
                yield* Fiber.interrupt(first)
                yield* advance("1 second")
                const polls = scene.server.log.filter(({ id }) => id === "second")
                assert.strictEqual(polls.length, 1, `a budget of ${budget}, ${turns} turns`)
                yield* Fiber.interrupt(second)
              }).pipe(
                Effect.provideService(References.MaxOpsBeforeYield, budget),
                Effect.scoped,
                Effect.provide(TestClock.layer())
              )),
          { discard: true }
        ),
      120_000
    )

    it.effect("of a wait ends its span, and counts it once", () =>
      Effect.forEach(budgets, (budget) =>
        Effect.gen(function*() {
          const { spans, traced } = collectSpans()
          const { client } = yield* given(server)
          const wait = traced(Stream.runDrain(client.waitForReport("report", every("5 seconds"))))
          for (let turns = 0; turns < 60; turns++) yield* cutShort(wait, budget, turns)
          assert.isAtLeast(spans.length, 1, `a budget of ${budget}`)
          assert.deepStrictEqual(spans.filter(({ status }) => status._tag !== "Ended"), [], `a budget of ${budget}`)
          assert.strictEqual(yield* waitsOf("interrupted"), spans.length, `a budget of ${budget}`)
        }).pipe(withOwnMetrics, Effect.scoped, Effect.provide(TestClock.layer())), { discard: true }))

    it.effect("of calls in flight, again and again, leaves the pace as it is", () =>
      Effect.gen(function*() {
        const { client, server } = yield* given({ rule: limit(600, 60), latency: () => 200, client: all })
        const fiber = yield* begin(client.waitForReport("report", every("1 second")))
        yield* advance("2 seconds")
        for (const id of ids(100, "call")) {
          const call = yield* Effect.forkChild(client.getReportStatus(id), { startImmediately: true })
          yield* advance("100 millis")
          yield* Fiber.interrupt(call)
        }
        yield* advance("1 minute")
        yield* Fiber.interrupt(fiber)
        yield* advance(0)
        assert.isAtLeast(times(between(server.log, 20_000, 60_000)).length, 32)
        assert.strictEqual(server.inFlight(), 0)
      }))
  })
}
