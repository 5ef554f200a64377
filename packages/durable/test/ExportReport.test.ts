import { FakeDatadog } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { Exports, layer, makeFiles, request, run, valueOf } from "./utils/world.ts"

const { FakeDatadog: Fake } = FakeDatadog

describe("an export that is kept", () => {
  it.effect("creates one report, waits for it and hands its file to the sink", () => {
    const files = makeFiles()
    return Effect.gen(function*() {
      const done = valueOf(yield* run(Exports.use((exports) => exports.exportReport(request))))
      assert.strictEqual(done.source, "report")
      assert.strictEqual(done.report?.status, "completed")
      assert.strictEqual((yield* Fake.use((fake) => fake.reportIds)).length, 1)
      assert.strictEqual(files.puts.length, 1)
      assert.strictEqual(files.files.get(files.puts[0]!)!.length, done.bytes)
    }).pipe(Effect.provide(layer(files)))
  })

  it.effect("tells how far it has come", () => {
    const files = makeFiles()
    return Effect.gen(function*() {
      const exports = yield* Exports
      const id = valueOf(yield* run(exports.start(request)))
      const seen: Array<string> = []
      for (let i = 0; i < 20; i++) {
        const state = Option.getOrThrow(yield* exports.state(id))
        if (seen.at(-1) !== state._tag) seen.push(state._tag)
        yield* TestClock.adjust("1 second")
      }
      assert.deepStrictEqual(seen, ["Creating", "Waiting", "Done"])
    }).pipe(Effect.provide(layer(files)))
  })
})
