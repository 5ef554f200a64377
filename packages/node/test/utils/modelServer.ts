import { Clock, Effect } from "effect"
import {
  Headers,
  HttpClient,
  HttpClientError,
  type HttpClientRequest,
  type HttpClientResponse,
  HttpServerResponse
} from "effect/http"

// A rate limit: so many requests in each window; windows begin at multiples of the period, in milliseconds.
export interface Rule {
  readonly name: string
  readonly limit: number
  readonly period: number
}

export interface Job {
  // Epoch milliseconds.
  readonly doneAt: number
  readonly status?: string
}

// A 429 for no reason, or another error; the hint is a Retry-After in seconds.
export interface Refusal {
  readonly status: number
  readonly retryAfter?: number
}

// "lost": the request counts, the connection breaks. "hang": it counts, and no answer ever comes.
export type Fate = Refusal | "lost" | "hang" | undefined

export interface Arrival {
  // From 0.
  readonly index: number
  readonly id: string
  // "call": not of a wait; its id begins with "call-". "create": a report is created.
  readonly kind: "poll" | "call" | "create"
  readonly at: number
}

export interface Logged extends Arrival {
  readonly rule: Rule | undefined
  // Epoch milliseconds of its window's beginning.
  readonly window: number
  // What the window had left after it.
  readonly remaining: number
  readonly status: number | "none"
  // What the answer asks to wait, in milliseconds.
  readonly hint: number
  // When the client had the answer, or had lost it or given it up; `undefined` while neither.
  endedAt: number | undefined
  // Whether the client had the answer.
  isAnswered: boolean
}

export interface ServerOptions {
  // @default never done
  readonly job?: (id: string) => Job
  // @default no limit, no headers
  readonly rule?: Rule | ((arrival: Arrival) => Rule | undefined) | undefined
  // Whether it tells of the rule. @default true
  readonly headers?: boolean | ((answer: Arrival & { readonly status: number | "none" }) => boolean)
  // Names of headers, in lower case, that it leaves out. @default none
  readonly without?: ReadonlyArray<string>
  // The body of a 429. @default "strings"
  readonly refusalBody?: "strings" | "empty" | "html"
  // Milliseconds from the request's arrival to its answer. @default 0
  readonly latency?: (arrival: Arrival) => number
  readonly fate?: (arrival: Arrival) => Fate
  // How many requests others have made in the window that a moment is in, up to then. @default none
  readonly foreign?: (rule: Rule, at: number) => number
}

export interface ModelServer {
  readonly client: HttpClient.HttpClient
  // Every request, the oldest first.
  readonly log: ReadonlyArray<Logged>
  readonly inFlight: () => number
  // Empties the log, where memory is measured.
  readonly forget: () => void
}

