import { Fault } from "@effect-datadog/slo-report-testing"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { RetryPolicy } from "../src/index.ts"
import { assertClean, keyPair, watched, withCanaries } from "./utils/echoes.ts"
import { injectInto, sentTo } from "./utils/flow.ts"
import { apiKey, applicationKey, printWatch } from "./utils/secrets.ts"
import { addSlos, exported, requestOf, runStepwise } from "./utils/table.ts"

const keys = [apiKey, applicationKey]

const escaped = [...apiKey].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")

const search = (name: string) =>
  Fault.body(`{"data":{"attributes":{"slos":[{"data":{"id":"a","attributes":{"name":"${name}"}}}]}}}`)

for (const [name, text] of [["as it is", keys.join()], ["with escapes", escaped]] as const) {
  it.effect(`a table shows no secret that answers echo, in names, errors, headers and issues: ${name}`, () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(Date.UTC(2026, 0, 1))
      yield* addSlos(1)
      yield* injectInto("create", Fault.status(410, { headers: { Deprecation: keys.join(), Sunset: keys.join() } }))
      yield* injectInto("search", search(text))
      yield* injectInto(
        "history",
        Fault.body(`{"data":{"overall":{"errors":[{"error_type":"OTHER","error_message":"${text}"}]}}}`),
        Infinity
      )
      const { exit, watch } = yield* watched(runStepwise(exported(requestOf())))
      const shown = JSON.stringify(exit)
      assertClean(shown, "the table and its progress")
      assert.include(shown, "<redacted>")
      assert.include(shown, "OTHER")
      assert.isAtLeast((yield* sentTo("history")).length, 1)
      assertClean(printWatch(watch), "the logs and spans")
      assert.include(printWatch(watch), "Datadog announces the end")
    }).pipe(
      Effect.provide(
        withCanaries(keyPair, { retry: RetryPolicy.none })
      )
    ))
}
