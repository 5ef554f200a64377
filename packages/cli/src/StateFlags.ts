/**
 * The flags that say where exports are kept, and which of them are meant.
 *
 * @since 0.1.0
 */
import type { Flag } from "./Flag.ts"
import * as Setting from "./Setting.ts"

/** @internal */
export const state = Setting.make(
  "state",
  (text) => text.trim() === "" ? { expected: "expected a file, or postgres://…" } : { value: text },
  {
    metavar: "file|url",
    description:
      "keeps the export there, in a file of SQLite or in Postgres: after a kill the same command goes on; --timeout is 24h by default then"
  }
)

/** @internal */
export const where = Setting.make(state.name, state.read, {
  metavar: state.metavar,
  description: "where exports are kept: a file of SQLite, or postgres://…"
})

/** @internal */
export const olderThan: Flag = {
  name: "older-than",
  metavar: "duration",
  description: "those that ended so long ago, such as 12h or 30d (default: 30d)"
}

/**
 * Reads `12h` or `30d` as milliseconds.
 *
 * @internal
 */
export const readAge: Setting.Read<number> = (text) => {
  const [, number = "", unit] = /^(\d{1,5})(h|d)$/.exec(text.trim()) ?? []
  return unit === undefined
    ? { expected: "expected a duration such as 12h or 30d" }
    : { value: Number(number) * (unit === "d" ? 24 : 1) * 3_600_000 }
}
