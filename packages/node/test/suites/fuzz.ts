import { FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Random } from "effect"
import { SloReportClient } from "../../src/index.ts"
import { bytesOf, run, smallCsv } from "../utils/flow.ts"
import { type Call, calls, oneCall } from "../utils/oneCall.ts"
import { seeded } from "../utils/pacing.ts"
import { exitProblem, tags } from "../utils/stormChecks.ts"
import { bytes, type Chance, headerChanges, makeChance } from "../utils/stormFaults.ts"
import { virtual } from "../utils/stormPlan.ts"
import { inMemory } from "../utils/wait.ts"

const id = "dc8d92aa-e0af-11ee-af21-1feeaccaa3a3"

const weather = { ...virtual, secrets: [] }

const valid: Record<Call, string> = {
  getReportStatus: JSON.stringify({ data: { id, type: "report_id", attributes: { status: "completed" } } }),
  createReport: JSON.stringify({ data: { id, type: "report_id" } }),
  downloadReport: smallCsv,
  reportRows: smallCsv
}

const inserts = ["\"", "\n", "\r\n", "\r", "\uFEFF", ",", "\u0000", "{", "<", "\"\"", "\u{1F680}"]

// Flips, cuts and insertions, some times over.
const mutate = (chance: Chance, text: string): Uint8Array => {
  let mutated = bytesOf(text)
  for (let times = chance.int(1, 5); times > 0; times--) {
    const at = chance.int(0, mutated.length)
    const rest = mutated.slice(at)
    switch (chance.int(0, 3)) {
      case 0:
        mutated = mutated.map((byte, index) => index === at ? byte ^ (1 << chance.int(0, 7)) : byte)
        break
      case 1:
        mutated = mutated.slice(0, at)
        break
      case 2:
        mutated = Uint8Array.from([...mutated.slice(0, at), ...rest.slice(chance.int(0, 20))])
        break
      default:
        mutated = Uint8Array.from([...mutated.slice(0, at), ...bytesOf(chance.of(inserts)), ...rest])
    }
  }
  return mutated
}

const forms: Record<string, (chance: Chance, call: Call) => Fault.Fault> = {
  "any bytes": (chance) => Fault.body(bytes(chance, chance.int(0, 500)), { status: chance.of([200, 400, 503]) }),
  "bytes that were good": (chance, call) => Fault.body(mutate(chance, valid[call])),
  "bytes that were good, in parts": (chance, call) =>
    Fault.all(
      Fault.slowBody({ bytes: chance.int(1, 9), gap: Duration.millis(1) }),
      Fault.body(mutate(chance, valid[call]))
    ),
  "any headers": (chance, call) =>
    Fault.body(valid[call], {
      status: chance.of([200, 200, 429, 503, 302]),
      headers: { ...headerChanges(chance, weather), "Content-Type": chance.of(["", "text/html", "x/y; charset=?"]) }
    })
}

// So many answers of each form, to each call.
export const describeFuzz = (runs: number): void => {
  for (const call of calls) {
    describe(call, () => {
      for (const [index, [form, make]] of Object.entries(forms).entries()) {
        it.effect(`makes a value or one of its errors of ${form}`, () =>
          Effect.gen(function*() {
            const fake = yield* FakeDatadog.FakeDatadog
            const chance = makeChance(seeded(index + 1))
            for (let n = 0; n < runs; n++) {
              yield* fake.clearFaults
              yield* fake.inject(make(chance, call), { times: Infinity })
              const { exit } = yield* run(SloReportClient.SloReportClient.use((client) => oneCall(client, call, id)))
              assert.isUndefined(exitProblem(exit, tags[call], false), `run ${n}`)
            }
            assert.strictEqual(yield* fake.inFlight, 0)
          }).pipe(Random.withSeed(index), Effect.provide(inMemory())), 60_000)
      }
    })
  }
}
