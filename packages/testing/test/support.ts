import { Credentials, type RecordedRequest } from "@effect-datadog/slo-report-testing"
import { Effect } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"

export const keys: Record<string, string> = {
  "dd-api-key": Credentials.standard.apiKey,
  "dd-application-key": Credentials.standard.applicationKey
}

export const origin = "https://api.datadoghq.com"
export const createPath = "/api/v2/slo/report"
export const statusPath = (id: string) => `/api/v2/slo/report/${id}/status`
export const downloadPath = (id: string) => `/api/v2/slo/report/${id}/download`

export const unknownId = "2b468c54-f2a7-11ee-b0b4-ffe56bb6ad43"

export const createBody = (overrides: Record<string, unknown> = {}) =>
  JSON.stringify({
    data: {
      attributes: {
        query: "slo_type:metric \"SLO Reporting Test\"",
        from_ts: 1690901870,
        to_ts: 1706803070,
        interval: "monthly",
        timezone: "America/New_York",
        ...overrides
      }
    }
  })

export const send = (path: string, options: {
  readonly method?: "GET" | "POST" | "DELETE" | "HEAD"
  readonly headers?: Record<string, string>
  readonly body?: string
} = {}) =>
  HttpClient.execute(
    HttpClientRequest.make(options.method ?? "GET")(`${origin}${path}`, { headers: options.headers ?? keys }).pipe(
      (request) =>
        options.body === undefined ? request : HttpClientRequest.bodyText(request, options.body, "application/json")
    )
  )

export const call = Effect.fnUntraced(function*(path: string, options: Parameters<typeof send>[1] = {}) {
  const response = yield* send(path, options)
  return { status: response.status, headers: { ...response.headers }, body: yield* response.text }
})

export const create = (overrides: Record<string, unknown> = {}) =>
  call(createPath, { method: "POST", body: createBody(overrides) })

export const statuses = (requests: ReadonlyArray<RecordedRequest.RecordedRequest>) =>
  requests.map((request) => request.status)

/** The JSON of an answer with 200. */
export const get = (path: string) =>
  Effect.map(call(path), ({ body, status }) => {
    if (status !== 200) throw new Error(`${status} ${body}`)
    return JSON.parse(body)
  })

export const searchPath = (query: string, page: Record<string, string | number> = {}) =>
  `/api/v1/slo/search?${new URLSearchParams({
    query,
    ...Object.fromEntries(Object.entries(page).map(([name, value]) => [`page[${name}]`, String(value)]))
  })}`

export const sloPath = (id: string) => `/api/v1/slo/${id}`

export const historyPath = (id: string, from: number, to: number, more: Record<string, string> = {}) =>
  `/api/v1/slo/${id}/history?${new URLSearchParams({ from_ts: String(from), to_ts: String(to), ...more })}`

/** Seconds of the epoch. */
export const seconds = (date: string) => Date.parse(date) / 1000
