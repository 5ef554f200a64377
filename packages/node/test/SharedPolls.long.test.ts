import { assert, describe, it } from "@effect/vitest"
import { Context, type Duration, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import type { SloReportClient } from "../src/index.ts"
import { advance, every, given } from "./utils/pacing.ts"

setFlagsFromString("--expose-gc")
const collectGarbage: () => void = runInNewContext("gc")

const heapUsed = (): number => {
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().heapUsed
}

const drain = (client: SloReportClient.Service, id: string, interval: Duration.Input) =>
  Stream.runDrain(client.waitForReport(id, every(interval)))

describe("many waits for one report", () => {
  // Milliseconds that so many take to begin, for six polls, and to leave.
  const measure = Effect.fnUntraced(function*(count: number) {
    const { client, server } = yield* given()
    const at = [performance.now()]
    const fibers: Array<Fiber.Fiber<void, unknown>> = []
    for (let index = 0; index < count; index++) {
      fibers.push(yield* Effect.forkChild(drain(client, "report", "10 seconds"), { startImmediately: true }))
    }
    yield* Effect.yieldNow
    at.push(performance.now())
    yield* TestClock.adjust("50 seconds")
    at.push(performance.now())
    yield* Fiber.interruptAll(fibers)
    at.push(performance.now())
    assert.strictEqual(server.log.length, 6)
    return at.slice(1).map((time, index) => time - at[index]!)
  }, Effect.scoped)

  it.effect("cost as much each as few: four times as many not ten times as much", () =>
    Effect.gen(function*() {
      yield* measure(2000)
      const few = yield* measure(2000)
      const many = yield* measure(8000)
      for (const [index, phase] of ["to begin", "to poll", "to leave"].entries()) {
        assert.isAtMost(many[index]!, 9 * few[index]! + 150, phase)
      }
    }), 120_000)
})

describe("a consumer that is slow beside an eager one", () => {
  it.effect("keeps one answer, however many there were", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given()
      yield* Effect.forkChild(drain(client, "report", "100 millis"), { startImmediately: true })
      yield* Effect.forkChild(
        Stream.runForEach(client.waitForReport("report", every("1 hour")), () => Effect.never),
        { startImmediately: true }
      )
      yield* advance("1000 seconds")
      const growth = Effect.gen(function*() {
        server.forget()
        const before = heapUsed()
        for (let times = 0; times < 4; times++) {
          yield* advance("1000 seconds")
          server.forget()
        }
        return heapUsed() - before
      })
      // Answers that are kept grow each time; what is compiled on the way does once.
      const least = Math.min(yield* growth, yield* growth)
      assert.isAtMost(least, 2_000_000, "bytes that 40,000 polls left behind")
    }), 120_000)
})

class RequestScoped extends Context.Service<RequestScoped, { readonly body: Uint8Array }>()("RequestScoped") {}

describe("a wait that has ended", () => {
  it.live("leaves nothing of its context with the client", () =>
    Effect.gen(function*() {
      const { client } = yield* given()
      const held: Array<WeakRef<object>> = []
      const wait = (id: string) => {
        const service = { body: new Uint8Array(1_000_000) }
        held.push(new WeakRef(service))
        return Effect.forkChild(
          Effect.provideService(drain(client, id, "5 seconds"), RequestScoped, service),
          { startImmediately: true }
        )
      }
      const fibers = [yield* wait("a"), yield* wait("b"), yield* wait("shared")]
      yield* Effect.sleep("50 millis")
      const keepers = yield* Effect.forEach(["keeper", "shared"], (id) =>
        Effect.forkChild(drain(client, id, "1 minute"), { startImmediately: true }))
      yield* Effect.sleep("50 millis")
      for (const fiber of fibers) {
        yield* Fiber.interrupt(fiber)
      }
      fibers.length = 0
      for (let times = 0; times < 10; times++) {
        yield* Effect.sleep("20 millis")
        collectGarbage()
      }
      assert.deepStrictEqual(
        held.map((reference) =>
          reference.deref()?.constructor
        ),
        [undefined, undefined, undefined]
      )
      yield* Fiber.interruptAll(keepers)
    }).pipe(Effect.scoped))
})
