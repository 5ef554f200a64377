import { Fault } from "@effect-datadog/slo-report-testing"
import { assert } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { HttpClient, HttpClientError } from "effect/http"
import type { DatadogConfig, SloReportClient } from "../../src/index.ts"
import { accessToken, apiKey, applicationKey, findCanary, makeWatch, watching } from "./secrets.ts"
import { inMemory } from "./wait.ts"

export const keyPair = { apiKey: Redacted.make(apiKey), appKey: Redacted.make(applicationKey) }

export const token = { accessToken: Redacted.make(accessToken) }

const allowed = { credentials: { apiKey, applicationKey, accessToken } }

// The client over a fake that knows the canaries. `inMemory` lets the options override its credentials.
export const withCanaries = (credentials: DatadogConfig.Credentials, options?: SloReportClient.ClientOptions) =>
  inMemory({ credentials, ...options } as SloReportClient.ClientOptions, allowed)

export const assertClean = (text: string, what = "what was printed") => {
  const found = findCanary(text)
  if (found === undefined) return
  const at = text.indexOf(found)
  assert.fail(`${what} holds "${found}": ${text.slice(Math.max(0, at - 150), at + 100)}`)
}

const json = { contentType: "application/json" }

// Answers that repeat the secrets, in every place that an error is made of.
export const echoesOf = (secrets: ReadonlyArray<string>): Readonly<Record<string, Fault.Fault>> => {
  const all = secrets.join(" ")
  const [one = "", other = one] = secrets
  return {
    ...Object.fromEntries([400, 401, 403, 404, 408, 418, 429, 500, 503].flatMap((status) => [
      [`${status} with texts`, Fault.status(status, { family: "strings", messages: [`bad key ${one}!`, all] })],
      [`${status} with objects`, Fault.status(status, { family: "objects", messages: [all] })],
      [`${status} with a map`, Fault.status(status, { family: "map", messages: [all] })],
      [`${status} from the edge`, Fault.status(status, { family: "edge", messages: [all] })],
      [`${status} with one error`, Fault.status(status, { family: "nested", messages: [all] })],
      [`${status} as HTML`, Fault.body(`<html><title>${all}</title><h1>${all}</h1>`, { status })],
      [`${status} as text`, Fault.body(all, { status })]
    ])),
    "every member of an error object": Fault.body(
      JSON.stringify({
        errors: [{
          title: one,
          detail: other,
          status: all,
          code: one,
          id: other,
          source: { pointer: one, parameter: other, header: all }
        }]
      }),
      { status: 400 }
    ),
    "the names of a map": Fault.body(JSON.stringify({ errors: { [one]: ["x"], [other]: ["y"] } }), { status: 400 }),
    "a secret at the end of what is read": Fault.body("x".repeat(65_536 - 20) + all, { status: 500 }),
    "a secret where an excerpt is cut": Fault.body("x".repeat(185) + all),
    "a secret where a message is cut": Fault.body("x".repeat(485) + all, { status: 500 }),
    "200 as HTML": Fault.body(`<!DOCTYPE html><title>${all}</title>`),
    "200 as text": Fault.body(all),
    "200 with errors": Fault.body(JSON.stringify({ errors: [all] }), json),
    "200 with wrong types": Fault.body(
      JSON.stringify({ data: { id: other, type: one, attributes: { status: [all] } } }),
      json
    ),
    "200 with other members": Fault.body(JSON.stringify({ [one]: { [other]: all } }), json),
    "200 with an id that can't be one": Fault.body(
      JSON.stringify({ data: { id: `${one}/${other}`, attributes: { status: "completed" } } }),
      json
    ),
    "a redirect's path": Fault.redirect(`https://evil.example/${one}/${other}`),
    "a redirect's query": Fault.redirect(`https://evil.example/?a=${one}#${other}`),
    "a redirect's user": Fault.redirect(`https://${one}:${other}@evil.example/`),
    "a redirect's host": Fault.redirect(`https://${one}.${other}.example/`),
    "the rate limit's name": Fault.status(429, { headers: { "X-RateLimit-Name": all } }),
    "the rate limit's numbers": Fault.status(429, {
      headers: { "X-RateLimit-Limit": one, "X-RateLimit-Reset": other, "Retry-After": all }
    })
  }
}

type Transform = (client: HttpClient.HttpClient) => HttpClient.HttpClient

const failing = (
  reason: (request: unknown) => { readonly cause?: unknown; readonly description?: string }
): Transform =>
  HttpClient.transform((_, request) =>
    Effect.fail(
      new HttpClientError.HttpClientError({
        reason: new HttpClientError.TransportError({ request, ...reason(request) })
      })
    )
  )

// A transport's errors that hold more than they should.
export const leaksOf = (secrets: ReadonlyArray<string>): Readonly<Record<string, Transform>> => {
  const all = secrets.join(" ")
  const because = (cause: (request: unknown) => unknown) => failing((request) => ({ cause: cause(request) }))
  const refused = (request: unknown) => Object.assign(new Error("connect"), { code: "ECONNREFUSED", request })
  return {
    "the request": because(refused),
    "the headers": because(() => Object.assign(new Error("x"), { options: { headers: { "dd-api-key": secrets[0] } } })),
    "a message": because(() => new Error(`invalid header value ${all}`)),
    "a code": because(() => Object.assign(new Error(""), { code: all })),
    "a name": because(() => Object.assign(new Error("x"), { name: all })),
    "a text": because(() => all),
    "a plain object": because((request) => ({ message: all, request, key: all })),
    "an object that prints itself": because(() => ({ toString: () => all, toJSON: () => all })),
    "a description": failing(() => ({ description: `could not send ${all}` })),
    "a cause within the cause": because((request) =>
      new TypeError("fetch failed", { cause: new Error(all, { cause: { request, key: all } }) })
    ),
    "several errors": because((request) => new AggregateError([refused(request), new Error(all)], all))
  }
}

export const watched = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const watch = makeWatch()
    const exit = yield* self.pipe(Effect.exit, Effect.withSpan("application"), watching(watch))
    return { exit, watch }
  })
