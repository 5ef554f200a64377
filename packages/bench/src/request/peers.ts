/** Ways to ask for a report's status. Each is loaded when it is started, so that it is alone in its process. */
import { SloReport } from "@effect-datadog/slo-report"
import { ConfigProvider, Effect, Layer, ManagedRuntime } from "effect"
import { HttpClient, HttpClientRequest, HttpClientResponse } from "effect/http"
import * as Http from "node:http"

/** Sends so many requests, so many of them at once. */
export type Send = (requests: number, concurrency: number) => Promise<void>

export type Peer = (url: string) => Promise<Send>

const id = "dc8d92aa-e0af-11ee-af21-1feeaccaa3a3"
const path = `/api/v2/slo/report/${id}/status`
const apiKey = "a".repeat(32)
const appKey = "b".repeat(40)
const headers = { accept: "application/json", "dd-api-key": apiKey, "dd-application-key": appKey }

const thisClient: Peer = async (url) => {
  const { NodeSloReportClient, SloReportClient } = await import("@effect-datadog/slo-report-node")
  const environment = ConfigProvider.fromUnknown({ DD_HOST: url, DD_API_KEY: apiKey, DD_APP_KEY: appKey })
  const runtime = ManagedRuntime.make(
    Layer.provide(NodeSloReportClient.layerNode(), ConfigProvider.layer(environment))
  )
  const client = await runtime.runPromise(SloReportClient.SloReportClient)
  return ofEffect(client.getReportStatus(id))
}

const rawUndici: Peer = async (url) => {
  const { Agent, request } = await import("undici")
  const dispatcher = new Agent()
  return ofPromise(async () => {
    const { body } = await request(`${url}${path}`, { dispatcher, headers })
    return JSON.parse(await body.text())
  })
}

const bareEffect: Peer = async (url) => {
  const NodeHttpClient = await import("@effect/platform-node/NodeHttpClient")
  const runtime = ManagedRuntime.make(NodeHttpClient.layerUndici)
  const http = await runtime.runPromise(HttpClient.HttpClient)
  const decode = HttpClientResponse.schemaBodyJson(SloReport.SloReportStatusResponse)
  return ofEffect(
    Effect.suspend(() => http.execute(HttpClientRequest.get(`${url}${path}`, { headers }))).pipe(Effect.flatMap(decode))
  )
}

// At its best: quiet, and with a connection that stays. As it comes it warns of every call and closes it.
const datadog = (isAtBest: boolean): Peer => async (url) => {
  const Datadog = await import("../datadog.ts")
  const api = Datadog.make(url, { apiKey, appKey }, isAtBest ? { fetch: await keepingAlive() } : {}, isAtBest)
  return ofPromise(() => api.getSLOReportJobStatus({ reportId: id }))
}

// The fetch that Datadog's client comes with closes the connection after each request, unless it has an agent.
const keepingAlive = async () => {
  const { fetch } = await import("cross-fetch")
  const agent = new Http.Agent({ keepAlive: true })
  return (input: string, init: RequestInit) => fetch(input, Object.assign(init, { agent }))
}

export const peers = {
  "this client": thisClient,
  "raw undici": rawUndici,
  "bare Effect HttpClient": bareEffect,
  "Datadog's client": datadog(true),
  "Datadog's client as it comes": datadog(false)
}

const ofEffect = <A, E>(request: Effect.Effect<A, E>): Send => (requests, concurrency) =>
  Effect.runPromise(
    Effect.forEach(Array.from({ length: requests }), () => request, { concurrency, discard: true })
  )

const ofPromise = (request: () => Promise<unknown>): Send => async (requests, concurrency) => {
  let left = requests
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (left-- > 0) await request()
  }))
}
