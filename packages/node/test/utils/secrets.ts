import { DatadogError } from "@effect-datadog/slo-report"
import { Cause, Effect, Exit, Logger, References, Schema, Tracer } from "effect"
import { HttpClient } from "effect/http"
import { inspect } from "node:util"

// As long as Datadog's own; no part of one occurs anywhere else.
export const apiKey = "0c4a7a57c4a4a7190c4a7a57c4a4a7f1"

export const applicationKey = "9b3e1d60c4a4a71b3e1d60c4a4a719b3e1d6028e"

export const accessToken = "ddpat_Zq7canaryK3xVt9Lw0canaryRb5"

export const canaries = [apiKey, applicationKey, accessToken]

// Ten characters that follow each other give a secret away, too.
const needles = canaries.flatMap((canary) =>
  Array.from({ length: canary.length - 9 }, (_, start) => canary.slice(start, start + 10))
)

export const findCanary = (text: string): string | undefined => needles.find((needle) => text.includes(needle))

// All ways to print a value.
export const print = (value: unknown): string =>
  [
    String(value),
    inspect(value),
    inspect(value, { depth: Infinity, showHidden: true, maxArrayLength: Infinity, maxStringLength: Infinity }),
    toJson(value),
    ...(value instanceof Error ? [value.message, value.stack ?? "", inspect(value.cause, { depth: Infinity })] : []),
    ...(Schema.is(DatadogError.DatadogError)(value)
      ? [JSON.stringify(Schema.encodeSync(DatadogError.DatadogError)(value))]
      : []),
    ...(Exit.isExit(value) && Exit.isFailure(value) ? printCause(value.cause) : [])
  ].join("\n")

const printCause = (cause: Cause.Cause<unknown>): ReadonlyArray<string> => [
  Cause.pretty(cause),
  ...Cause.prettyErrors(cause).map((error) => `${error.stack} ${inspect(error, { depth: Infinity })}`),
  String(Cause.squash(cause)),
  ...cause.reasons.flatMap((reason) => reason._tag === "Fail" ? [print(reason.error)] : [])
]

const toJson = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? ""
  } catch (error) {
    return String(error)
  }
}

export interface Watch {
  readonly logs: Array<string>
  readonly spans: Array<Tracer.NativeSpan>
}

export const makeWatch = (): Watch => ({ logs: [], spans: [] })

// Collects all logs from trace on and all spans, with every header captured.
export const watching = (watch: Watch) => <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  self.pipe(
    Effect.withTracer(Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        watch.spans.push(span)
        return span
      }
    })),
    Effect.provideService(HttpClient.TracerHeaderFilter, () => true),
    Effect.provide(Logger.layer([
      Logger.make(({ cause, fiber, logLevel, message }) => {
        watch.logs.push(
          [logLevel, print(message), Cause.pretty(cause), print(fiber.getRef(References.CurrentLogAnnotations))].join(
            " "
          )
        )
      }),
      Logger.make((options) => void watch.logs.push(Logger.formatLogFmt.log(options) + Logger.formatJson.log(options)))
    ])),
    Effect.provideService(References.MinimumLogLevel, "Trace")
  )

// What an exporter sends of a span.
export const printSpan = (span: Tracer.NativeSpan): string =>
  [
    span.name,
    print([...span.attributes]),
    print(span.events),
    print(span.links.map(({ attributes }) => attributes)),
    ...(span.status._tag === "Ended" && Exit.isFailure(span.status.exit) ? [print(span.status.exit)] : [])
  ].join("\n")

export const printWatch = (watch: Watch): string => [...watch.logs, ...watch.spans.map(printSpan)].join("\n")
