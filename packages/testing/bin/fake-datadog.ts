#!/usr/bin/env node
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
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import manifest from "../package.json" with { type: "json" }
import * as FakeDatadog from "../src/FakeDatadog.ts"
import * as FakeDatadogServer from "../src/FakeDatadogServer.ts"
import * as Operation from "../src/Operation.ts"
import * as RateLimit from "../src/RateLimit.ts"
import type { RecordedRequest } from "../src/RecordedRequest.ts"
import * as Scenario from "../src/Scenario.ts"
import * as ScenarioFile from "../src/ScenarioFile.ts"
import * as Slo from "../src/Slo.ts"

const port = Flag.Int("port").pipe(
  Flag.filter((port) => port >= 0 && port <= 65_535, () => "a port from 0 to 65535"),
  Flag.optional,
  Flag.withDescription("the port; 0 takes any that is free (default: PORT, or 8126)")
)

const environmentPort = Config.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 })), "PORT").pipe(
  Config.withDefault(8126)
)

const host = Flag.String("host").pipe(
  Flag.withDefault("127.0.0.1"),
  Flag.withDescription("the name or address to listen on; 0.0.0.0 for all (default: 127.0.0.1)")
)

const limit = Flag.Int("limit").pipe(
  Flag.filter((limit) => limit >= 0, () => "a number of requests, 0 or more"),
  Flag.optional,
  Flag.withDescription("how many requests of each operation are allowed in 10 seconds (default: as Datadog does)")
)

const scenario = Flag.String("scenario").pipe(
  Flag.withDefault(Scenario.happy.name),
  Flag.withDescription("how the API behaves: a name, or a JSON file (default: happy)")
)

// A name, or else the path of a file.
const readScenario = Effect.fnUntraced(function*(text: string) {
  const known = Scenario.all.find(({ name }) => name === text)
  if (known !== undefined) return known
  const fs = yield* FileSystem.FileSystem
  const file = yield* Effect.mapError(fs.readFileString(text), () => new NoScenario({ text }))
  return yield* ScenarioFile.fromJson(text, file)
})

class NoScenario extends Data.TaggedError("NoScenario")<{ readonly text: string }> {
  override get message(): string {
    const names = Scenario.all.map(({ name }) => `"${name}"`).join(" | ")
    return `Invalid value for flag --scenario: "${this.text}". Expected: ${names}, or a JSON file that can be read`
  }
}

const withLimit = (scenario: Scenario.Scenario, limit: number): Scenario.Scenario => ({
  ...scenario,
  setup: (fake) =>
    Effect.tap(scenario.setup(fake), () =>
      Effect.forEach(
        Operation.all,
        (operation) => fake.setRateLimit({ ...RateLimit.standardOf(operation), limit }, operation)
      ))
})

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

Control it:
  curl ${url}/_fake
  curl ${url}/_fake/clock -d '{"advance": "10 minutes"}'

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

// So many requests are on record, and so many reports known, that a fake which runs for weeks stays small.
const limits = { requestLimit: 1000, reportLimit: 1000 }

const command = Command.make(
  "fake-datadog",
  { host, port, limit, scenario },
  Effect.fnUntraced(
    function*(flags) {
      const named = yield* readScenario(flags.scenario)
      const scenario = Option.isSome(flags.limit) ? withLimit(named, flags.limit.value) : named
      const port = Option.isSome(flags.port) ? flags.port.value : yield* environmentPort
      return yield* Effect.provide(
        serve(scenario),
        Layer.provideMerge(
          FakeDatadogServer.layer({ host: flags.host, port, scenario }),
          FakeDatadog.layer({ onRequest: logRequest, slos: Slo.standard, ...limits })
        )
      )
    },
    Effect.catchTags({
      ConfigError: () => refuse("Invalid value for PORT. Expected: a port from 0 to 65535"),
      InvalidScenario: ({ message }) => refuse(message),
      NoScenario: ({ message }) => refuse(message),
      PortUnavailable: ({ message }) => refuse(message)
    })
  )
).pipe(Command.withDescription("Runs a fake of Datadog's SLO API on a loopback port"))

Command.run(command, { version: manifest.version }).pipe(
  Effect.provideService(CliOutput.Presenter, presenter),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain
)
