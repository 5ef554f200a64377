/** A model of Datadog: jobs that are done at a time, one limit in windows of the calendar, the real headers. */
import { Effect } from "effect"
import { HttpClient, HttpServerResponse } from "effect/http"
import type { VirtualClock } from "../VirtualClock.ts"

export interface Rule {
  readonly limit: number
  /** Milliseconds. */
  readonly period: number
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** When each job is done, in epoch milliseconds, by its id. */
export type Jobs = ReadonlyMap<string, number>

/** From the client to the server and back, in milliseconds. */
export const latency = 100

export class ReportServer {
  requests = 0
  refused = 0
  private readonly clock: VirtualClock
  private readonly jobs: Jobs
  private readonly rule: Rule
  private window = 0
  private used = 0

  constructor(clock: VirtualClock, jobs: Jobs, rule: Rule) {
    this.clock = clock
    this.jobs = jobs
    this.rule = rule
  }

  /** Answers a request that arrives now. */
  answer(url: string): Answer {
    const { now } = this.clock
    const { limit, period } = this.rule
    const window = Math.floor(now / period)
    if (window !== this.window) {
      this.window = window
      this.used = 0
    }
    this.requests += 1
    const isRefused = this.used >= limit
    if (isRefused) this.refused += 1
    else this.used += 1
    const headers = {
      "content-type": "application/vnd.api+json",
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-period": String(period / 1000),
      "x-ratelimit-remaining": String(limit - this.used),
      "x-ratelimit-reset": String(Math.ceil(((window + 1) * period - now) / 1000)),
      "x-ratelimit-name": "slo_report"
    }
    if (isRefused) return { status: 429, headers, body: refusal }
    const id = /\/report\/([^/]+)\/status$/.exec(url)?.[1] ?? ""
    const done = this.jobs.get(id)
    if (done === undefined) throw new Error(`No job ${id}`)
    const status = done <= now ? "completed" : "in_progress"
    return {
      status: 200,
      headers,
      body: JSON.stringify({ data: { id, type: "report_id", attributes: { status } } })
    }
  }
}

const refusal = JSON.stringify({
  errors: ["Rate limit of 100 requests in 60 seconds reached. Please try again later."]
})

/** The model as a transport of Effect's, over the clock of the fiber. */
export const httpClient = (server: ReportServer, delay = latency): HttpClient.HttpClient =>
  HttpClient.make((request, url) =>
    Effect.sleep(delay / 2).pipe(
      Effect.map(() => server.answer(url.pathname)),
      Effect.flatMap(({ body, headers, status }) =>
        Effect.as(
          Effect.sleep(delay / 2),
          HttpServerResponse.toClientResponse(HttpServerResponse.text(body, { status, headers }), { request })
        )
      )
    )
  )

/** The model as a `fetch`, as much of it as Datadog's client uses. */
export const fetch = (clock: VirtualClock, server: ReportServer) => (url: string) =>
  new Promise((resolve) => {
    clock.after(latency / 2, () => {
      const { body, headers, status } = server.answer(url)
      clock.after(latency / 2, () =>
        resolve({
          status,
          headers: new Map(Object.entries(headers)),
          text: () => Promise.resolve(body)
        }))
    })
  })
