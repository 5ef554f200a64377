import * as Core from "@effect-datadog/slo-report"
import * as Durable from "@effect-datadog/slo-report-durable"
import * as Node from "@effect-datadog/slo-report-node"
import * as Render from "@effect-datadog/slo-report-render"
import * as Testing from "@effect-datadog/slo-report-testing"
import { assert, describe, expect, it } from "@effect/vitest"
import { Cause, ConfigProvider, Console, DateTime, Duration, Effect, Logger } from "effect"
import { Console as NodeConsole } from "node:console"
import { Writable } from "node:stream"
import { inspect } from "node:util"

const { DatadogError, RateLimit, ReportIntervals, SloReport } = Core
const { SloReportError } = Node
const { ExportError } = Durable

const host = "api.datadoghq.eu"
const path = "/api/v2/slo/report/dc8d92aa/status"
const get = { host, method: "GET", path }
const post = { host, method: "POST", path: "/api/v2/slo/report" }
const rateLimit = new RateLimit.RateLimit({})
const answer = { ...get, messages: [], details: [], rateLimit }
const id = SloReport.ReportId.make("dc8d92aa")
const report = SloReport.fromStatus(id, "failed")
const lost = new DatadogError.DatadogTransportError({
  ...post,
  reason: "other",
  cause: new Error("fetch failed", { cause: new Error("the proxy is asleep") })
})
const issue = "the disk said \"no\""

type Printable = Error & { readonly _tag: string }

const examples: Readonly<Record<string, Printable>> = {
  DatadogBadRequest: new DatadogError.DatadogBadRequest({ ...answer, status: 400, messages: ["invalid id"] }),
  DatadogUnauthorized: new DatadogError.DatadogUnauthorized({ ...answer, status: 401 }),
  DatadogForbidden: new DatadogError.DatadogForbidden({ ...answer, status: 403, messages: ["Forbidden"] }),
  DatadogNotFound: new DatadogError.DatadogNotFound({ ...answer, status: 404 }),
  DatadogTooManyRequests: new DatadogError.DatadogTooManyRequests({
    ...answer,
    status: 429,
    rateLimit: new RateLimit.RateLimit({ remaining: 0, reset: Duration.seconds(7) }),
    retryAfter: Duration.seconds(7)
  }),
  DatadogServerError: new DatadogError.DatadogServerError({ ...answer, status: 503 }),
  DatadogUnexpectedStatus: new DatadogError.DatadogUnexpectedStatus({
    ...answer,
    status: 302,
    location: "https://login.example/"
  }),
  DatadogTransportError: lost,
  DatadogProtocolError: new DatadogError.DatadogProtocolError({
    ...answer,
    status: 200,
    issue: "Expected JSON",
    excerpt: "<!DOCTYPE html>"
  }),
  InvalidReportPeriod: new ReportIntervals.InvalidReportPeriod({ member: "timezone", issue: "Expected an IANA name" }),
  InvalidReportId: new SloReportError.InvalidReportId({ id: "../x", issue: "Expected one segment of a path" }),
  WaitTimedOut: new SloReportError.WaitTimedOut({
    id,
    polls: 3,
    elapsed: Duration.minutes(30),
    heldUp: { rateLimit: Duration.zero, backoff: Duration.zero },
    lastError: new DatadogError.DatadogServerError({ ...answer, status: 503 })
  }),
  ReportFailed: new SloReportError.ReportFailed({ report }),
  CreateOutcomeUnknown: new SloReportError.CreateOutcomeUnknown({ error: lost }),
  InvalidReportTable: new SloReportError.InvalidReportTable({ id, line: 2, issue: "Expected 7 cells" }),
  InvalidSloId: new SloReportError.InvalidSloId({ id: "", issue: "Expected an id" }),
  InvalidSloPeriod: new SloReportError.InvalidSloPeriod({ member: "from", issue: "Expected a time before to" }),
  SloTableTooLarge: new SloReportError.SloTableTooLarge({ found: 1200, limit: 1000 }),
  UndiciUnavailable: new Node.NodeSloReportClient.UndiciUnavailable({ issue: "it has none" }),
  CreateInterrupted: new ExportError.CreateInterrupted({ begunAt: DateTime.makeUnsafe("2026-11-27T08:00:00Z") }),
  ExportBroken: new ExportError.ExportBroken({ issue }),
  ExportCancelled: new ExportError.ExportCancelled(),
  InvalidExport: new ExportError.InvalidExport({ issue }),
  SinkFailed: new ExportError.SinkFailed({ issue }),
  StoreFailed: new ExportError.StoreFailed({ reason: "full", issue }),
  StoreInUse: new ExportError.StoreInUse({ filename: "exports.db" }),
  UnknownExport: new ExportError.UnknownExport({ id: "0123-1" }),
  ColumnsChanged: new Render.Csv.ColumnsChanged({ id: "5f0a", columns: ["team"] }),
  InvalidScenario: new Testing.ScenarioFile.InvalidScenario({ source: "a.json", problem: "Expected an object" }),
  NoAnswer: new Testing.Answer.NoAnswer({ code: "ECONNRESET" }),
  PortUnavailable: new Testing.FakeDatadogServer.PortUnavailable({ host: "127.0.0.1", port: 80, code: "EACCES" }),
  StillRunning: new Testing.TestTime.StillRunning({ duration: Duration.hours(1) })
}

