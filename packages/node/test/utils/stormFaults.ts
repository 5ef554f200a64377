import { type Answer, ErrorBody, Fault } from "@effect-datadog/slo-report-testing"
import { Duration } from "effect"

// Numbers from 0 to 1, and what a test makes of them.
export interface Chance {
  readonly next: () => number
  readonly is: (probability: number) => boolean
  // A whole number from the first to the second.
  readonly int: (min: number, max: number) => number
  readonly of: <A>(choices: ReadonlyArray<A>) => A
}

export const makeChance = (next: () => number): Chance => ({
  next,
  is: (probability) => next() < probability,
  int: (min, max) => min + Math.floor(next() * (max - min + 1)),
  of: (choices) => choices[Math.floor(next() * choices.length)]!
})

// Where a fault comes from: how long things take, in milliseconds, and what the medium can do.
export interface Weather {
  readonly maxLatency: number
  readonly maxGap: number
  // Hints in seconds.
  readonly hints: ReadonlyArray<number>
  // Over real sockets: nothing in memory compresses in virtual time.
  readonly canGzip: boolean
  // The epoch, in milliseconds, at which dates in headers aim.
  readonly now: number
  // What answers repeat: the client's credentials.
  readonly secrets: ReadonlyArray<string>
}

const passing = [408, 429, 429, 429, 500, 502, 503, 503, 503, 504, 599]
const lasting = [400, 401, 403, 404, 404, 409, 418, 422, 451]
const redirects = [301, 302, 303, 307, 308]
const codes = ["ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "CERT_HAS_EXPIRED", "EPIPE", "EPROTO", "E_NEW"]

const names = ["Retry-After", "X-RateLimit-Reset", "X-RateLimit-Remaining", "X-RateLimit-Period", "X-RateLimit-Name"]

const junk = ["", "-1", "0", "NaN", "soon", "1e9", "99999999999999999999", "0x10", "7;q=1", "٣", "\t", "1,,", "null"]

const headerValue = (chance: Chance, { hints, now }: Weather): string => {
  const seconds = chance.of(hints)
  switch (chance.int(0, 5)) {
    case 0:
      return chance.of(junk)
    case 1:
      return `${seconds}, ${seconds}`
    case 2:
      return new Date(now + seconds * 1000).toUTCString()
    case 3:
      return String(Math.floor(now / 1000) + seconds)
    case 4:
      return `${seconds}.5`
    default:
      return String(seconds)
  }
}

// A header is there, twice or taken away.
export const headerChanges = (chance: Chance, weather: Weather): Answer.HeaderChanges => {
  const changes: Record<string, string | ReadonlyArray<string> | undefined> = {}
  for (const name of names) {
    if (chance.is(0.5)) continue
    const value = latin(headerValue(chance, weather))
    const form = chance.int(0, 3)
    changes[chance.is(0.5) ? name : name.toLowerCase()] = form === 0
      ? undefined
      : form === 1
      ? [value, latin(headerValue(chance, weather))]
      : value
  }
  return changes
}

// What Node's server lets through in a header.
const latin = (text: string): string => text.replace(/[^\x20-\x7e]/g, "x")

export const bytes = (chance: Chance, length: number): Uint8Array =>
  Uint8Array.from({ length }, () => chance.int(0, 255))

const bodies: ReadonlyArray<string> = [
  "",
  "{",
  "{}",
  "null",
  "[]",
  "42",
  "\"completed\"",
  "\n\n<!DOCTYPE html><title>Datadog</title>",
  "{\"data\":{}}",
  "{\"data\":{\"id\":\"x/y\",\"attributes\":{\"status\":\"completed\"}}}",
  "{\"data\":{\"id\":7,\"attributes\":{\"status\":[]}}}",
  "{\"errors\":[\"No\"]}",
  "id,slo_type\n1",
  "\uFEFFid,slo_type,name,target,export_error\n\"open",
  "[".repeat(5000)
]

const anyStatus = (chance: Chance, weather: Weather, statuses: ReadonlyArray<number>): Fault.Fault =>
  Fault.status(chance.of(statuses), {
    family: chance.of(ErrorBody.families),
    messages: chance.is(0.2) ? [weather.secrets.join(" and ")] : undefined,
    headers: chance.is(0.5) ? headerChanges(chance, weather) : undefined
  })

const anyBody = (chance: Chance, { secrets }: Weather): Fault.Fault =>
  Fault.body(chance.is(0.3) ? bytes(chance, chance.int(0, 300)) : chance.of([...bodies, ...secrets]), {
    contentType: chance.of([undefined, "application/json", "text/html", "text/csv"])
  })

const latency = (chance: Chance, { maxLatency }: Weather): Fault.Fault =>
  Fault.latency(Duration.millis(chance.int(1, maxLatency)))

// Faults that end before the request is looked at, or after it; that change the answer, or cut it.
export const anyFault = (chance: Chance, weather: Weather): Fault.Fault => {
  const draw = chance.next()
  if (draw < 0.3) return anyStatus(chance, weather, passing)
  if (draw < 0.33) return anyStatus(chance, weather, lasting)
  if (draw < 0.4) return Fault.noAnswer(chance.of(codes))
  if (draw < 0.45) return Fault.refused
  if (draw < 0.52) return Fault.reset
  if (draw < 0.57) return Fault.lostAnswer
  if (draw < 0.62) return Fault.resetBody(chance.int(0, 120))
  if (draw < 0.67) return Fault.truncate(chance.int(0, 120))
  if (draw < 0.7) return Fault.stall(chance.int(0, 120))
  if (draw < 0.72) return Fault.hang
  if (draw < 0.75) {
    return Fault.slowBody({ bytes: chance.int(5, 90), gap: Duration.millis(chance.int(0, weather.maxGap)) })
  }
  if (draw < 0.77) {
    return Fault.redirect(chance.of(["https://evil.example/?q=1", "/elsewhere", "", "::"]), chance.of(redirects))
  }
  if (draw < 0.79) return anyBody(chance, weather)
  if (draw < 0.8) return Fault.html()
  if (draw < 0.85) return Fault.headers(headerChanges(chance, weather))
  if (draw < 0.88) return weather.canGzip ? Fault.gzip : Fault.headers({ "Content-Type": "text/plain" })
  if (draw < 0.94) return latency(chance, weather)
  return Fault.all(latency(chance, weather), anyStatus(chance, weather, passing))
}
