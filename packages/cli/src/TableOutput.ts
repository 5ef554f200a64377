/**
 * A table, written in the formats that are asked for.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { FileSystem } from "effect/FileSystem"
import type { Scope } from "effect/Scope"
import type { Stdio } from "effect/Stdio"
import * as Stream from "effect/Stream"
import type { CommandError } from "./CommandError.ts"
import * as Destination from "./Destination.ts"
import type { Given } from "./Flag.ts"
import * as Format from "./Format.ts"
import * as Output from "./Output.ts"
import * as OutputFlags from "./OutputFlags.ts"
import type { Session } from "./Session.ts"
import * as Settings from "./Settings.ts"
import * as Table from "./Table.ts"

/** @internal */
export type Writer = (table: Table.Table) => Effect.Effect<void, CommandError, FileSystem | Session>

/**
 * Opens what is to be written, before a table is asked for.
 *
 * **Details**
 *
 * A table is read to its end before anything of it is written: one that is wrong somewhere is written nowhere.
 *
 * @param usual the format that is taken where none is said
 * @param source the file that is read, if one is
 * @internal
 */
export const open = Effect.fnUntraced(function*(
  given: Given,
  usual: OutputFlags.TableFormat | undefined,
  source?: string
): Effect.fn.Return<Writer, CommandError, Session | Settings.Settings | FileSystem | Stdio | Scope> {
  const formats = OutputFlags.ofTable
  const destinations = yield* Destination.read(given, formats, (path) => OutputFlags.ofName(path) ?? usual)
  const spreadsheet = (yield* Settings.valueOf(given, OutputFlags.spreadsheet)) ?? false
  const outputs = yield* Output.open(destinations, source)
  return (table) =>
    Effect.andThen(
      Stream.runDrain(Table.rows(table)),
      Output.writeAll(outputs, ({ format }) => Format.table(format, table, { spreadsheet }))
    )
})
