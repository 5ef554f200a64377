/**
 * Shows a wait as it goes: one redrawn line on a terminal, otherwise a line for every change of status.
 */
import type { SloReport } from "@effect-datadog/slo-report"
import { type PollPolicy, SloReportMetrics } from "@effect-datadog/slo-report-node"
import { Clock, Duration, Effect, Metric, Schedule } from "effect"

const heldUp = Metric.withAttributes(SloReportMetrics.sleptSeconds, { cause: "rate_limit" })

const seconds = (millis: number): string => `${Math.max(0, Math.round(millis / 1000))} s`

export const make = (output: NodeJS.WriteStream) =>
  Effect.gen(function*() {
    const started = yield* Clock.currentTimeMillis
    let status = "not asked yet"
    let polls = 0
    let nextPoll = started

    const line = Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const held = (yield* Metric.value(heldUp)).count
      return [
        status,
        `${seconds(now - started)} elapsed`,
        `${polls} ${polls === 1 ? "poll" : "polls"}`,
        ...(nextPoll > now ? [`next poll in ${seconds(nextPoll - now)}`] : []),
        ...(held > 0 ? [`held up by the rate limit for ${seconds(held * 1000)}`] : [])
      ].join(" · ")
    })
    const redraw = Effect.flatMap(line, (text) =>
      Effect.sync(() => output.write(`\r\u001b[2K${text.slice(0, output.columns - 1)}`)))

    if (output.isTTY) {
      yield* Effect.addFinalizer(() =>
        Effect.andThen(redraw, Effect.sync(() => output.write("\n")))
      )
      yield* Effect.forkScoped(Effect.repeat(redraw, Schedule.spaced("200 millis")))
    }

    return {
      /** Notes when the policy polls next. */
      observe: (policy: PollPolicy.PollPolicy): PollPolicy.PollPolicy =>
        Schedule.tap(policy, ({ duration, now }) => Effect.sync(() => nextPoll = now + Duration.toMillis(duration))),
      /** Notes what a poll saw. */
      show: (report: SloReport.SloReport) =>
        Effect.gen(function*() {
          const isChange = status !== report.rawStatus
          status = report.rawStatus
          polls += 1
          if (isChange && !output.isTTY) output.write(`${yield* line}\n`)
        })
    }
  })
