/**
 * What a zone's clocks show, asked of `Intl` alone: nothing here shares code with what it is held against.
 */
const day = 86_400

const formats = new Map<string, Intl.DateTimeFormat>()

/** All IANA zones that this runtime knows, and some names that are links. */
export const zones: ReadonlyArray<string> = [
  ...Intl.supportedValuesOf("timeZone"),
  "UTC",
  "Etc/GMT-14",
  "Etc/GMT+12",
  "US/Eastern",
  "Asia/Calcutta"
]

/** Seconds that a zone's clocks are ahead of UTC. */
export function offsetAt(zone: string, seconds: number): number {
  const parts: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(seconds * 1000)) parts[type] = Number(value)
  const { day, hour, minute, month, second, year } = parts
  return Date.UTC(year!, month! - 1, day, hour, minute, second) / 1000 - seconds
}

/** The date that a zone's calendars show. */
export function dateAt(zone: string, seconds: number): string {
  return isoDate(seconds + offsetAt(zone, seconds))
}

/** When a zone's offset changes, after `from` and until `to`: looked for every `step` seconds. */
export function transitions(zone: string, from: number, to: number, step: number): ReadonlyArray<number> {
  const found: Array<number> = []
  let offset = offsetAt(zone, from)
  for (let at = from; at < to; at += step) {
    const before = offset
    offset = offsetAt(zone, at + step)
    if (offset === before) continue
    let [low, high] = [at, at + step]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (offsetAt(zone, middle) === before) low = middle
      else high = middle
    }
    found.push(high)
  }
  return found
}

/** The first second at which a zone's calendars show this date or a later one. */
export function firstSecondOf(zone: string, date: string): number {
  const midnight = Date.parse(date) / 1000
  const [from, to] = [midnight - 2 * day, midnight + 2 * day]
  const segments = [from, ...transitions(zone, from, to, day)]
  const firsts = segments.map((start, index) => {
    const first = Math.max(start, midnight - offsetAt(zone, start))
    return first < (segments[index + 1] ?? to) ? first : Infinity
  })
  return Math.min(...firsts)
}

/** The date so many days, or months of which only the first counts, after another. */
export function dateAfter(date: string, interval: "daily" | "weekly" | "monthly"): string {
  const [year, month, dayOfMonth] = date.split("-").map(Number)
  return interval === "monthly"
    ? isoDate(Date.UTC(year!, month, 1) / 1000)
    : isoDate(Date.UTC(year!, month! - 1, dayOfMonth! + (interval === "weekly" ? 7 : 1)) / 1000)
}

/** The first date of the interval that a date is in. */
export function firstDate(date: string, interval: "daily" | "weekly" | "monthly"): string {
  if (interval === "monthly") return `${date.slice(0, 7)}-01`
  const midnight = Date.parse(date) / 1000
  return interval === "weekly" ? isoDate(midnight - new Date(date).getUTCDay() * day) : date
}

export function isoDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric"
    })
    formats.set(zone, format)
  }
  return format
}
