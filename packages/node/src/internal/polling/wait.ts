/**
 * One wait for one report, as a stream of what each poll saw: it begins with the first pull, in a span.
 *
 * @since 0.1.0
 */
import type { DatadogError } from "@effect-datadog/slo-report/DatadogError"
import type { DatadogSite } from "@effect-datadog/slo-report/DatadogSite"
import type { ReportId, SloReport } from "@effect-datadog/slo-report/SloReport"
import * as Channel from "effect/Channel"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as PollPolicy from "../../PollPolicy.ts"
import type { WaitOptions } from "../../SloReportClient.ts"
import type { WaitTimedOut } from "../../SloReportError.ts"
import * as Delays from "../http/scheduleStepper.ts"
import type { MayPass } from "../report/export.ts"
import { PollLoop } from "./PollLoop.ts"
import type * as SharedPolls from "./SharedPolls.ts"

/** What the waits of a client share. @internal */
export interface Client {
  readonly site: DatadogSite
  readonly polls: () => SharedPolls.SharedPolls
  readonly status: (id: ReportId) => Effect.Effect<SloReport, DatadogError>
}

/**
 * @param mayPass which errors of a poll don't end the wait, beyond those that never do
 * @internal
 */
export const stream = <E>(
  client: Client,
  id: Effect.Effect<ReportId, E>,
  options: WaitOptions = {},
  mayPass: MayPass = () => false
): Stream.Stream<SloReport, DatadogError | WaitTimedOut | E> =>
  Stream.fromChannel(
    Channel.fromTransform((_: unknown, scope) => {
      let loop: PollLoop | undefined
      return Effect.succeed(Effect.suspend(() => {
        if (loop !== undefined) return loop.pull()
        const first = Effect.flatMap(id, (id) => Effect.uninterruptible(begin(client, id, options, mayPass, scope)))
        return Effect.flatMap(first, (begun) => {
          loop = begun
          return begun.pull()
        })
      }))
    })
  )

const begin = Effect.fnUntraced(
  function*(
    client: Client,
    id: ReportId,
    options: WaitOptions,
    mayPass: MayPass,
    scope: Scope.Scope
  ) {
    const started = yield* Clock.currentTimeMillis
    const end = started + Duration.toMillis(Duration.fromInputUnsafe(options.deadline ?? "30 minutes"))
    const delays = yield* Delays.make(options.poll ?? PollPolicy.default)
    const span = yield* Effect.makeSpan("SloReportClient.waitForReport", {
      attributes: { "datadog.site": client.site, "slo.report.id": id }
    })
    const { onSleep } = options
    const { polls, status } = client
    const given = { id, status, onSleep, mayPass, span, delays, started, end }
    const loop = new PollLoop(given, polls(), yield* Effect.context())
    yield* Scope.addFinalizerExit(scope, (exit) => loop.close(exit))
    return loop
  }
)
