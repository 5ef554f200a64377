/**
 * One wait for one report, as a stream of what each poll saw: it begins with the first pull, in a span.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { DatadogSite } from "@effect-datadog/slo-report/DatadogSite"
import type { ReportId, SloReport } from "@effect-datadog/slo-report/SloReport"
import * as Channel from "effect/Channel"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as PollPolicy from "../../PollPolicy.ts"
import type { WaitTimedOut } from "../../SloReportError.ts"
import type { WaitOptions } from "../../WaitOptions.ts"
import * as Bounds from "../http/bounds.ts"
import type { Counts } from "../http/counts.ts"
import * as Monotonic from "../http/monotonic.ts"
import * as ScheduleStepper from "../http/scheduleStepper.ts"
import type { SharedPolls } from "./sharedPolls.ts"
import { Subscription } from "./subscription.ts"
import { type KnownReports, WaitLoop } from "./waitLoop.ts"

/** What the waits of a client have in common. @internal */
export interface WaitContext {
  readonly site: DatadogSite
  readonly polls: SharedPolls
  readonly created: KnownReports
  readonly counts: Counts
}

/** @internal */
export const stream = <E>(
  context: WaitContext,
  id: Effect.Effect<ReportId, E>,
  options: WaitOptions = {}
): Stream.Stream<SloReport, DatadogError | WaitTimedOut | E> =>
  Stream.fromChannel(
    Channel.fromTransform((_: unknown, scope) => {
      let loop: WaitLoop | undefined
      return Effect.succeed(Effect.suspend(() => {
        if (loop !== undefined) return loop.pull()
        const first = Effect.flatMap(id, (id) => Effect.uninterruptible(begin(context, id, options, scope)))
        return Effect.flatMap(first, (begun) => {
          loop = begun
          return begun.pull()
        })
      }))
    })
  )

/**
 * In milliseconds; throws a `RangeError` for what can't be one.
 *
 * @internal
 */
export const deadlineOf = ({ deadline = "30 minutes" }: WaitOptions): number =>
  Bounds.millis("deadline", deadline, { atLeast: 0, isFinite: false })

// Whatever a schedule says, in milliseconds: nothing at Datadog changes faster.
const minInterval = 100

const begin = Effect.fnUntraced(
  function*({ counts, created, polls, site }: WaitContext, id: ReportId, options: WaitOptions, scope: Scope.Scope) {
    const started = yield* Monotonic.millis
    const end = started + deadlineOf(options)
    const nextInterval = yield* ScheduleStepper.make(options.poll ?? PollPolicy.default, minInterval)
    const attributes = { "datadog.site": site, "slo.report.id": id }
    const span = yield* Effect.makeSpan("SloReportClient.waitForReport", { attributes })
    const context = yield* Effect.context()
    const { onSleep } = options
    const subscription = new Subscription(polls, id, span, started)
    const loop = new WaitLoop(
      { id, counts, created, onSleep, span, context, nextInterval, started, end },
      subscription
    )
    yield* Scope.addFinalizerExit(scope, (exit) => loop.close(exit))
    return loop
  }
)
