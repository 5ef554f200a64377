/**
 * The names of what an export waits for. They tell a run from one that was forgotten and started again: an engine that
 * has just run the first still remembers what that waited for.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as DurableDeferred from "effect/workflow/DurableDeferred"
import { ExportError } from "../ExportError.ts"
import { Outcome } from "./definition.ts"
import { CreatedReport, type Payload } from "./wire.ts"

/** @internal */
export const make = ({ startedAt }: Pick<Payload, "startedAt">) => {
  const named = (name: string): string => `${name}@${startedAt}`
  return {
    named,
    /** When the nth create call was begun, and by whom: a number by chance. The first that is stored holds. */
    begun: (n: number) =>
      DurableDeferred.make(named(`create/${n}/begun`), {
        success: Schema.Struct({ at: Schema.Finite, by: Schema.Finite })
      }),
    /** How it ended, where the process that had begun it could not store that as its own step's end. */
    made: (n: number) =>
      DurableDeferred.make(named(`create/${n}/made`), { success: CreatedReport, error: ExportError }),
    /** What the watcher tells. */
    seen: DurableDeferred.make(named("seen"), { success: Outcome }),
    cancelled: DurableDeferred.make(named("cancelled")),
    /** The deferred that the wait's end is stored in. */
    waited: `raceAll/${named("wait")}`
  }
}

/** @internal */
export type Marks = ReturnType<typeof make>
