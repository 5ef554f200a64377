/**
 * An application that streams a report's progress to browsers; the client comes in as a layer.
 *
 *     node src/compose-into-an-app.ts
 *     curl -N http://127.0.0.1:3000/reports/$REPORT_DATA_ID/progress
 *
 * The port is PORT, 3000 by default. ^C ends it, and every wait with it.
 */
import { NodeSloReportClient, SloReportClient } from "@effect-datadog/slo-report-node"
import { NodeHttpServer } from "@effect/platform-node"
import { Config, Console, Effect, Layer, Schema, Stream } from "effect"
import { Sse } from "effect/encoding"
import { HttpRouter, HttpServer, HttpServerResponse } from "effect/http"
import { createServer } from "node:http"
import { environment } from "./support/environment.ts"
import { main } from "./support/main.ts"

const event = (name: string, data: object): string =>
  Sse.encoder.write({ _tag: "Event", id: undefined, event: name, data: JSON.stringify(data) })

const progress = Effect.gen(function*() {
  const client = yield* SloReportClient.SloReportClient
  const { id = "" } = yield* HttpRouter.params
  const events = client.waitForReport(id).pipe(
    Stream.map((report) => event("report", report)),
    Stream.catch((error) => Stream.make(event("failure", { error: error._tag, message: error.message }))),
    Stream.encodeText
  )
  return HttpServerResponse.stream(events, { contentType: "text/event-stream" })
})

const routes = HttpRouter.add("GET", "/reports/:id/progress", progress)

const server = HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }).pipe(
  Layer.provideMerge(NodeHttpServer.layerConfig(createServer, {
    host: Config.succeed("127.0.0.1"),
    port: Config.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 })), "PORT").pipe(
      Config.withDefault(3000)
    )
  }))
)

const program = Effect.gen(function*() {
  const { address } = yield* HttpServer.HttpServer
  const id = yield* Config.String("REPORT_DATA_ID").pipe(Config.withDefault("$REPORT_DATA_ID"))
  yield* Console.log(`curl -N ${HttpServer.formatAddress(address)}/reports/${id}/progress`)
  return yield* Effect.never
})

program.pipe(
  Effect.provide(server.pipe(Layer.provide(NodeSloReportClient.layerNode()), Layer.provideMerge(environment))),
  main
)
