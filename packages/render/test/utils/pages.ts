import { DatadogSite, IntervalCell, SloReportRow } from "@effect-datadog/slo-report"
import { DateTime } from "effect"
import type { Html } from "../../src/index.ts"

/** What is known of the reports below. */
export const known: Html.Options = {
  query: "team:\"payments & checkout\" env:prod",
  timezone: "Europe/Berlin",
  source: "history",
  site: DatadogSite.DatadogSite.make("datadoghq.eu"),
  madeAt: DateTime.makeUnsafe("2026-11-02T06:00:12Z")
}

export const days = (count: number, last = "2026-10-31"): ReadonlyArray<string> => {
  const end = Date.parse(last)
  return Array.from({ length: count }, (_, index) => dateOf(end - (count - 1 - index) * 86_400_000))
}

export const weeks = (count: number): ReadonlyArray<string> =>
  days(count * 7, "2026-10-31").filter((_, index) => index % 7 === 0)

export const months = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, index) => dateOf(Date.UTC(2026, 10 - count + index, 1)))

const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

/** The same numbers from 0 to 1 each time. */
const chance = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}

const services = ["Checkout", "Catalogue", "Search", "Payments", "Login", "Mailer", "Invoices", "Ledger", "Gateway"]
const qualities = ["availability", "latency p99 < 300 ms", "freshness", "error rate", "queue delay", "throughput"]
const longName =
  "Availability of the order-to-cash pipeline (nightly settlement, EMEA and APAC, all tenants), as agreed " +
  "with the finance organisation in the service level agreement of 2024-07"

/** SLOs as an organisation has them: most are fine, some are silent, some have no target, a few miss it often. */
export const rows = (count: number, starts: ReadonlyArray<string>): ReadonlyArray<SloReportRow.SloReportRow> => {
  const next = chance(7)
  return Array.from({ length: count }, (_, index) => {
    const hash = Array.from({ length: 32 }, () => Math.floor(next() * 16).toString(16)).join("")
    const target = [99.9, 99.5, 99, 95, 99.95, 100][Math.floor(next() * 6)]!
    const sloType = ["metric", "time_slice", "metric", "monitor"][Math.floor(next() * 4)]!
    const mood = next()
    const name = index === 4
      ? longName
      : `${services[index % services.length]} ${qualities[Math.floor(index / services.length) % qualities.length]}${
        index < 54 ? "" : ` ${Math.floor(index / 54)}`
      }`
    const statuses = starts.map((_, interval) => {
      if (mood > 0.93 || next() < 0.02 || (mood > 0.9 && interval < starts.length / 2)) return ""
      const spent = next() ** 2 * (mood < 0.25 ? 2.6 : mood < 0.5 ? 1.4 : 1)
      return `${
        Math.round((100 - (target === 100 ? 0.01 * Math.max(0, spent - 0.5) : (100 - target) * spent)) * 1e6) / 1e6
      }`
    })
    const isBroken = index % 29 === 11
    return new SloReportRow.SloReportRow({
      id: hash,
      sloType,
      name,
      ...(index % 17 === 5 ? {} : { target }),
      ...(isBroken ? { exportError: "SLO history could not be calculated: the query timed out" } : {}),
      cells: starts.map((start, interval) => IntervalCell.fromText(start, isBroken ? "" : statuses[interval]!)),
      other: {}
    })
  })
}
