/**
 * The SLOs of a fake, and what its index knows of them.
 *
 * @since 0.1.0
 */
import * as Slo from "../../Slo.ts"
import * as Terms from "./terms.ts"

interface Entry {
  readonly slo: Slo.Slo
  /** Epoch milliseconds. */
  readonly addedAt: number
  readonly removedAt: number
}

/** @internal */
export interface Store {
  readonly add: (options: Slo.Options, now: number) => Slo.Slo
  readonly remove: (id: string, now: number) => void
  readonly find: (id: string) => Slo.Slo | undefined
  readonly all: () => ReadonlyArray<Slo.Slo>
  /** Those that the index has and that match, in the order of a search. */
  readonly search: (query: string, now: number) => ReadonlyArray<Slo.Slo>
}

/** @internal */
export const make = (indexLag: number): Store => {
  const entries = new Map<string, Entry>()
  let added = 0
  const isThere = ({ removedAt }: Entry): boolean => removedAt === Infinity
  const slos = (test: (entry: Entry) => boolean) => [...entries.values()].filter(test).map(({ slo }) => slo)
  return {
    add: (options, now) => {
      const slo = Slo.make(options, added, now / 1000)
      added += 1
      entries.set(slo.id, { slo, addedAt: now, removedAt: Infinity })
      return slo
    },
    remove: (id, now) => {
      const entry = entries.get(id)
      if (entry !== undefined && isThere(entry)) entries.set(id, { ...entry, removedAt: now })
    },
    find: (id) => {
      const entry = entries.get(id)
      return entry !== undefined && isThere(entry) ? entry.slo : undefined
    },
    all: () => slos(isThere),
    search: (query, now) => {
      const terms = Terms.parse(query)
      const known = slos(({ addedAt, removedAt }) => addedAt + indexLag <= now && now < removedAt + indexLag)
      return known.filter((slo) => Terms.matches(terms, slo)).toSorted((a, b) => a.rank - b.rank)
    }
  }
}
