/**
 * Searches the SLOs of two Datadog organisations from one program, each with a site and keys of its own.
 *
 *     US_DD_API_KEY=… US_DD_APP_KEY=… EU_DD_SITE=datadoghq.eu EU_DD_API_KEY=… EU_DD_APP_KEY=… \
 *       SLO_QUERY=team:pay node src/two-organisations.ts
 */
import { DatadogConfig, NodeSloReportClient, SloReportClient } from "@effect-datadog/slo-report-node"
import { Config, Console, Context, Effect, Layer, Stream } from "effect"
import { main } from "./support/main.ts"
import { twoEnvironments } from "./support/twoEnvironments.ts"

// A service for each organisation: the types say which one a part of the program asks.
class America extends Context.Service<America, SloReportClient.Service>()("examples/America") {}
class Europe extends Context.Service<Europe, SloReportClient.Service>()("examples/Europe") {}

/** The client whose variables begin with this prefix. */
const client = (prefix: string) =>
  NodeSloReportClient.layerNode({ config: Config.nested(DatadogConfig.config, prefix) })

const clients = Layer.merge(
  Layer.provide(Layer.effect(America, SloReportClient.SloReportClient), client("US")),
  Layer.provide(Layer.effect(Europe, SloReportClient.SloReportClient), client("EU"))
)

const list = Effect.fn(function*(organisation: string, client: SloReportClient.Service) {
  const query = yield* Config.String("SLO_QUERY")
  const slos = yield* Stream.runCollect(client.searchSlos(query))
  yield* Effect.forEach(slos, ({ name }) => Console.log(`${organisation}\t${name}`))
  return slos.length
})

const program = Effect.gen(function*() {
  const found = yield* Effect.all([list("US", yield* America), list("EU", yield* Europe)], { concurrency: "unbounded" })
  return found.some((count) => count > 0) ? 0 : 1
})

program.pipe(Effect.provide(Layer.provideMerge(clients, twoEnvironments)), main)
