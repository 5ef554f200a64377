import { FakeDatadog, Scenario } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { TestClock } from "effect/testing"
import { call, create, downloadPath, searchPath, statusPath } from "./support.ts"

/** What a person sees who asks every 5 seconds: a status of the report, an HTTP status, or a lost connection. */
const seen = Effect.fnUntraced(function*(name: string, asks: number) {
  const scenario = Scenario.all.find((one) => one.name === name) ?? assert.fail(name)
  const id = yield* FakeDatadog.FakeDatadog.use(scenario.setup)
  const answers: Array<string | number> = []
  for (let ask = 0; ask < asks; ask++) {
    const answer = yield* Effect.result(call(statusPath(id)))
    answers.push(
      Result.isFailure(answer)
        ? "lost"
        : answer.success.status === 200 && answer.success.body.startsWith("{")
        ? JSON.parse(answer.success.body).data.attributes.status
        : answer.success.status
    )
    yield* TestClock.adjust("5 seconds")
  }
  return answers
})

const expectations: Record<string, ReadonlyArray<string | number>> = {
  "happy": ["in_progress", "in_progress", "completed"],
  "slow": [...Array<string>(24).fill("in_progress"), "completed"],
  "with-errors": ["in_progress", "in_progress", "completed_with_errors"],
  "failed": ["in_progress", "in_progress", "failed"],
  "unlisted-status": ["queued", "queued", "completed"],
  "rate-limited": ["in_progress", "in_progress", "completed"],
  "flaky": ["in_progress", 503, "completed", "lost", "completed", 429, "completed", 503],
  "outage": [502, 502, 502, 502, 502, "completed"],
  "forbidden": [403, 403, 403],
  "closed": [403, 403],
  "deprecated": ["in_progress", "in_progress", "completed"],
  "html": [200, 200],
  "large": ["in_progress", "in_progress", "completed"]
}

describe("each scenario shows what it promises", () => {
  for (const { description, name } of Scenario.all) {
    it.effect(`${name}: ${description}`, () =>
      Effect.gen(function*() {
        const expected = expectations[name] ?? assert.fail(`no expectation of ${name}`)
        assert.deepStrictEqual(yield* seen(name, expected.length), expected)
      }).pipe(Effect.provide(FakeDatadog.layerMemory())))
  }

  it.effect("rate-limited: the fourth request of a window is one too many", () =>
    Effect.gen(function*() {
      const scenario = Scenario.all.find((one) => one.name === "rate-limited") ?? assert.fail()
      const id = yield* FakeDatadog.FakeDatadog.use(scenario.setup)
      const answers = yield* Effect.all(Array.from({ length: 4 }, () => call(statusPath(id))))
      assert.deepStrictEqual(answers.map((answer) => answer.status), [200, 200, 200, 429])
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("closed and deprecated: searches answer, and reports announce their end", () =>
    Effect.gen(function*() {
      const fake = yield* FakeDatadog.FakeDatadog
      for (const [name, status] of [["closed", 403], ["deprecated", 200]] as const) {
        yield* Scenario.all.find((one) => one.name === name)?.setup(fake) ?? assert.fail()
        const answer = yield* create()
        assert.deepStrictEqual([answer.status, answer.headers["deprecation"]], [status, "@1784851200"])
        assert.strictEqual((yield* call(searchPath(""))).status, 200)
      }
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))

  it.effect("with-errors: the CSV has rows that could not be exported, also of a report that a call created", () =>
    Effect.gen(function*() {
      const scenario = Scenario.all.find((one) => one.name === "with-errors") ?? assert.fail()
      yield* FakeDatadog.FakeDatadog.use(scenario.setup)
      const { id } = JSON.parse((yield* create()).body).data
      yield* TestClock.adjust("10 seconds")
      assert.include((yield* call(downloadPath(id))).body, "SLO history could not be calculated")
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))
})
