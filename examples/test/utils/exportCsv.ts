import { FakeDatadog, FakeDatadogServer, type Operation, Timeline } from "@effect-datadog/slo-report-testing"
import { Effect } from "effect"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { run } from "./run.ts"

const root = Fs.mkdtempSync(Path.join(Os.tmpdir(), "export-csv-"))
export const csv = "id,slo_type,name,target,export_error,2024-01-01\n1,metric,Checkout,99.9,,99.95\n"
export const period = ["--from", "2024-01-01", "--to", "2024-02-01"]

export const withFake = FakeDatadogServer.layerTest({ report: { timeline: Timeline.always("completed"), csv } })

/** Removes all targets. */
export const removeTargets = (): void => Fs.rmSync(root, { recursive: true, force: true })

/** A new folder of its own and a target in it. */
export const target = (old?: string): string => {
  // Another file of tests in the same worker may have removed it.
  Fs.mkdirSync(root, { recursive: true })
  const file = Path.join(Fs.mkdtempSync(Path.join(root, "run-")), "report.csv")
  if (old !== undefined) Fs.writeFileSync(file, old)
  return file
}

/** All files beside the target and itself. */
export const filesOf = (file: string): Record<string, string> => {
  const folder = Path.dirname(file)
  return Object.fromEntries(
    Fs.readdirSync(folder).map((name) => [name, Fs.readFileSync(Path.join(folder, name), "utf8")])
  )
}

/** Runs the example against the fake. */
export const against = Effect.fn(function*(
  file: string,
  flags: ReadonlyArray<string> = period,
  onOutput?: Parameters<typeof run>[2],
  output?: string
) {
  const fake = yield* FakeDatadog.FakeDatadog
  const { url } = yield* FakeDatadogServer.FakeDatadogServer
  const { apiKey, applicationKey } = fake.credentials
  const environment = { DD_HOST: url, DD_API_KEY: apiKey, DD_APP_KEY: applicationKey, REPORT_QUERY: "service:checkout" }
  return yield* Effect.promise(() =>
    run("export-csv", environment, onOutput, {
      arguments: [...flags, file],
      ...(output === undefined ? {} : { output })
    })
  )
})

export const sent = Effect.fn(function*(operation: Operation.Operation) {
  const fake = yield* FakeDatadog.FakeDatadog
  return (yield* fake.requests).filter((request) => request.operation === operation)
})
