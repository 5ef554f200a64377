/**
 * So many waits of one client in a process of its own, none of which ends, each with a poll every 30 s: what each
 * keeps, and what a poll costs.
 */
import { PollPolicy, SloReportClient } from "@effect-datadog/slo-report-node"
import { Effect, Logger, Stream } from "effect"
import { HttpClient } from "effect/http"
import { VirtualClock } from "../VirtualClock.ts"
import { options } from "../waits/fleets.ts"
import { httpClient, ReportServer } from "../waits/server.ts"

const [, , count = "", mode = "", polls = ""] = process.argv
const waits = Number(count)
const second = 1000
const interval = 30 * second

const clock = new VirtualClock()
const ids = Array.from({ length: waits }, (_, index) => `job-${index}`)
const jobs = new Map(ids.map((id) => [id, Infinity]))
const server = new ReportServer(clock, jobs, { limit: 10 * waits, period: 60 * second })

const own = mode === "alone" ? ({ pacing: false } as const) : {}
const all = { concurrency: "unbounded", discard: true } as const
const policy = { poll: PollPolicy.fixed(interval), deadline: "24 hours" } as const
const program = Effect.gen(function*() {
  const client = yield* SloReportClient.make({ ...options, ...own })
  const one = (id: string) =>
    mode === "calls"
      ? Effect.forever(Effect.andThen(client.getReportStatus(id), Effect.sleep(interval)))
      : Stream.runDrain(client.waitForReport(id, policy))
  yield* Effect.forEach(ids, one, all)
})

const heap = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

const empty = heap()
const start = clock.now
void clock.runEffect(
  program.pipe(
    Effect.provideService(HttpClient.HttpClient, httpClient(server)),
    Effect.scoped,
    Effect.provide(Logger.layer([]))
  ),
  start
)
await clock.run(() => false, { end: start + interval / 2 })
const asleep = heap()
const requests = server.requests
const before = process.cpuUsage()
await clock.run(() => false, { end: start + interval / 2 + Number(polls) * interval })
const { system, user } = process.cpuUsage(before)
const polled = server.requests - requests
console.log(JSON.stringify({
  bytes: (asleep - empty) / waits,
  cpu: (system + user) / polled,
  polls: polled / waits,
  refused: server.refused
}))
process.exit()
