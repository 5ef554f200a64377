/**
 * The requests on record as the controls show them: filtered, the newest, without keys.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import type { Service } from "../../FakeDatadog.ts"
import * as Operation from "../../Operation.ts"
import type { RecordedRequest } from "../../RecordedRequest.ts"
import { badRequest, type Refusal } from "./answer.ts"

const mostShown = 1000

/** What is asked for by query, such as `?operation=status&status=429&limit=10`. @internal */
export const show = Effect.fnUntraced(function*(fake: Service, query: Readonly<Record<string, string>>) {
  const { limit = "100", ...conditions } = query
  const shown = yield* natural("limit", limit)
  const tests = yield* Effect.forEach(Object.entries(conditions), ([name, value]) => testOf(name, value))
  const requests = yield* fake.requests
  const matching = requests.filter((request) => tests.every((test) => test(request)))
  return {
    received: yield* fake.requestCount,
    kept: requests.length,
    matching: matching.length,
    requests: shown === 0 ? [] : matching.slice(-Math.min(shown, mostShown)).map(withoutKeys)
  }
})

type Test = (request: RecordedRequest) => boolean

const testOf = (name: string, value: string): Effect.Effect<Test, Refusal> => {
  switch (name) {
    case "operation":
      return Operation.all.some((operation) => operation === value)
        ? Effect.succeed(({ operation }) => operation === value)
        : Effect.fail(badRequest(`operation: expected one of ${Operation.all.join(", ")}`))
    case "status":
      return value === "none"
        ? Effect.succeed(({ status }) => status === undefined)
        : Effect.map(natural("status", value), (wanted) => ({ status }) => status === wanted)
    case "after":
      return Effect.map(natural("after", value), (after) => ({ sequence }) => sequence > after)
    case "method":
      return Effect.succeed(({ method }) => method === value.toUpperCase())
    case "path":
      return Effect.succeed(({ path }) => path.includes(value))
    case "fault":
      return Effect.succeed(({ fault }) => fault === value)
    default:
      return Effect.fail(badRequest(`unknown filter ${name}: expected one of ${filters.join(", ")}`))
  }
}

const filters = ["operation", "status", "after", "method", "path", "fault", "limit"]

const natural = (name: string, text: string): Effect.Effect<number, Refusal> =>
  /^\d{1,15}$/.test(text)
    ? Effect.succeed(Number(text))
    : Effect.fail(badRequest(`${name}: expected a whole number${name === "status" ? ", or none" : ""}`))

const secretHeaders = new Set(["dd-api-key", "dd-application-key", "authorization", "cookie", "proxy-authorization"])
const secretParameters = /([?&](?:api_key|application_key|dd-api-key|dd-application-key)=)[^&#]*/gi

// Whoever points a real client at the fake by mistake must not find its keys there.
const withoutKeys = ({ at, body, fault, headers, method, operation, path, sequence, status }: RecordedRequest) => ({
  sequence,
  at: Option.getOrElse(Option.map(DateTime.make(at), DateTime.formatIso), () => String(at)),
  method,
  path: path.replaceAll(secretParameters, "$1<redacted>"),
  operation,
  status: status ?? null,
  fault: fault ?? null,
  headers: Record.map(headers, (value, name) => secretHeaders.has(name) ? "<redacted>" : value),
  body
})
