/**
 * How far a command has come, on standard error: one line that is redrawn on a terminal, otherwise a line for every
 * change and one a minute.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { SloReport } from "@effect-datadog/slo-report/SloReport"
import type { ExportState } from "@effect-datadog/slo-report-durable/ReportExport"
import type { ExportProgress } from "@effect-datadog/slo-report-node/ExportProgress"
import type { WaitSleep } from "@effect-datadog/slo-report-node/WaitEvent"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { Stderr } from "./Stderr.ts"

/** @internal */
export class Progress extends Context.Service<Progress, {
  /** A line, but where none is wanted. */
  readonly say: (text: string) => Effect.Effect<void>
  readonly exported: (event: ExportProgress) => Effect.Effect<void>
  readonly polled: (report: SloReport) => Effect.Effect<void>
  /** An export that is kept. */
  readonly kept: (state: ExportState) => Effect.Effect<void>
  readonly onSleep: (sleep: WaitSleep) => Effect.Effect<void>
  /** Tells how to go on with the report where the time is over, or ^C has ended it. */
  readonly resumable: (
    report: () => string | undefined
  ) => <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}>()("@effect-datadog/slo-report-cli/Progress") {}

/** @internal */
export const layer = (isQuiet: boolean): Layer.Layer<Progress, never, Stderr> =>
  Layer.effect(
    Progress,
    Effect.gen(function*() {
      const stderr = yield* Stderr
      const state = yield* makeState
      const show = (isChange: boolean) =>
        isQuiet ? Effect.void : Effect.flatMap(
          state.line,
          (text) =>
            text === undefined
              ? Effect.void
              : stderr.isTerminal
              ? stderr.draw(text)
              : isChange
              ? stderr.line(text)
              : Effect.void
        )
      const say = (text: string) => isQuiet ? Effect.void : stderr.line(text)
      const turnTo = (name: string, details?: string) => Effect.flatMap(state.turnTo(name, details), show)
      if (!isQuiet) {
        const every = stderr.isTerminal ? "200 millis" : "1 minute"
        yield* Effect.forkScoped(Effect.schedule(show(true), Schedule.spaced(every)))
      }
      return Progress.of({
        say,
        exported: (event) => {
          switch (event._tag) {
            case "SourceChosen":
              return event.source === "report" ? Effect.void : Effect.andThen(
                event.reason === "closed"
                  ? say(`Datadog makes no report here${statusOf(event.refusal)}: trying the histories of the SLOs.`)
                  : Effect.void,
                turnTo("searching")
              )
            case "EndAnnounced":
              return say(
                `Datadog announces the end of ${event.endpoint}${until(event)}. --source history does without it.`
              )
            case "Created":
              return say(`report ${event.id} is created`)
            case "Polled":
              return Effect.andThen(state.poll, turnTo(event.report.rawStatus))
            case "Downloading":
              return turnTo("downloading", part(event.bytes, event.total, "bytes"))
            case "SlosFound":
              return turnTo("computing", `${count(event.slos)} SLOs in ${count(event.intervals)} intervals`)
            case "RowDone":
              return turnTo("computing", part(event.rows, event.total, "rows"))
            case "Done":
              return turnTo(event.report === undefined ? "computed" : "downloaded", `${count(event.bytes)} bytes`)
          }
        },
        polled: (report) => Effect.andThen(state.poll, turnTo(report.rawStatus)),
        kept: (kept) => {
          switch (kept._tag) {
            case "Creating":
              return turnTo("creating")
            case "Waiting":
              return Effect.andThen(
                Effect.suspend(() => state.tells(kept.report) ? say(`report ${kept.report} is created`) : Effect.void),
                turnTo("waiting")
              )
            case "Delivering":
              return turnTo("downloading")
            case "Computing":
              return turnTo("computing", part(kept.rows, kept.total, "rows"))
            case "Done":
            case "Failed":
              return Effect.void
          }
        },
        onSleep: ({ cause, duration }) => Effect.andThen(state.sleep(cause, duration), show(false)),
        resumable: (report) => (self) =>
          Effect.onExit(self, (exit) => {
            const id = report()
            return id !== undefined && Exit.isFailure(exit) && isPaused(exit.cause)
              ? stderr.line(`to go on with the report: --report ${id}`)
              : Effect.void
          })
      })
    })
  )

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

// By ^C, at the deadline, or in the middle of a download.
const isPaused = (cause: Cause.Cause<unknown>): boolean => !Cause.hasDies(cause) && !final.some(hasTag(cause))

// After these there is nothing to go on with.
const final = ["ReportFailed", "InvalidReportId", "DatadogBadRequest", "DatadogNotFound"]

const hasTag = (cause: Cause.Cause<unknown>) => (tag: string): boolean => {
  const error: unknown = Cause.squash(cause)
  return typeof error === "object" && error !== null && "_tag" in error && error._tag === tag
}

const makeState = Effect.map(Clock.currentTimeMillis, (started) => {
  let name: string | undefined
  let details: string | undefined
  let polls = 0
  let sleep = { cause: "poll", from: started, until: started }
  let heldUp = 0
  let told: string | undefined
  const endSleep = (now: number) => {
    if (sleep.cause === "rate_limit") heldUp += now - sleep.from
    sleep = { cause: "poll", from: now, until: now }
  }
  return {
    /** `undefined` where nothing has happened yet. */
    line: Effect.map(Clock.currentTimeMillis, (now) => {
      if (name === undefined) return undefined
      const held = heldUp + (sleep.cause === "rate_limit" ? now - sleep.from : 0)
      return [
        name,
        ...(details === undefined ? [] : [details]),
        `${seconds(now - started)} elapsed`,
        ...(polls === 0 ? [] : [`${polls} ${polls === 1 ? "poll" : "polls"}`]),
        ...(sleep.until > now ? [`next poll in ${seconds(sleep.until - now)}`] : []),
        ...(held >= 500 ? [`held up by the rate limit for ${seconds(held)}`] : [])
      ].join(" · ")
    }),
    /** Whether that is a change. */
    turnTo: (next: string, more?: string) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        endSleep(now)
        const isChange = next !== name
        name = next
        details = more
        return isChange
      }),
    /** Whether a report was not told of before. */
    tells: (report: string) => {
      const isNew = told !== report
      told = report
      return isNew
    },
    poll: Effect.sync(() => {
      polls += 1
    }),
    sleep: (cause: string, duration: Duration.Duration) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        endSleep(now)
        sleep = { cause, from: now, until: now + Duration.toMillis(duration) }
      })
  }
})

const statusOf = (refusal: DatadogError | undefined): string =>
  refusal !== undefined && "status" in refusal ? ` (${refusal.status})` : ""

const seconds = (millis: number): string => `${Math.max(0, Math.round(millis / 1000))} s`

const count = (number: number): string => number.toLocaleString("en-US")

const part = (done: number, total: number | undefined, unit: string): string =>
  `${count(done)}${total === undefined ? "" : ` of ${count(total)}`} ${unit}`

const until = ({ status, sunset }: { readonly status: number; readonly sunset?: string }): string =>
  status === 410 ? ", it is gone" : sunset === undefined ? "" : ` on ${sunset}`
