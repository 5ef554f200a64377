// Workers as processes, over a fake on a loopback port.
import { type FakeDatadog, FakeDatadogServer, Timeline } from "@effect-datadog/slo-report-testing"
import { Effect, type Scope } from "effect"
import { bundle, start } from "./processes.ts"
import type { Job } from "./worker.ts"

type World = FakeDatadog.FakeDatadog | FakeDatadogServer.FakeDatadogServer | Scope.Scope

export const inWorld = <A>(test: Effect.Effect<A, never, World>, timeline = Timeline.after("1 hour", "completed")) =>
  test.pipe(
    Effect.scoped,
    Effect.provide(FakeDatadogServer.layerTest({ rateLimit: false, report: { timeline } }))
  )

export const worker = (job: Job) =>
  Effect.flatMap(
    FakeDatadogServer.FakeDatadogServer,
    ({ url }) => Effect.flatMap(bundle, (script) => start(script, url, job))
  )

export const names = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix}:${index}`)
