/**
 * Shows a wait or an export as it goes: one redrawn line on a terminal, otherwise a line for every change.
 */
import type { SloReport } from "@effect-datadog/slo-report"
import type { ExportProgress, WaitEvent } from "@effect-datadog/slo-report-node"
import { Clock, Duration, Effect, Schedule } from "effect"

const seconds = (millis: number): string => `${Math.max(0, Math.round(millis / 1000))} s`

const count = (bytes: number): string => bytes.toLocaleString("en-US")

export const make = (output: NodeJS.WriteStream, beginning = "not asked yet") =>
  Effect.gen(function*() {
    const started = yield* Clock.currentTimeMillis
    let state = beginning
    let details: ReadonlyArray<string> = []
    let polls = 0
    let heldUp = 0
    let sleep = { cause: "poll", from: started, until: started }
    let isPrinted = true

    const line = Effect.map(Clock.currentTimeMillis, (now) => {
      const held = heldUp + (sleep.cause === "rate_limit" ? now - sleep.from : 0)
      return [
        state,
        ...details,
        `${seconds(now - started)} elapsed`,
        `${polls} ${polls === 1 ? "poll" : "polls"}`,
        ...(sleep.until > now ? [`next poll in ${seconds(sleep.until - now)}`] : []),
        ...(held >= 500 ? [`held up by the rate limit for ${seconds(held)}`] : [])
      ].join(" · ")
    })
    const redraw = Effect.flatMap(line, (text) =>
      Effect.sync(() => output.write(`\r\u001b[2K${text.slice(0, (output.columns || 80) - 1)}`)))

    const begin = (cause: string, millis: number) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        if (sleep.cause === "rate_limit") {
          heldUp += now - sleep.from
        }
        sleep = { cause, from: now, until: now + millis }
      })

    const print = Effect.suspend(() => {
      if (isPrinted || output.isTTY) {
        return Effect.void
      }
      isPrinted = true
      return Effect.map(line, (text) =>
        output.write(`${text}\n`))
    })

    const turnTo = Effect.fnUntraced(function*(next: string, ...more: ReadonlyArray<string>) {
      yield* begin("poll", 0)
      isPrinted &&= state === next
      state = next
      details = more
    })

    // Its line waits for the sleep that follows, which knows when the next poll is.
    const show = (report: SloReport.SloReport) =>
      Effect.suspend(() => {
        polls += 1
        return Effect.andThen(print, turnTo(report.rawStatus))
      })

    const step = (...next: Parameters<typeof turnTo>) => Effect.andThen(Effect.andThen(print, turnTo(...next)), print)

    const finish = output.isTTY ? Effect.andThen(redraw, Effect.sync(() => output.write("\n"))) : print
    yield* Effect.addFinalizer(() => finish)
    if (output.isTTY) yield* Effect.forkScoped(Effect.repeat(redraw, Schedule.spaced("200 millis")))

    return {
      /** Notes that the wait sleeps, and what for. */
      onSleep: ({ cause, duration }: WaitEvent.WaitSleep) =>
        Effect.andThen(begin(cause, Duration.toMillis(duration)), print),
      /** Notes what a poll saw. */
      show,
      /** Notes how far an export has come. */
      showExport: (progress: ExportProgress.ExportProgress) => {
        switch (progress._tag) {
          case "SourceChosen":
            return progress.source === "report" ? Effect.void : step("searching")
          case "EndAnnounced":
            // The client logs it.
            return Effect.void
          case "SlosFound":
            return step("computing", `${count(progress.slos)} SLOs in ${count(progress.intervals)} intervals`)
          case "RowDone":
            return step("computing", `${count(progress.rows)} of ${count(progress.total)} rows`)
          case "Created":
            return step("created")
          case "Polled":
            return show(progress.report)
          case "Downloading": {
            const total = progress.total === undefined ? "" : ` of ${count(progress.total)}`
            return step("downloading", `${count(progress.bytes)}${total} bytes`)
          }
          case "Done":
            return step(progress.report === undefined ? "computed" : "downloaded", `${count(progress.bytes)} bytes`)
        }
      }
    }
  })
