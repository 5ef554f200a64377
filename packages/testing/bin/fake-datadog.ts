/**
 * Runs the fake by hand, so that curl or any client can be pointed at it.
 *
 * @since 0.1.0
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as FakeDatadog from "../src/FakeDatadog.ts"
import * as FakeDatadogServer from "../src/FakeDatadogServer.ts"
import type { RecordedRequest } from "../src/RecordedRequest.ts"
import * as Scenario from "../src/Scenario.ts"
import * as Slo from "../src/Slo.ts"

const port = Flag.Int("port").pipe(
  Flag.filter((port) => port >= 0 && port <= 65_535, () => "a port from 0 to 65535"),
  Flag.withDefault(8126),
  Flag.withDescription("the port on 127.0.0.1; 0 takes any that is free (default: 8126)")
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

const command = Command.make("fake-datadog", { port, scenario }, ({ port, scenario }) =>
  serve(scenario).pipe(
    Effect.provide(Layer.provideMerge(
      FakeDatadogServer.layer({ port }),
      FakeDatadog.layer({ onRequest: logRequest, slos: Slo.standard })
    )),
    Effect.catchTag("PortUnavailable", (error) =>
      Effect.andThen(
        Console.error(error.message),
        Effect.sync(() => {
          process.exitCode = 1
        })
      ))
  )).pipe(Command.withDescription("Runs a fake of Datadog's SLO API on a loopback port"))

Command.run(command, { version: "0.1.0" }).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
