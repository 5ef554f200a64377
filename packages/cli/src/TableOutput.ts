/**
 * A table, written in the formats that are asked for.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Destination from "./Destination.ts"
import * as Format from "./Format.ts"
import * as Output from "./Output.ts"
import * as Setting from "./Setting.ts"
import * as Table from "./Table.ts"

const spreadsheet = Setting.toggle(
  "spreadsheet",
  "a CSV for Excel: with a byte order mark, and formulas made harmless"
)

/** @internal */
export const settings = [spreadsheet] as const

/** @internal */
export const flags = {
  ...Destination.flags(Format.ofTable, "by the file's name, or csv"),
  spreadsheet: spreadsheet.flag
}

/** @internal */
export const options = Effect.fnUntraced(function*(given: { readonly spreadsheet: Option.Option<string> }) {
  return { spreadsheet: (yield* Setting.valueOf(spreadsheet, given.spreadsheet)) ?? false }
})

/**
 * Reads the table to its end before anything is written: one that is wrong somewhere is written nowhere.
 *
 * @internal
 */
export const write = Effect.fnUntraced(function*(
  table: Table.Table,
  outputs: ReadonlyArray<Output.Output<Format.TableFormat>>,
  options: Format.Options
) {
  yield* Stream.runDrain(Table.rows(table))
  yield* Output.writeAll(outputs, (format) => Format.table(format, table, options))
})
