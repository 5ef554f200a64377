import { FakeDatadog } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer } from "effect"
import { HttpClient, HttpServerResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { SloReportClient } from "../../src/index.ts"
import { apiKey } from "../utils/secrets.ts"
import { allowed, credentialsOf, numbered, type Options, storm } from "../utils/storm.ts"
import { violations } from "../utils/stormChecks.ts"
import { virtual } from "../utils/stormPlan.ts"
import { countSleeps, site } from "../utils/wait.ts"

type Plant = (client: HttpClient.HttpClient) => HttpClient.HttpClient

interface Rage extends Pick<Options, "seed" | "count"> {
  readonly plant?: Plant
}

// A storm in virtual time, and what it leaves behind in words.
export const rage = Effect.fnUntraced(
  function*(options: Partial<Options> & Rage) {
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
    const fiber = yield* storm({ climate: virtual, isVirtual: true, ...options }).pipe(
      Effect.provide(layer),
      Effect.provideService(Clock.Clock, clock),
      Effect.forkChild({ startImmediately: true })
    )
    yield* TestClock.adjust("3 hours")
    assert.isDefined(fiber.pollUnsafe(), `all operations have ended; seed ${options.seed}`)
    const aftermath = yield* Fiber.join(fiber)
    const left = [
      [yield* fake.inFlight, "requests in flight"],
      [pending(), "sleeps"],
      [(yield* fake.requests).length - aftermath.requests.length, "requests after the end"]
    ].filter(([count]) => count !== 0).map(([count, what]) => `seed ${options.seed}: ${count} ${what} are left`)
    return { aftermath, found: [...violations(aftermath), ...left] }
  }
)

// A whole storm as a test; the command is the one that runs its file.
export const itIsCalmAfter = (count: number, seed: number, command: string): void =>
  it.effect(`of ${count} operations leaves nothing behind: seed ${seed}`, () =>
    Effect.gen(function*() {
      const { aftermath, found } = yield* rage({ seed, count })
      assert.strictEqual(
        found.length,
        0,
        `${found.slice(0, 10).join("\n")}\nreplay it with STORM_SEED=${seed} ${command}\n`
      )
      assert.strictEqual(aftermath.outcomes.length, count)
    }), 60_000)

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

export const describePlantedFaults = (count: number): void => {
  describe("a storm with a planted fault", () => {
    for (const [name, { found, ...planted }] of Object.entries(plants)) {
      it.effect(`finds ${name}`, () =>
        Effect.gen(function*() {
          const { found: violations } = yield* rage({ seed: 1, count, ...planted })
          assert.isTrue(violations.some((violation) => found.test(violation)), violations.slice(0, 5).join("\n"))
        }), 60_000)
    }
  })
}
