/**
 * `datadog-slo doctor`: what is configured, from where, and whether Datadog accepts it.
 *
 * @since 0.1.0
 */
import { DatadogSite } from "@effect-datadog/slo-report/DatadogSite"
import { ApiUrl } from "@effect-datadog/slo-report-node/DatadogConfig"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type CommandError, messageOf } from "./CommandError.ts"
import type * as Credentials from "./Credentials.ts"
import { Datadog } from "./Datadog.ts"
import * as Destination from "./Destination.ts"
import * as ExitCode from "./ExitCode.ts"
import type { Handler } from "./Handler.ts"
import * as OutputFlags from "./OutputFlags.ts"
import * as Session from "./Session.ts"
import * as Stdout from "./Stdout.ts"
import * as Variable from "./Variable.ts"
import { version } from "./version.ts"

/** What is known under a name: a value where it is no secret, and where it comes from. */
interface Fact {
  readonly name: string
  readonly value: string | null
  readonly from: string | null
}

/** @internal */
export const run: Handler = Effect.fnUntraced(function*(given) {
  const format = yield* Destination.formatOf(given, OutputFlags.ofText)
  const { credentials, file, isDemo } = yield* Session.Session
  const facts = [
    fact("version", version, null),
    fact("configuration file", file.path ?? null, null),
    ...(isDemo ? [fact("Datadog", "a fake in this process", "--demo")] : ofCredentials(yield* credentials)),
    ...(yield* Effect.forEach(variables, ofVariable))
  ]
  const check = yield* Effect.match(Effect.provide(isAccepted, Session.datadog), {
    onSuccess: () => ({ code: ExitCode.done, message: "Datadog accepts the credentials, and lets SLOs be searched." }),
    onFailure: (error: CommandError) => ({ code: ExitCode.ofError(error), message: messageOf(error) })
  })
  const text = (format === "json" ? toJson : toText)(facts, check)
  yield* Stdout.write(Stream.make(text))
  return check.code
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

// A search needs both keys and the scope slos_read; that of an id that no SLO has is the shortest.
const isAccepted = Effect.flatMap(
  Datadog,
  (datadog) => Stream.runDrain(Stream.take(datadog.searchSlos("id:none"), 1))
)

// What decides on the way to Datadog. A proxy's URL may have a password in it.
const variables = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "NO_PROXY", "no_proxy", "NODE_EXTRA_CA_CERTS"] as const

const shown: ReadonlyArray<string> = ["NO_PROXY", "no_proxy", "NODE_EXTRA_CA_CERTS"]

const ofVariable = (name: string): Effect.Effect<Fact> =>
  Effect.map(
    Variable.textOf(name),
    (text) => text === undefined ? fact(name, null, null) : fact(name, shown.includes(name) ? text : "set", name)
  )

const fact = (name: string, value: string | null, from: string | null): Fact => ({ name, value, from })

const ofCredentials = (found: Credentials.Found): ReadonlyArray<Fact> => [
  found.DD_SITE === undefined ? fact("site", "datadoghq.com", "default") : open("site", found.DD_SITE, isSite),
  open("host", found.DD_HOST, isHost),
  secret("API key", found.DD_API_KEY),
  secret("application key", found.DD_APP_KEY),
  secret("access token", found.DD_ACCESS_TOKEN)
]

// What is no site may be a key in the wrong place, and a URL that is refused may have a password in it.
const open = (name: string, known: Credentials.Known | undefined, isRight: (text: string) => boolean): Fact =>
  known === undefined ? fact(name, null, null) : fact(name, isRight(known.value) ? known.value : "wrong", known.origin)

const isSite = (text: string): boolean => Option.isSome(decodeSite(text))

const decodeSite = Schema.decodeOption(DatadogSite)

const isHost = (text: string): boolean => Option.isSome(decodeHost(text))

const decodeHost = Schema.decodeOption(ApiUrl)

const secret = (name: string, known: Credentials.Known | undefined): Fact =>
  fact(name, known === undefined ? null : "set", known?.origin ?? null)

interface Check {
  readonly code: number
  readonly message: string
}

const toJson = (facts: ReadonlyArray<Fact>, { code, message }: Check): string =>
  `${JSON.stringify({ facts, accepted: code === ExitCode.done, code, message }, null, 2)}\n`

const toText = (facts: ReadonlyArray<Fact>, { code, message }: Check): string =>
  [
    ...facts.map(({ from, name, value }) =>
      `${name.padEnd(20)}${value ?? "not set"}${from === null || from === name ? "" : ` (${from})`}`
    ),
    `${code === ExitCode.done ? "ok" : "error"}: ${message}`
  ].map((line) => `${line}\n`).join("")
