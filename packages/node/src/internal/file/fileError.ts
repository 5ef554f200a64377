/**
 * What is wrong with a file, in words that name it.
 *
 * @since 0.1.0
 */
import { type PlatformError, systemError, type SystemErrorTag } from "effect/PlatformError"
import * as Predicate from "effect/Predicate"

const origin = { module: "SloReportClient", method: "exportReportTo" }

/** @internal */
export const make = (_tag: SystemErrorTag, description: string): PlatformError =>
  systemError({ ...origin, _tag, description })

/**
 * An error of any path or descriptor as one of this path, in the system's words and then these.
 *
 * @internal
 */
export const at = (path: string, ...notes: ReadonlyArray<string>) => ({ message, reason }: PlatformError) =>
  systemError({
    ...origin,
    _tag: reason._tag === "BadArgument" ? "InvalidData" : reason._tag,
    pathOrDescriptor: path,
    description: [
      reason.description ?? (Predicate.isError(reason.cause) ? reason.cause.message : message),
      ...notes
    ].join("; "),
    cause: reason.cause
  })

/**
 * The system's name of an error, such as `EACCES`, where it has one.
 *
 * @internal
 */
export const codeOf = ({ reason: { cause } }: PlatformError): string | undefined =>
  Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code) ? cause.code : undefined

/** @internal */
export const isMissing = ({ reason }: PlatformError): boolean => reason._tag === "NotFound"
