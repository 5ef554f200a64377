import { FakeDatadog } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ReportExports } from "../src/index.ts"
import { errorOf, layerClient, layerSink, makeFiles } from "./utils/world.ts"

describe("a store in Postgres", () => {
  it.live("that can't be reached is told, without the password", () =>
    Effect.gen(function*() {
      const layer = ReportExports.layerPostgres({ url: "postgres://exports:secret@127.0.0.1:1/exports" }).pipe(
        Layer.provide([layerSink(makeFiles()), layerClient]),
        Layer.provide(FakeDatadog.layerMemory())
      )
      const error = errorOf(yield* Effect.exit(Effect.scoped(Layer.build(layer))))
      assert.strictEqual(error.reason, "unavailable")
      assert.include(error.message, "127.0.0.1:1")
      assert.notInclude(error.message, "secret")
    }))
})
