import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

interface Value {
  readonly stringValue?: string
  readonly intValue?: number | string
  readonly doubleValue?: number
}

interface Described {
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: Value }>
}

export interface Span extends Described {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly links?: ReadonlyArray<{ readonly spanId: string }>
  readonly name: string
  readonly events: ReadonlyArray<Described>
}

interface Metric {
  readonly name: string
  readonly unit: string
  readonly sum?: {
    readonly dataPoints: ReadonlyArray<Described & { readonly asDouble?: number; readonly asInt?: number }>
  }
}

export interface Log extends Described {
  readonly severityText: string
  readonly body: Value
}

export const attributes = ({ attributes }: Described): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [
    key,
    value.stringValue ?? value.doubleValue ?? (value.intValue === undefined ? value : Number(value.intValue))
  ]))

/** A collector of OpenTelemetry on loopback, which keeps what it is sent as JSON. */
export const start = async (answer: number | "none" = 200) => {
  const bodies: Array<readonly [path: string, body: string]> = []
  const headers: Array<string> = []
  const server = createServer((request, response) => {
    let body = ""
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text
    })
    request.on("end", () => {
      bodies.push([request.url ?? "", body])
      headers.push(JSON.stringify(request.headers))
      if (answer !== "none") response.writeHead(answer, { "content-type": "application/json" }).end("{}")
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const sent = (signal: string) =>
    bodies.filter(([path]) => path === `/v1/${signal}`).map(([, body]) => JSON.parse(body))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** All that it was sent, as text. */
    text: () => [...bodies.flat(), ...headers].join("\n"),
    paths: () => new Set(bodies.map(([path]) => path)),
    spans: (): ReadonlyArray<Span> =>
      sent("traces").flatMap(({ resourceSpans = [] }) =>
        resourceSpans.flatMap(({ scopeSpans }: { readonly scopeSpans: ReadonlyArray<{ readonly spans: unknown }> }) =>
          scopeSpans.flatMap(({ spans }) => spans)
        )
      ),
    /** The metrics as they were told last. */
    metrics: (): ReadonlyArray<Metric> =>
      sent("metrics").at(-1)?.resourceMetrics.flatMap(
        ({ scopeMetrics }: { readonly scopeMetrics: ReadonlyArray<{ readonly metrics: unknown }> }) =>
          scopeMetrics.flatMap(({ metrics }) => metrics)
      ) ?? [],
    logs: (): ReadonlyArray<Log> =>
      sent("logs").flatMap(({ resourceLogs }) =>
        resourceLogs.flatMap(({ scopeLogs }: { readonly scopeLogs: ReadonlyArray<{ readonly logRecords: unknown }> }) =>
          scopeLogs.flatMap(({ logRecords }) => logRecords)
        )
      ),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
