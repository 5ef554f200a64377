import { FakeDatadog } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Clock, Effect, Exit, Fiber, Layer } from "effect"
import { HttpClient, HttpServerResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { SloReportClient } from "../src/index.ts"
import { allowed, credentialsOf, isInterrupted, numbered, type Options, storm, virtual } from "./utils/storm.ts"
import { tagOf, tags, violations } from "./utils/stormChecks.ts"
import { apiKey } from "./utils/secrets.ts"
import { countSleeps, site } from "./utils/wait.ts"

const storms = 18
const perStorm = 1000

const seeds = process.env.STORM_SEED === undefined
  ? Array.from({ length: storms }, (_, index) => index + 1)
  : [Number(process.env.STORM_SEED)]

const replay = (seed: number) => `replay it with STORM_SEED=${seed} pnpm vitest run packages/node/test/Storm.test.ts`

setFlagsFromString("--expose-gc")
const collectGarbage: () => void = runInNewContext("gc")

const heapUsed = (): number => {
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().heapUsed
}

type Plant = (client: HttpClient.HttpClient) => HttpClient.HttpClient

// A storm in virtual time, and what it leaves behind in words.
const rage = Effect.fnUntraced(
  function*(options: Partial<Options> & { readonly seed: number; readonly plant?: Plant }) {
    const fake = yield* FakeDatadog.make({
      credentials: allowed,
      rateLimit: options.seed % 3 === 0 ? { limit: 400, period: "10 seconds", name: "slo_report" } : false
    })
    const { clock, pending } = yield* countSleeps
    const layer = SloReportClient.layer({
      site,
      credentials: credentialsOf(options.seed),
      attemptTimeout: virtual.attemptTimeout,
      transformClient: numbered(options.plant)
    }).pipe(
      Layer.provide(FakeDatadog.layerClient),
      Layer.provideMerge(Layer.succeed(FakeDatadog.FakeDatadog, fake))
    )
    const fiber = yield* storm({ count: perStorm, climate: virtual, isVirtual: true, ...options }).pipe(
      Effect.provide(layer),
      Effect.provideService(Clock.Clock, clock),
      Effect.forkChild({ startImmediately: true })
    )
    yield* TestClock.adjust("3 hours")
    assert.isDefined(fiber.pollUnsafe(), `all operations have ended; ${replay(options.seed)}`)
    const aftermath = yield* Fiber.join(fiber)
    const left = [
      [yield* fake.inFlight, "requests in flight"],
      [pending(), "sleeps"],
      [(yield* fake.requests).length - aftermath.requests.length, "requests after the end"]
    ].filter(([count]) => count !== 0).map(([count, what]) => `seed ${options.seed}: ${count} ${what} are left`)
    return { aftermath, found: [...violations(aftermath), ...left] }
  }
)

const assertCalm = (seed: number, found: ReadonlyArray<string>) =>
  assert.strictEqual(found.length, 0, `${found.slice(0, 10).join("\n")}\n${replay(seed)}\n`)

describe("a storm in memory", () => {
  let level = Infinity

  for (const seed of seeds) {
    it.effect(`of ${perStorm} operations leaves nothing behind: seed ${seed}`, () =>
      Effect.gen(function*() {
        const { aftermath, found } = yield* rage({ seed })
        assertCalm(seed, found)
        assert.strictEqual(aftermath.outcomes.length, perStorm)
      }), 60_000)

    // The first storm warms up: what is made once, is made.
    if (seed === seeds[0]) it("warms up", () => void (level = heapUsed()))
  }

  it("leaves the memory at its level", () => {
    const growth = heapUsed() - level
    assert.isBelow(growth, 25e6, `bytes that ${(seeds.length - 1) * perStorm} operations left behind`)
  })

  it.effect("is the same storm for the same seed", () =>
    Effect.gen(function*() {
      const told = ({ aftermath }: Effect.Success<ReturnType<typeof rage>>) =>
        aftermath.requests.map(({ at, fault, path, status }) => [at, path, status, fault])
      const first = yield* rage({ seed: 5, count: 200 })
      const again = yield* rage({ seed: 5, count: 200 }).pipe(Effect.provide(TestClock.layer()))
      const other = yield* rage({ seed: 6, count: 200 }).pipe(Effect.provide(TestClock.layer()))
      assert.deepStrictEqual(told(again), told(first))
      assert.notDeepEqual(told(other), told(first))
    }), 60_000)

  it.effect("meets what it is made for", () =>
    Effect.gen(function*() {
      const one = (yield* rage({ seed: 7 })).aftermath
      const other = (yield* rage({ seed: 9 }).pipe(Effect.provide(TestClock.layer()))).aftermath
      const outcomes = [...one.outcomes, ...other.outcomes]
      const requests = [...one.requests, ...other.requests]
      const ends = outcomes.map(({ exit }) => Exit.isSuccess(exit) ? "value" : tagOf(Cause.squash(exit.cause)))
      for (const end of ["value", ...new Set(Object.values(tags).flat())]) {
        assert.include(ends, end, "an end that no operation had")
      }
      assert.isAbove(ends.filter((end) => end === "value").length, perStorm / 5)
      assert.isAbove(outcomes.filter(({ exit }) => isInterrupted(exit)).length, perStorm / 20)
      assert.isAbove(requests.filter(({ fault }) => fault !== undefined).length, perStorm)
    }), 60_000)
})

const onStatus = (
  change: (text: string) => string
): Plant =>
  HttpClient.transform((effect, request) =>
    Effect.flatMap(effect, (response) =>
      response.status === 200 && request.url.endsWith("/status")
        ? Effect.map(
          response.text,
          (text) => HttpServerResponse.toClientResponse(HttpServerResponse.text(change(text)), { request })
        )
        : Effect.succeed(response))
  )

interface Planted extends Partial<Options> {
  readonly plant?: Plant
  readonly found: RegExp
}

const plants: Record<string, Planted> = {
  "a key in a log": {
    plant: HttpClient.transform((effect, request) =>
      Effect.andThen(Effect.logDebug(Object.values(request.headers).join(" ")), effect)
    ),
    found: /^seed 1, operation \d+, \w+: what it prints holds a part of a key/
  },
  "a key in an error": {
    spoil: (self) => Effect.mapError(self, (error) => Object.assign(Object(error), { key: apiKey })),
    found: /what it prints holds a part of a key/
  },
  "a POST that is sent twice": {
    plant: HttpClient.transform((effect, request) =>
      request.method === "POST" ? Effect.andThen(effect, effect) : effect
    ),
    found: /a POST was sent again after 200/
  },
  "a POST that is sent again after a loss": {
    plant: HttpClient.transform((effect, request) =>
      request.method === "POST" ? Effect.catch(effect, () => effect) : effect
    ),
    found: /a POST was sent again after no answer \((ECONNRESET|lost answer)\)/
  },
  "a terminal answer that is lost": {
    plant: onStatus((text) => text.replace(/"(completed|failed)\w*"/, "\"in_progress\"")),
    found: /the fake told that report \S+ is done at \d+, and its wait did not see it/
  },
  "a terminal status that is another": {
    plant: onStatus((text) => text.replace("\"failed\"", "\"completed\"")),
    found: /is failed, and its wait saw completed/
  },
  "a retry too many": {
    plant: HttpClient.transform((effect, request) =>
      request.method === "GET" ? Effect.andThen(effect, effect) : effect
    ),
    found: /sent \d+ requests to status, allowed are \d+/
  },
  "a defect": {
    spoil: Effect.orDie,
    found: /ended in Die/
  },
  "a sleep that goes on": {
    plant: HttpClient.transform((effect) => Effect.andThen(Effect.forkDetach(Effect.sleep("1 day")), effect)),
    found: /\d+ sleeps are left/
  },
  "a request that is never ended": {
    plant: HttpClient.transform((effect) =>
      Effect.andThen(Effect.forkDetach(Effect.delay(Effect.andThen(effect, Effect.never), "90 minutes")), effect)
    ),
    found: /requests after the end are left/
  }
}

describe("a storm with a planted fault", () => {
  for (const [name, { found, ...planted }] of Object.entries(plants)) {
    it.effect(`finds ${name}`, () =>
      Effect.gen(function*() {
        const { found: violations } = yield* rage({ seed: 1, count: 250, ...planted })
        assert.isTrue(violations.some((violation) => found.test(violation)), violations.slice(0, 5).join("\n"))
      }), 60_000)
  }
})
