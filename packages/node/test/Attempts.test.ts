import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber } from "effect"
import { advance, between, given, ids } from "./utils/pacing.ts"

describe("more calls than may be under way at once", () => {
  it.effect("wait for one another, and none loses its time limit to that", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ latency: () => 20_000, client: { attemptTimeout: "30 seconds" } })
      const fiber = yield* Effect.forkChild(
        Effect.forEach(ids(600, "call"), (id) => Effect.exit(client.getReportStatus(id)), { concurrency: "unbounded" })
      )
      yield* advance("19 seconds")
      assert.strictEqual(server.inFlight(), 256)
      yield* advance("2 minutes")
      const exits = yield* Fiber.join(fiber)
      assert.strictEqual(exits.filter(Exit.isSuccess).length, 600)
      const begun = [0, 20_000, 40_000].map((at) => between(server.log, at, at + 1).length)
      assert.deepStrictEqual(begun, [256, 256, 88])
    }))

  it.effect("leave their places where they are interrupted", () =>
    Effect.gen(function*() {
      const { client, server } = yield* given({ latency: () => 20_000 })
      const all = yield* Effect.forkChild(
        Effect.forEach(ids(600, "call"), (id) => client.getReportStatus(id), { concurrency: "unbounded" })
      )
      yield* advance("1 second")
      yield* Fiber.interrupt(all)
      assert.strictEqual(server.inFlight(), 0)
      const next = yield* Effect.forkChild(client.getReportStatus("call-next"))
      yield* advance("20 seconds")
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(next)))
      assert.strictEqual(server.log.length, 257)
    }))
})
