/**
 * The journal over messages that are in memory.
 *
 * @since 0.1.0
 */
import type { MemoryDriver } from "effect/cluster/MessageStorage"
import * as Snowflake from "effect/cluster/Snowflake"
import * as Effect from "effect/Effect"
import type { Journal } from "../ExportStore.ts"
import { isComplete, messageId } from "./journal.ts"

/** @internal */
export const make = (driver: MemoryDriver["Service"]): Journal => ({
  runs: (entityType) =>
    Effect.sync(() =>
      [...driver.requests.values()].flatMap(({ envelope, replies }) => {
        if (envelope._tag !== "Request" || envelope.tag !== "run" || envelope.address.entityType !== entityType) {
          return []
        }
        const end = replies.find((reply) => reply._tag === "WithExit" && isComplete(reply.exit))
        return [{
          id: envelope.address.entityId,
          payload: envelope.payload,
          endedAt: end && Snowflake.timestamp(Snowflake.Snowflake(end.id))
        }]
      })
    ),
  payload: (address) =>
    Effect.sync(() => {
      const envelope = driver.requestsByPrimaryKey.get(messageId(address))?.envelope
      return envelope?._tag === "Request" ? envelope.payload : undefined
    }),
  remove: (entityTypes, ids, messages) =>
    Effect.sync(() => {
      const keys = new Set(messages.map(messageId))
      for (const [key, { envelope }] of driver.requestsByPrimaryKey) {
        const { entityId, entityType } = envelope.address
        if (!keys.has(key) && !(entityTypes.includes(entityType) && ids.includes(entityId))) continue
        driver.requestsByPrimaryKey.delete(key)
        driver.requests.delete(envelope.requestId)
        driver.unprocessed.delete(envelope)
        driver.journal.splice(driver.journal.indexOf(envelope), 1)
      }
    })
})
