import { createServer } from "node:http"
import { afterAll } from "vitest"

export const reportId = "dc8d92aa-e0af-11ee-af21-1feeaccaa3a3"

const program = (names: string, imports: string, layer: string): string =>
  `import { ${names} } from "@effect-datadog/slo-report-node"
import { Effect, Layer } from "effect"
${imports}
const status = SloReportClient.SloReportClient.use((client) => client.getReportStatus("${reportId}"))
Effect.runPromise(Effect.provide(status, ${layer})).then(
  ({ status }) => console.log(status),
  ({ _tag, message }) => console.log(_tag + ": " + message)
)
`

/** A status call, as the documentation imports what it takes. */
export const overFetch = program(
  "SloReportClient",
  `import { FetchHttpClient } from "effect/http"`,
  "Layer.provide(SloReportClient.layerConfig(), FetchHttpClient.layer)"
)

/** The same with modules in place of the barrels, of which esbuild takes whole namespaces. */
export const overFetchByModules = overFetch
  .replace(
    `import { SloReportClient } from "@effect-datadog/slo-report-node"`,
    `import * as SloReportClient from "@effect-datadog/slo-report-node/SloReportClient"`
  )
  .replace(
    `import { Effect, Layer } from "effect"`,
    `import * as Effect from "effect/Effect"\nimport * as Layer from "effect/Layer"`
  )
  .replace(
    `import { FetchHttpClient } from "effect/http"`,
    `import * as FetchHttpClient from "effect/http/FetchHttpClient"`
  )

export const overUndici = program("NodeSloReportClient, SloReportClient", "", "NodeSloReportClient.layerNode()")

/** The environment of a program that asks a server on this machine, where each report is completed. */
export const serving = async (): Promise<Readonly<Record<string, string>>> => {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "application/json")
    const attributes = { status: "completed" }
    response.end(JSON.stringify({ data: { id: reportId, type: "report_id", attributes } }))
  })
  afterAll(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" ? address?.port : address
  return { DD_HOST: `http://127.0.0.1:${port}`, DD_API_KEY: "fake-api-key", DD_APP_KEY: "fake-application-key" }
}