/** What an effect writes to a console, in the order of time and without what changes from run to run. */
const written = Effect.fnUntraced(function*(self: Effect.Effect<void>) {
  let text = ""
  const stream = new Writable({
    write: (chunk, _, done) => {
      text += String(chunk)
      done()
    }
  })
  const console = new NodeConsole({ stdout: stream, stderr: stream, colorMode: false })
  yield* Effect.provideService(
    self,
    Console.Console,
    Object.assign(Object.create(globalThis.console), {
      log: console.log.bind(console),
      error: console.error.bind(console),
      group: console.group.bind(console),
      groupEnd: console.groupEnd.bind(console)
    })
  )
  return text.trimEnd().replace(/#\d+/g, "#1").replaceAll(/(?<!T)\[?\d\d:\d\d:\d\d\.\d+\]?|1970-[^" ]+/g, "now")
})

const logged = (logger: Logger.Logger<unknown, unknown>) => (error: Printable) =>
  written(Effect.logError(error).pipe(Effect.provide(Logger.layer([logger]))))

const ways: Readonly<Record<string, (error: Printable) => Effect.Effect<string>>> = {
  "console.error": (error) => written(Console.error(error)),
  "Effect.logError": logged(Logger.defaultLogger),
  "the JSON logger": logged(Logger.consoleJson),
  "JSON.stringify": (error) => Effect.sync(() => JSON.stringify(error)),
  String: (error) => Effect.sync(() => String(error)),
  "the pretty logger": logged(Logger.consolePretty({ colors: false })),
  "inspect, as a member": (error) => Effect.sync(() => inspect({ error })),
  "Cause.pretty": (error) => Effect.sync(() => Cause.pretty(Cause.fail(error)).replaceAll(/\n +at .*/g, ""))
}

const isErrorClass = (value: unknown): value is { readonly name: string } =>
  typeof value === "function" && value.prototype instanceof Error

const exportedErrors = (): ReadonlyArray<string> =>
  [Core, Node, Durable, Render, Testing].flatMap((barrel) => Object.values(barrel))
    .flatMap((module) => Object.values(module)).filter(isErrorClass).map(({ name }) => name).sort()

describe("an error as it is printed", () => {
  it("is looked at for every class that a package exports", () => {
    assert.deepStrictEqual(Object.keys(examples).sort(), exportedErrors())
  })

  for (const [tag, error] of Object.entries(examples)) {
    for (const [way, print] of Object.entries(ways)) {
      it.effect(`shows its message and the next step: ${tag} by ${way}`, () =>
        Effect.gen(function*() {
          const text = yield* print(error)
          assert.include(text, tag)
          // As it stands in JSON and in a literal, where quotes and backslashes are escaped.
          const spellings = [
            error.message,
            JSON.stringify(error.message).slice(1, -1),
            inspect(error.message).slice(1, -1)
          ]
          assert.isNotEmpty(error.message)
          assert.isTrue(spellings.some((spelling) => text.includes(spelling)), text)
        }))
    }
  }

  it.effect("looks like this", () =>
    Effect.gen(function*() {
      const five = Object.entries(ways).slice(0, 5)
      const blocks = yield* Effect.forEach(Object.values(examples), (error) =>
        Effect.forEach(five, ([way, print]) => Effect.map(print(error), (text) => `--- ${way}\n${text}\n`)))
      yield* Effect.promise(() =>
        expect(blocks.flat().join("\n")).toMatchFileSnapshot("printed-errors.snap.txt")
      )
    }))
  it("shows what its cause was, where the next step is to look at it", () => {
    const { cause } = JSON.parse(JSON.stringify(lost))
    assert.deepStrictEqual(cause, {
      name: "Error",
      message: "fetch failed",
      cause: { name: "Error", message: "the proxy is asleep" }
    })
  })

  it("is printed though it is its own cause", () => {
    const cause = new Error("round and round")
    cause.cause = cause
    assert.include(JSON.stringify(new DatadogError.DatadogTransportError({ ...get, reason: "other", cause })), "round")
  })

  for (
    const [what, environment, ...words] of [
      ["keys that are missing", {}, "DD_API_KEY is not set. Set DD_API_KEY and DD_APP_KEY, or DD_ACCESS_TOKEN"],
      [
        "names of other clients",
        { DATADOG_API_KEY: "canary", DD_APPLICATION_KEY: "canary" },
        "DATADOG_API_KEY",
        "DD_APPLICATION_KEY"
      ],
      [
        "keys that can be seen to be wrong",
        { DD_API_KEY: "${canary}", DD_APP_KEY: "b" },
        "DD_API_KEY",
        "Datadog shows it"
      ]
    ] as const
  ) {
    it.effect(`names ${what}, and shows no key`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(Node.DatadogConfig.config.parse(ConfigProvider.fromEnvRecord(environment)))
        for (const print of Object.values(ways)) {
          const text = yield* print(error)
          for (const word of words) assert.include(text, word)
          assert.notInclude(text, "canary")
        }
      }))
  }
})
