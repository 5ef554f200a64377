import { Effect, Match } from "effect"
import { expectTypeOf } from "vitest"
import type { DatadogError, SloReport } from "@effect-datadog/slo-report"
import type { SloReportClient, SloReportError } from "../src/index.ts"

declare const client: SloReportClient.Service

// Handling all tags leaves no error; leaving one out leaves that one.
const handled = client.getReportStatus("x").pipe(Effect.catchTags({
  DatadogBadRequest: () => Effect.succeed("a"),
  DatadogUnauthorized: () => Effect.succeed("b"),
  DatadogForbidden: () => Effect.succeed("c"),
  DatadogNotFound: () => Effect.succeed("d"),
  DatadogTooManyRequests: ({ retryAfter }) => Effect.succeed(String(retryAfter)),
  DatadogServerError: () => Effect.succeed("e"),
  DatadogUnexpectedStatus: ({ location }) => Effect.succeed(String(location)),
  DatadogTransportError: ({ reason }) => Effect.succeed(reason),
  DatadogProtocolError: ({ excerpt, issue }) => Effect.succeed(issue + excerpt),
  InvalidReportId: ({ id }) => Effect.succeed(id)
}))
expectTypeOf<Effect.Error<typeof handled>>().toEqualTypeOf<never>()
expectTypeOf<Effect.Success<typeof handled>>().toEqualTypeOf<SloReport.SloReport | string>()

const exceptOne = client.awaitReport("x").pipe(
  Effect.catchTag(
    [
      "DatadogBadRequest",
      "DatadogUnauthorized",
      "DatadogForbidden",
      "DatadogNotFound",
      "DatadogTooManyRequests",
      "DatadogServerError",
      "DatadogUnexpectedStatus",
      "DatadogTransportError",
      "DatadogProtocolError",
      "InvalidReportId",
      "WaitTimedOut"
    ],
    () => Effect.succeed("handled")
  )
)
expectTypeOf<Effect.Error<typeof exceptOne>>().toEqualTypeOf<SloReportError.ReportFailed>()

// The documented four are four of the nine.
expectTypeOf<DatadogError.SloReportApiError>().toExtend<DatadogError.DatadogError>()
expectTypeOf<Exclude<DatadogError.DatadogError, DatadogError.SloReportApiError>["_tag"]>().toEqualTypeOf<
  | "DatadogUnauthorized"
  | "DatadogServerError"
  | "DatadogUnexpectedStatus"
  | "DatadogTransportError"
  | "DatadogProtocolError"
>()

// A tag that can't occur is a compile error, and so is one that is left out of an exhaustive match.
export const refusedTag = client.getReportStatus("x").pipe(
  // @ts-expect-error a status has no deadline
  Effect.catchTag("WaitTimedOut", () => Effect.succeed("never"))
)

Match.type<DatadogError.SloReportApiError>().pipe(
  Match.tag("DatadogBadRequest", () => "a"),
  Match.tag("DatadogForbidden", () => "b"),
  Match.tag("DatadogNotFound", () => "c"),
  // @ts-expect-error DatadogTooManyRequests is left out
  Match.exhaustive
)
