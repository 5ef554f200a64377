/**
 * How the engine stores runs.
 *
 * @since 0.1.0
 */
import type { RowAddress } from "../ExportStore.ts"

/** The engine's own form of it. @internal */
export const messageId = ({ entityId, entityType, key, tag }: RowAddress): string =>
  `${entityType}/${entityId}/${tag}/${key}`

/** Whether what is stored as a run's reply is its end. @internal */
export const isComplete = (exit: unknown): boolean =>
  !isRecord(exit) || exit["_tag"] !== "Success" || !isRecord(exit["value"]) || exit["value"]["_tag"] !== "Suspended"

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null
