/**
 * A worker: takes jobs as lines of JSON, and writes the table that each asks for to a file. It has one client for all
 * of them, for as long as it lives.
 */
import { SloReportRequest } from "@effect-datadog/slo-report"
import { NodeSloReportClient, SloReportClient } from "@effect-datadog/slo-report-node"
import { NodeServices } from "@effect/platform-node"
import { Effect, Layer, ManagedRuntime, Schema, Stream } from "effect"
import { createInterface } from "node:readline"

const Job = Schema.Struct({ file: Schema.String, query: Schema.String, from: Schema.String, to: Schema.String })

export const work = Effect.fn("work")(function*(line: string) {
  const { file, ...input } = yield* Schema.decodeEffect(Schema.fromJsonString(Job))(line)
  const client = yield* SloReportClient.SloReportClient
  const request = yield* SloReportRequest.make({ ...input, interval: "monthly" })
  const last = yield* Stream.runLast(client.exportReportTo(file, request, { deadline: "1 hour" }))
  return last._tag === "Some" && last.value._tag === "Done" ? `${file}: ${last.value.bytes} bytes` : `${file}: nothing`
})

const runtime = ManagedRuntime.make(Layer.mergeAll(NodeSloReportClient.layerNode(), NodeServices.layer))

const lines = createInterface({ input: process.stdin })
process.once("SIGTERM", () => lines.close())

for await (const line of lines) {
  try {
    console.log(await runtime.runPromise(work(line)))
  } catch (error) {
    console.error(error)
  }
}
await runtime.dispose()
