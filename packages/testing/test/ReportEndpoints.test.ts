import { FakeDatadog, ReportEndpoints, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { call, create, downloadPath, historyPath, keys, searchPath, statusPath } from "./support.ts"

const lifecycle = ({ headers, status }: { readonly headers: Record<string, string>; readonly status: number }) => [
  status,
  headers["deprecation"],
  headers["sunset"]
]

describe("the endpoints of reports", () => {
  it.effect.each([403, 404, 405, 410, 501] as const)(
    "can be closed with %i, and opened again",
    (status) =>
      Effect.gen(function*() {
        const fake = yield* FakeDatadog.FakeDatadog
        const id = yield* fake.addReport({ timeline: Timeline.always("completed") })
        const slo = yield* fake.addSlo()
        yield* fake.setReportEndpoints(ReportEndpoints.closed(status))
        for (const attempt of [create(), call(statusPath(id)), call(downloadPath(id))]) {
          const answer = yield* attempt
          assert.deepStrictEqual(lifecycle(answer), [status, undefined, undefined])
          assert.property(JSON.parse(answer.body), "errors")
        }
        assert.strictEqual((yield* call(searchPath(""))).status, 200)
        assert.strictEqual((yield* call(historyPath(slo, 0, 300))).status, 200)
        assert.deepStrictEqual(yield* fake.reportIds, [id])
        yield* fake.setReportEndpoints(ReportEndpoints.open)
        assert.deepStrictEqual(lifecycle(yield* create()), [200, undefined, undefined])
      }).pipe(Effect.provide(FakeDatadog.layerMemory()))
  )

  it.effect("can be closed to new users only: reports that there are still answer", () =>
    Effect.gen(function*() {
      const id = yield* FakeDatadog.FakeDatadog.use((fake) => fake.addReport())
      assert.strictEqual((yield* create()).status, 403)
      assert.strictEqual((yield* call(statusPath(id))).status, 200)
    }).pipe(Effect.provide(
      FakeDatadog.layerMemory({ reportEndpoints: ReportEndpoints.closed(403, undefined, ["create"]) })
    )))

  it.effect("say with their last word when they were deprecated and when they ended", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      const sunset = "Sat, 31 Oct 2026 00:00:00 GMT"
      yield* fake.setReportEndpoints(ReportEndpoints.closed(410, { sunset }))
      assert.deepStrictEqual(lifecycle(yield* create()), [410, "@1784851200", sunset])
      assert.deepStrictEqual(lifecycle(yield* call(searchPath(""))), [200, undefined, undefined])
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("can answer as ever and announce their end", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      assert.deepStrictEqual(lifecycle(yield* create()), [200, "@1784851200", undefined])
      yield* fake.setReportEndpoints(ReportEndpoints.deprecated({ deprecation: "true", sunset: "soon" }))
      assert.deepStrictEqual(lifecycle(yield* create({ interval: "bad" })), [400, "true", "soon"])
      yield* fake.setReportEndpoints(ReportEndpoints.deprecated({ deprecation: undefined, sunset: "soon" }))
      assert.deepStrictEqual(lifecycle(yield* create()), [200, undefined, "soon"])
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ reportEndpoints: ReportEndpoints.deprecated() }))))

  it.effect("look at the keys before they say that they are closed", () =>
    Effect.gen(function*() {
      const answer = yield* call(statusPath("x"), { headers: { ...keys, "dd-api-key": "wrong" } })
      assert.strictEqual(answer.status, 403)
      assert.strictEqual((yield* call(statusPath("x"))).status, 410)
    }).pipe(Effect.provide(FakeDatadog.layerMemory({ reportEndpoints: ReportEndpoints.closed(410) }))))
})
