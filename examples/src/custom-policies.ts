/**
 * Own retry and poll schedules, and every error handled by its tag.
 *
 *     REPORT_DATA_ID=… node src/custom-policies.ts
 */
import { NodeSloReportClient, PollPolicy, RetryPolicy, SloReportClient } from "@effect-datadog/slo-report-node"
import { Config, Console, Effect, Layer, Schedule } from "effect"
import { environment } from "./support/environment.ts"
import { main, messageOf } from "./support/main.ts"

// Six quick retries; a rate limit is waited for up to five minutes.
const retry = RetryPolicy.make({ times: 6, base: "200 millis", cap: "5 seconds", maxWait: "5 minutes" })

// Every second for the first ten polls, then twice the default's interval.
const poll = Schedule.concat(
  PollPolicy.fixed("1 second").pipe(Schedule.upTo({ times: 10 })),
  PollPolicy.sqrt({ factor: 2, max: "1 minute" })
)

const program = Effect.gen(function*() {
  const client = yield* SloReportClient.SloReportClient
  const id = yield* Config.String("REPORT_DATA_ID")
  const report = yield* client.awaitReport(id, { poll, deadline: "10 minutes" })
  yield* Console.log(`Report ${report.id} is ${report.status}.`)
  return 0
})

program.pipe(
  Effect.catchTags({
    DatadogNotFound: (error) => Effect.as(Console.error(`No such report, create it anew. ${error.message}`), 1),
    ReportFailed: (error) => Effect.as(Console.error(`Check the query of the report. ${error.message}`), 1),
    WaitTimedOut: (error) =>
      Effect.as(Console.error(`Still ${error.last?.status ?? "unknown"} after ${error.polls} polls.`), 1)
  }),
  // What is left must be one of these: a tag that is not handled is a compile error.
  Effect.catch((error) => {
    switch (error._tag) {
      case "InvalidReportId":
      case "ConfigError":
      case "DatadogBadRequest":
      case "DatadogUnauthorized":
      case "DatadogForbidden":
        return Effect.as(Console.error(`Yours to fix: ${messageOf(error)}`), 2)
      case "DatadogTooManyRequests":
      case "DatadogServerError":
      case "DatadogTransportError":
        return Effect.as(Console.error(`May pass: ${error.message}`), 2)
      case "DatadogUnexpectedStatus":
      case "DatadogProtocolError":
        return Effect.as(Console.error(`Not Datadog's API: ${error.message}`), 2)
      default:
        return error satisfies never
    }
  }),
  Effect.provide(Layer.provideMerge(NodeSloReportClient.layerNode({ retry }), environment)),
  main
)
