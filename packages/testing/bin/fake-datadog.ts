/**
 * Runs the fake by hand, so that curl or any client can be pointed at it.
 *
 * @since 0.1.0
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as FakeDatadog from "../src/FakeDatadog.ts"
import * as FakeDatadogServer from "../src/FakeDatadogServer.ts"
import type { RecordedRequest } from "../src/RecordedRequest.ts"
import * as Scenario from "../src/Scenario.ts"
import * as Slo from "../src/Slo.ts"

const port = Flag.Int("port").pipe(
  Flag.filter((port) => port >= 0 && port <= 65_535, () => "a port from 0 to 65535"),
  Flag.optional,
  Flag.withDescription("the port on 127.0.0.1; 0 takes any that is free (default: PORT, or 8126)")
)

const environmentPort = Config.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 })), "PORT").pipe(
  Config.withDefault(8126)
)

const scenario = Flag.ChoiceWithValue("scenario", Scenario.all.map((one) => [one.name, one] as const)).pipe(
  Flag.withDefault(Scenario.happy),
  Flag.withDescription("how the API behaves (default: happy)")
)

// Path without its query, where keys might be.
const logRequest = ({ fault, method, path, status }: RecordedRequest) =>
  Effect.gen(function*() {
    const time = DateTime.formatIso(yield* DateTime.now).slice(11, 23)
    yield* Console.log(
      `${time} ${method} ${path.replace(/\?.*$/s, "")} ${status ?? "no answer"}${
        fault === undefined ? "" : ` (${fault})`
      }`
    )
  })

const serve = Effect.fnUntraced(function*(scenario: Scenario.Scenario) {
  const fake = yield* FakeDatadog.FakeDatadog
  const { url } = yield* FakeDatadogServer.FakeDatadogServer
  const id = yield* scenario.setup(fake)
  yield* Console.log(introduction(scenario, fake, url, id))
  return yield* Effect.never
})

const introduction = (
  scenario: Scenario.Scenario,
  { credentials }: FakeDatadog.Service,
  url: string,
  id: string
): string =>
  `
A fake of Datadog's SLO API listens on ${url}
Scenario ${scenario.name}: ${scenario.description}.

Try it:
  curl -i -H 'DD-API-KEY: ${credentials.apiKey}' -H 'DD-APPLICATION-KEY: ${credentials.applicationKey}' \\
    ${url}/api/v2/slo/report/${id}/status
  curl -i -H 'DD-API-KEY: ${credentials.apiKey}' -H 'DD-APPLICATION-KEY: ${credentials.applicationKey}' \\
    '${url}/api/v1/slo/search?query=service:checkout'

Point a program at it:
  export DD_HOST=${url} DD_API_KEY=${credentials.apiKey} DD_APP_KEY=${credentials.applicationKey} REPORT_DATA_ID=${id}

Scenarios:
${Scenario.all.map(({ description, name }) => `  ${name.padEnd(16)} ${description}`).join("\n")}

^C ends it. Requests:
`.trim()

// A wrong flag is told in a line of its own, without the help.
const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Console.error(event.errors.map(({ message }) => message).join("\n"))
      : CliOutput.defaultPresenter.present(event)
}

const refuse = (message: string) =>
  Effect.andThen(
    Console.error(message),
    Effect.sync(() => {
      process.exitCode = 1
    })
  )

const command = Command.make(
  "fake-datadog",
  { port, scenario },
  Effect.fnUntraced(
    function*({ port, scenario }) {
      return yield* Effect.provide(
        serve(scenario),
        Layer.provideMerge(
          FakeDatadogServer.layer({ port: Option.isSome(port) ? port.value : yield* environmentPort }),
          FakeDatadog.layer({ onRequest: logRequest, slos: Slo.standard })
        )
      )
    },
    Effect.catchTags({
      ConfigError: () => refuse("Invalid value for PORT. Expected: a port from 0 to 65535"),
      PortUnavailable: ({ message }) => refuse(message)
    })
  )
).pipe(Command.withDescription("Runs a fake of Datadog's SLO API on a loopback port"))

Command.run(command, { version: "0.1.0" }).pipe(
  Effect.provideService(CliOutput.Presenter, presenter),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain
)
