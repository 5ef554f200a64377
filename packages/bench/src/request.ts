/** The request path: what one status request costs on the processor. */
import { Schema } from "effect"
import * as Child from "./child.ts"
import type { Section } from "./report.ts"
import { peers } from "./request/peers.ts"
import { median } from "./statistics.ts"

const rounds = 5

const Cost = Schema.Struct({ cpu: Schema.Finite, wall: Schema.Finite })
const Run = Schema.Struct({ one: Cost, fifty: Cost })
type Run = typeof Run.Type

export const section = async (): Promise<Section> => {
  await using server = await Child.serve(Child.source("request/server.ts"))
  const names = Object.keys(peers)
  const runs = new Map<string, Array<Run>>(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      runs.get(name)?.push(await Child.run(Run, Child.source("request/worker.ts"), [name, server.url]))
    }
  }
  const of = (name: string, value: (run: Run) => number) => median((runs.get(name) ?? []).map(value))
  const cpu = (name: string) => of(name, (run) => run.fifty.cpu)
  const ours = cpu("this client")
  return {
    title: "A status request",
    table: {
      columns: ["client", "CPU, 50 at once", "/ raw undici", "CPU, one by one", "/ raw undici", "time, 50 at once"],
      rows: names.map((name) => {
        const one = of(name, (run) => run.one.cpu)
        return [
          name,
          microseconds(cpu(name)),
          cpu(name) / cpu("raw undici"),
          microseconds(one),
          one / of("raw undici", (run) => run.one.cpu),
          microseconds(of(name, (run) => run.fifty.wall))
        ]
      })
    },
    notes: [
      `Medians of ${rounds} alternating runs, each in a fresh process: 2,500 requests to warm up, then 5,000 with 50 at once and 2,000 one by one.`,
      "The server is another process on loopback; its processor time does not count. All keep connections alive. Datadog's client as it comes closes the connection after each request and writes a warning for each; the other row has an agent that keeps connections, and no warnings.",
      "This client is `NodeSloReportClient.layerNode()` as it comes, with its spans, metrics, retry and time limit."
    ],
    figures: [
      { name: "CPU a status request / raw undici", value: ours / cpu("raw undici"), unit: "", atMost: 1.8 },
      { name: "CPU a status request / Datadog's client", value: ours / cpu("Datadog's client"), unit: "", atMost: 0.5 }
    ]
  }
}

const microseconds = (value: number): string => `${Math.round(value)} µs`
