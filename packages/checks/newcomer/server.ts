/**
 * A server that streams a report's progress to browsers: GET /us/reports/:id/progress, or /eu.
 */
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Config, Console, Effect, Layer, Stream } from "effect"
import { Sse } from "effect/encoding"
import { HttpRouter, HttpServer, HttpServerResponse } from "effect/http"
import { createServer } from "node:http"
import { America, Europe, organisations } from "./organisations.ts"
import { type Progress, progress } from "./reports.ts"
import { telemetry } from "./telemetry.ts"

const event = ({ type, ...data }: Progress): string =>
  Sse.encoder.write({ _tag: "Event", id: undefined, event: type, data: JSON.stringify(data) })

const route = Effect.fn("route")(function*(organisation: typeof America | typeof Europe) {
  const client = yield* organisation
  const { id = "" } = yield* HttpRouter.params
  const events = progress(client, id).pipe(Stream.map(event), Stream.encodeText)
  return HttpServerResponse.stream(events, { contentType: "text/event-stream" })
})

export const routes = Layer.mergeAll(
  HttpRouter.add("GET", "/us/reports/:id/progress", route(America)),
  HttpRouter.add("GET", "/eu/reports/:id/progress", route(Europe))
)

const listening = Layer.effectDiscard(
  HttpServer.HttpServer.use(({ address }) => Console.log(HttpServer.formatAddress(address)))
)

export const server = Layer.provideMerge(listening, HttpRouter.serve(routes, { disableListenLog: true })).pipe(
  Layer.provide(
    NodeHttpServer.layerConfig(createServer, {
      host: Config.succeed("127.0.0.1"),
      port: Config.Int("PORT").pipe(Config.withDefault(3000))
    })
  ),
  Layer.provide(organisations),
  // Also below the clients, which make their polls themselves.
  Layer.provide(telemetry("server"))
)

NodeRuntime.runMain(Layer.launch(server))