export const make = (options: ServerOptions = {}): ModelServer => {
  const log: Array<Logged> = []
  const used = new Map<string, number>()
  let inFlight = 0

  const tellsOf = (answer: Arrival & { readonly status: number | "none" }): boolean =>
    typeof options.headers === "function" ? options.headers(answer) : options.headers !== false

  const arrive = (id: string, kind: Arrival["kind"], at: number): readonly [Logged, Fate] => {
    const arrival: Arrival = { index: log.length, id, kind, at }
    const rule = typeof options.rule === "function" ? options.rule(arrival) : options.rule
    const fate = options.fate?.(arrival)
    const window = rule === undefined ? 0 : at - at % rule.period
    let remaining = Infinity
    let isOver = false
    if (rule !== undefined) {
      const key = `${rule.name} ${window}`
      const count = (used.get(key) ?? 0) + 1
      used.set(key, count)
      const left = rule.limit - count - (options.foreign?.(rule, at) ?? 0)
      isOver = left < 0
      remaining = Math.max(0, left)
    }
    const refusal: Refusal | undefined = isOver ? { status: 429 } : typeof fate === "object" ? fate : undefined
    const toReset = rule === undefined ? 0 : Math.ceil((window + rule.period - at) / 1000)
    const tellsReset = refusal?.status === 429 && rule !== undefined && tellsOf({ ...arrival, status: 429 })
    const seconds = refusal === undefined ? 0 : refusal.retryAfter ?? (tellsReset ? toReset : 0)
    const outcome = refusal ?? fate
    const status = typeof outcome === "string" ? "none" : outcome?.status ?? 200
    const hint = status === "none" ? 0 : seconds * 1000
    const logged: Logged = { ...arrival, rule, window, remaining, status, hint, endedAt: undefined, isAnswered: false }
    log.push(logged)
    return [logged, outcome]
  }

  const answer = (logged: Logged, fate: Fate): Answer => {
    const { at, id, remaining, rule, window } = logged
    const headers: Record<string, string> = { "content-type": "application/json" }
    // Datadog sends none with a 403.
    if (rule !== undefined && logged.status !== 403 && tellsOf(logged)) {
      headers["x-ratelimit-limit"] = String(rule.limit)
      headers["x-ratelimit-period"] = String(rule.period / 1000)
      headers["x-ratelimit-remaining"] = String(remaining)
      headers["x-ratelimit-reset"] = String(Math.ceil((window + rule.period - at) / 1000))
      headers["x-ratelimit-name"] = rule.name
      for (const name of options.without ?? []) delete headers[name]
    }
    if (typeof fate === "object") {
      if (fate.retryAfter !== undefined) headers["retry-after"] = String(fate.retryAfter)
      return { status: fate.status, headers, body: refusalBodies[options.refusalBody ?? "strings"] }
    }
    if (logged.kind === "create") {
      return { status: 200, headers, body: JSON.stringify({ data: { id: `new-${logged.index}`, type: "report_id" } }) }
    }
    const job = options.job?.(id)
    const status = job !== undefined && at >= job.doneAt ? job.status ?? "completed" : "in_progress"
    const body = JSON.stringify({ data: { id, type: "report_id", attributes: { status } } })
    return { status: 200, headers, body }
  }

  const client = HttpClient.make((request, url) =>
    Effect.acquireUseRelease(
      Effect.sync((): { logged: Logged | undefined } => {
        inFlight += 1
        return { logged: undefined }
      }),
      (mine) =>
        Effect.gen(function*() {
          const [logged, fate] = arrive(...questionOf(request, url), yield* Clock.currentTimeMillis)
          mine.logged = logged
          if (fate === "hang") return yield* Effect.never
          const reply = answer(logged, fate)
          yield* Effect.sleep(options.latency?.(logged) ?? 0)
          if (fate === "lost") return yield* lost(request)
          logged.isAnswered = true
          return toResponse(reply, request)
        }),
      ({ logged }) =>
        Clock.clockWith((clock) =>
          Effect.sync(() => {
            inFlight -= 1
            if (logged !== undefined) logged.endedAt = clock.currentTimeMillisUnsafe()
          })
        )
    )
  )

  return { client, log, inFlight: () => inFlight, forget: () => void (log.length = 0) }
}

interface Answer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
}

const refusalBodies = {
  strings: JSON.stringify({ errors: ["Rate limit of some requests reached. Please try again later."] }),
  empty: "",
  html: "\n\n<html><body>Too many requests</body></html>"
}

const questionOf = (
  { method }: HttpClientRequest.HttpClientRequest,
  url: URL
): readonly [id: string, kind: Arrival["kind"]] => {
  if (method === "POST" && url.pathname === "/api/v2/slo/report") return ["", "create"]
  const match = /\/api\/v2\/slo\/report\/([^/]+)\/status$/.exec(url.pathname)
  if (match === null) throw new Error(`an unexpected request: ${url.pathname}`)
  const id = match[1]!
  return [id, id.startsWith("call-") ? "call" : "poll"]
}

const toResponse = (
  { body, headers, status }: Answer,
  request: HttpClientRequest.HttpClientRequest
): HttpClientResponse.HttpClientResponse =>
  Object.defineProperty(
    HttpServerResponse.toClientResponse(
      HttpServerResponse.uint8Array(new TextEncoder().encode(body), { status }),
      { request }
    ),
    "headers",
    { value: Headers.fromInput(headers) }
  )

const lost = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.fail(
    new HttpClientError.HttpClientError({
      reason: new HttpClientError.TransportError({
        request,
        cause: Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" })
      })
    })
  )
