import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Stream } from "effect"
import type { Duration } from "effect"
import { SloReportClient, type TableOptions } from "../src/index.ts"
import { reportId } from "./utils/client.ts"
import { folder, list, provided } from "./utils/files.ts"
import { exporting, exportingTo, request, sent } from "./utils/flow.ts"
import { rowsOf } from "./utils/table.ts"
import { waitFor } from "./utils/wait.ts"

// What a variable that is not set becomes.
const notSet = Number(undefined)

const deadlines: Readonly<Record<string, Duration.Input>> = {
  "that is no number": notSet,
  "of a pair that is no number": [notSet, 0],
  "of members that are no number": { hours: notSet },
  "before its beginning": -1
}

const untyped = <A>(value: unknown) => value as A

const deadline = (deadline: Duration.Input) =>
  [{ deadline }, /^deadline must be a duration of at least 0 ms, got /] as const

const limit = (maxSlos: number) => [{ maxSlos }, /^maxSlos must be a number, 1 or more, got /] as const

const ofWaits: Readonly<Record<string, readonly [TableOptions.TableOptions, RegExp]>> = {
  ...Object.fromEntries(Object.entries(deadlines).map(([name, input]) => [`a deadline ${name}`, deadline(input)])),
  "a deadline that is no duration": deadline(untyped("an hour or so"))
}

const ofTables: typeof ofWaits = {
  ...ofWaits,
  "a limit that is no number": limit(notSet),
  "a limit of none": limit(0),
  "a limit below none": limit(-1),
  "a source that there is not": [
    { source: untyped("histories") },
    /^source must be report, history or auto, got histories$/
  ]
}

const assertRefused = Effect.fnUntraced(function*(exit: Exit.Exit<unknown, unknown>, words: RegExp) {
  const defect = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
  assert.instanceOf(defect, RangeError)
  if (defect instanceof RangeError) assert.match(defect.message, words)
  assert.deepStrictEqual(yield* sent, [])
})

describe("an option that can't be is a defect of its call, before anything is sent", () => {
  for (const [what, [options, words]] of Object.entries(ofWaits)) {
    it.effect(`of a wait: ${what}`, () =>
      Effect.gen(function*() {
        yield* assertRefused(yield* Effect.exit(Stream.runDrain(waitFor(reportId, options))), words)
        const client = yield* SloReportClient.SloReportClient
        yield* assertRefused(yield* Effect.exit(client.awaitReport(reportId, options)), words)
        yield* assertRefused(yield* Effect.exit(Stream.runDrain(client.waitForReports([reportId], options))), words)
      }).pipe(provided()))
  }

  for (const [what, [options, words]] of Object.entries(ofTables)) {
    it.effect(`of a table: ${what}`, () =>
      Effect.gen(function*() {
        const root = yield* folder
        const tables = [rowsOf(request, options), exporting(options), exportingTo(`${root}/report.csv`, options)]
        for (const table of tables) {
          yield* assertRefused(yield* Effect.exit(Stream.runDrain<unknown, unknown, any>(table)), words)
        }
        assert.deepStrictEqual(list(root), [])
      }).pipe(provided()))
  }

  it.effect("and none where it is at its bound, or endless", () =>
    Effect.gen(function*() {
      for (const options of [{ maxSlos: 1, deadline: 0 }, { maxSlos: Infinity, deadline: "Infinity" }] as const) {
        assert.strictEqual((yield* Stream.runCollect(exporting(options))).at(-1)?._tag, "Done")
      }
    }).pipe(provided()))
})
