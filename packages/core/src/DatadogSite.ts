/**
 * Datadog sites: the regions an account can live in, each with its own API host.
 *
 * Keys are sent to the host that a site names, so a site is parsed strictly: it is a domain of
 * Datadog's or it is refused.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

const knownNames = [
  "datadoghq.com",
  "us3.datadoghq.com",
  "us5.datadoghq.com",
  "datadoghq.eu",
  "ap1.datadoghq.com",
  "ap2.datadoghq.com",
  "uk1.datadoghq.com",
  "ddog-gov.com",
  "us2.ddog-gov.com"
] as const

// 253 characters is the longest host name (RFC 1035).
const pattern = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(datadoghq\.com|datadoghq\.eu|ddog-gov\.com)$/

const isSiteName = (name: string): boolean => name.length <= 253 && !/^(app|api)\./.test(name) && pattern.test(name)

const normalize = (text: string): string =>
  text.slice(0, 1000).trim().toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/[/?#].*$/s, "")
    .replace(/\.$/, "")
    .replace(/^((app|api)\.)+/, "")

// What Datadog's pages call the sites, which people take for their names.
const regions: Readonly<Record<string, string>> = {
  us: "datadoghq.com",
  us1: "datadoghq.com",
  us3: "us3.datadoghq.com",
  us5: "us5.datadoghq.com",
  eu: "datadoghq.eu",
  eu1: "datadoghq.eu",
  ap1: "ap1.datadoghq.com",
  ap2: "ap2.datadoghq.com",
  uk: "uk1.datadoghq.com",
  uk1: "uk1.datadoghq.com",
  gov: "ddog-gov.com",
  "us-gov": "ddog-gov.com",
  fed: "ddog-gov.com",
  "us1-fed": "ddog-gov.com",
  "us2-fed": "us2.ddog-gov.com"
}

const ofRegion = (name: string): string | undefined => {
  const region = name.toLowerCase().replace(/[\s_]/g, "-")
  return Object.hasOwn(regions, region) ? `the region ${region.toUpperCase()} is ${regions[region]}` : undefined
}

const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}

const nearest = (name: string): string | undefined => {
  const ranked = knownNames
    .map((known) => ({ known, distance: editDistance(name.slice(0, 64), known) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]!
  return best.distance < best.known.length / 2 ? best.known : undefined
}

// What was typed is not repeated: a key pasted into the wrong variable would be printed.
const refusal = (name: string): string => {
  const suggestion = nearest(name)
  const hint = ofRegion(name) ?? (suggestion === undefined ? undefined : `did you mean ${suggestion}?`)
  return "Expected a Datadog site" + (hint === undefined ? "" : ` (${hint})`) +
    `; the known sites are ${knownNames.join(", ")}`
}

/**
 * A Datadog site, such as `datadoghq.com` or `us3.datadoghq.com`.
 *
 * **Details**
 *
 * Decoding forgives what people type: case, spaces, a scheme, a path or trailing slash, and a leading
 * `app.` or `api.`. Every subdomain of `datadoghq.com`, `datadoghq.eu` and `ddog-gov.com` is a site,
 * since regions get added. Anything else is refused with a message that lists the known sites and
 * names the nearest, or the one that a region's name such as `US3` stands for.
 *
 * **Example** (Decoding what a person typed)
 *
 * ```ts
 * import { DatadogSite } from "@effect-datadog/slo-report"
 * import { Schema } from "effect"
 *
 * const site = Schema.decodeSync(DatadogSite.DatadogSite)("https://app.datadoghq.eu/")
 * // => "datadoghq.eu"
 * ```
 *
 * @category schemas
 * @since 0.1.0
 */
export const DatadogSite = Schema.String.pipe(
  Schema.decodeTo(
    Schema.String.check(Schema.makeFilter((name) => isSiteName(name) ? undefined : refusal(name), {
      arbitraryConstraint: { patterns: [{ source: pattern.source, flags: "" }] }
    })).pipe(
      Schema.brand("DatadogSite")
    ),
    SchemaTransformation.transform({ decode: normalize, encode: (site) => site })
  )
)

/**
 * The type of a Datadog site.
 *
 * @category models
 * @since 0.1.0
 */
export type DatadogSite = typeof DatadogSite.Type

/**
 * The name of a site that Datadog listed in November 2026.
 *
 * @category models
 * @since 0.1.0
 */
export type Known = typeof knownNames[number]

/**
 * A site as people write it: an editor offers the known ones, and any other text is checked.
 *
 * @category models
 * @since 0.1.0
 */
export type Input = Known | (string & Record<never, never>)

/**
 * The nine sites that Datadog listed in November 2026.
 *
 * @category constants
 * @since 0.1.0
 */
export const known: ReadonlyArray<DatadogSite> = knownNames.map((name) => DatadogSite.make(name))

/**
 * The URL of a site's API, without a trailing slash.
 *
 * **Example** (All hosts that a firewall must allow)
 *
 * ```ts
 * import { DatadogSite } from "@effect-datadog/slo-report"
 *
 * DatadogSite.known.map(DatadogSite.apiUrl)[0] // => "https://api.datadoghq.com"
 * ```
 *
 * @param site a decoded site; `us3.datadoghq.com` gives `https://api.us3.datadoghq.com`
 * @category getters
 * @since 0.1.0
 */
export const apiUrl = (site: DatadogSite): string => `https://api.${site}`
