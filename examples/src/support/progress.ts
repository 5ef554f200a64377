/**
 * Shows a wait as it goes: one redrawn line on a terminal, otherwise a line for every change of status.
 */
import type { SloReport } from "@effect-datadog/slo-report"
import type { WaitEvent } from "@effect-datadog/slo-report-node"
import { Clock, Duration, Effect, Schedule } from "effect"

const seconds = (millis: number): string => `${Math.max(0, Math.round(millis / 1000))} s`

export const make = (output: NodeJS.WriteStream) =>
  Effect.gen(function*() {
    const started = yield* Clock.currentTimeMillis
    let status = "not asked yet"
    let polls = 0
    let heldUp = 0
    let sleep = { cause: "poll", from: started, until: started }

    const line = Effect.map(Clock.currentTimeMillis, (now) => {
      const held = heldUp + (sleep.cause === "rate_limit" ? now - sleep.from : 0)
      return [
        status,
        `${seconds(now - started)} elapsed`,
        `${polls} ${polls === 1 ? "poll" : "polls"}`,
        ...(sleep.until > now ? [`next poll in ${seconds(sleep.until - now)}`] : []),
        ...(held >= 500 ? [`held up by the rate limit for ${seconds(held)}`] : [])
      ].join(" · ")
    })
    const redraw = Effect.flatMap(line, (text) =>
      Effect.sync(() => output.write(`\r\u001b[2K${text.slice(0, output.columns - 1)}`)))

    const begin = (cause: string, millis: number) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        if (sleep.cause === "rate_limit") {
          heldUp += now - sleep.from
        }
        sleep = { cause, from: now, until: now + millis }
      })

    if (output.isTTY) {
      yield* Effect.addFinalizer(() =>
        Effect.andThen(redraw, Effect.sync(() => output.write("\n")))
      )
      yield* Effect.forkScoped(Effect.repeat(redraw, Schedule.spaced("200 millis")))
    }

    return {
      /** Notes that the wait sleeps, and what for. */
      onSleep: ({ cause, duration }: WaitEvent.WaitSleep) => begin(cause, Duration.toMillis(duration)),
      /** Notes what a poll saw. */
      show: (report: SloReport.SloReport) =>
        Effect.gen(function*() {
          yield* begin("poll", 0)
          const isChange = status !== report.rawStatus
          status = report.rawStatus
          polls += 1
          if (isChange && !output.isTTY) output.write(`${yield* line}\n`)
        })
    }
  })
