/**
 * The query language of Datadog's SLO search, as far as answers to it are known.
 *
 * All terms must match: words of the name, `"several words"` in a row, `tag:value`, `slo_type:metric`, `id:…`; `*` stands
 * for any characters within a word or a value.
 *
 * @since 0.1.0
 */
import type { Slo } from "../../Slo.ts"

/** A part of a query, with the name of a facet or of a tag before it, or without. @internal */
export interface Term {
  readonly key: string | undefined
  readonly text: string
}

/** @internal */
export const parse = (query: string): ReadonlyArray<Term> =>
  [...query.matchAll(/(?:([^\s":]+):)?(?:"([^"]*)"|(\S+))/g)]
    .map(([, key, quoted, word]) => ({ key, text: quoted ?? word ?? "" }))
    .filter(({ key, text }) => key !== undefined || text !== "AND")

/** @internal */
export const matches = (terms: ReadonlyArray<Term>, slo: Slo): boolean =>
  terms.every(({ key, text }) =>
    key === undefined
      ? matchesName(text, slo.name)
      : facet(key, slo).some((value) => glob(text).test(value))
  )

/** The tags with a key: `service:checkout` for `service`. @internal */
export const tagsOf = (slo: Slo, key: string): ReadonlyArray<string> =>
  slo.tags.filter((tag) => tag.toLowerCase().startsWith(`${key.toLowerCase()}:`))

// A word is found where it is a whole one, and with asterisks anywhere in the name.
const matchesName = (text: string, name: string): boolean =>
  text.includes("*")
    ? [name, ...words(name)].some((word) => glob(text).test(word))
    : ` ${words(name).join(" ")} `.includes(` ${words(text).join(" ")} `)

const words = (text: string): ReadonlyArray<string> => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

const facet = (key: string, slo: Slo): ReadonlyArray<string> => {
  switch (key) {
    case "id":
      return [slo.id]
    case "slo_type":
      return [slo.model.type]
    case "target":
      return slo.thresholds.map(({ target }) => String(target))
    case "timeframe":
      return slo.thresholds.map(({ timeframe }) => timeframe)
    case "all_tags":
      return slo.tags
    case "service_tags":
    case "env_tags":
    case "team_tags":
      return tagsOf(slo, key.replace("_tags", ""))
    default:
      return tagsOf(slo, key).map((tag) => tag.slice(key.length + 1))
  }
}

const glob = (pattern: string): RegExp =>
  new RegExp(`^${pattern.split("*").map((text) => text.replace(/[$()+.?[\\\]^{|}/]/g, "\\$&")).join(".*")}$`, "isu")
