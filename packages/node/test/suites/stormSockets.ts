import { FakeDatadog, FakeDatadogServer } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit } from "effect"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { overFetch, overUndici } from "../utils/sockets.ts"
import { allowed, credentialsOf, isInterrupted, numbered, storm } from "../utils/storm.ts"
import { violations } from "../utils/stormChecks.ts"
import { type Climate, real } from "../utils/stormPlan.ts"
import { countSleeps } from "../utils/wait.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "slo-report-storm-"))),
  (path) => Effect.sync(() => Fs.rmSync(path, { recursive: true, force: true }))
)

// Waits until something is so, for a while.
const soon = (condition: Effect.Effect<boolean>, left = 600): Effect.Effect<boolean> =>
  Effect.flatMap(
    condition,
    (isMet) => isMet || left === 0 ? Effect.succeed(isMet) : Effect.andThen(Effect.sleep(20), soon(condition, left - 1))
  )

const isZero = (count: Effect.Effect<number>) => Effect.map(count, (count) => count === 0)

const listeners = (): number => process.eventNames().reduce((count, name) => count + process.listenerCount(name), 0)

const clients = { undici: overUndici, fetch: overFetch }

// A storm over sockets, and what it leaves behind in words.
const rage = Effect.fnUntraced(function*(over: keyof typeof clients, seed: number, count: number) {
  const fake = yield* FakeDatadog.FakeDatadog
  const server = yield* FakeDatadogServer.FakeDatadogServer
  const climate: Climate = real(yield* Clock.currentTimeMillis)
  const { clock, pending } = yield* countSleeps
  const warnings: Array<string> = []
  const onWarning = (warning: Error) => void warnings.push(warning.name)
  process.on("warning", onWarning)
  const before = listeners()
  const path = yield* folder
  const left: Array<string> = []
  const claim = (isSo: boolean, what: string) => {
    if (!isSo) left.push(`seed ${seed}: ${what}`)
  }
  const client = clients[over](server.url, {
    attemptTimeout: climate.attemptTimeout,
    transformClient: numbered()
  }, credentialsOf(seed))
  const aftermath = yield* Effect.gen(function*() {
    const aftermath = yield* storm({ seed, count, climate, isVirtual: false, folder: path })
    claim(pending() === 0, `${pending()} sleeps are left`)
    claim(yield* soon(isZero(fake.inFlight)), "requests are left in flight")
    claim((yield* server.openSockets) <= 2 * climate.concurrency, "more connections are open than are kept alive")
    return aftermath
  }).pipe(
    Effect.provide(client),
    Effect.provideService(Clock.Clock, clock)
  )
  claim(yield* soon(isZero(server.openSockets)), "connections are left open")
  // What was on its way to the socket when its operation was interrupted may still arrive.
  const late = (yield* fake.requests).length - aftermath.requests.length
  claim(late <= climate.concurrency, `${late} requests came after the end`)
  claim(listeners() <= before, "listeners are left")
  claim(warnings.length === 0, `the process warned: ${warnings.join()}`)
  process.off("warning", onWarning)
  // Each file is whole, and there is no other.
  const done = aftermath.outcomes.filter(({ exit, plan }) => plan.kind === "exportReportTo" && Exit.isSuccess(exit))
  const files = Fs.readdirSync(path)
  const missing = done.filter(({ plan }) => !files.includes(`${plan.number}.csv`))
  claim(missing.length === 0, `${missing.length} exports left no file`)
  const kept = aftermath.outcomes.filter(({ exit, plan }) =>
    plan.kind === "exportReportTo" && (Exit.isSuccess(exit) || isInterrupted(exit))
  )
  claim(
    files.every((file) => kept.some(({ plan }) => file === `${plan.number}.csv`)),
    `files are left: ${files.join()}`
  )
  return { aftermath, found: [...violations(aftermath), ...left] }
}, Effect.scoped)

const served = Effect.provide(FakeDatadogServer.layerTest({ credentials: allowed, rateLimit: false }))

export interface Storms {
  readonly over: ReadonlyArray<keyof typeof clients>
  readonly count: number
  readonly seeds: ReadonlyArray<number>
  // Which runs their file.
  readonly command: string
}

export const describeStormsOverSockets = ({ command, count, over, seeds }: Storms): void => {
  for (const transport of over) {
    describe(`a storm over sockets and ${transport}`, () => {
      for (const seed of seeds) {
        it.live(`of ${count} operations leaves nothing behind: seed ${seed}`, () =>
          Effect.gen(function*() {
            const { aftermath, found } = yield* rage(transport, seed, count)
            assert.strictEqual(
              found.length,
              0,
              `${found.slice(0, 10).join("\n")}\nreplay it with STORM_SEED=${seed} ${command}\n`
            )
            assert.strictEqual(aftermath.outcomes.length, count)
          }).pipe(served), 60_000)
      }
    })
  }
}
