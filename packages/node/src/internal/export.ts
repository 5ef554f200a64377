/**
 * An export as it is seen from outside: with what Datadog announces on the way, and into a file.
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import type { FileSystem } from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Stream from "effect/Stream"
import * as AtomicFile from "../AtomicFile.ts"
import { EndAnnounced, type ExportProgress } from "../ExportProgress.ts"
import type { SloTableError } from "../SloReportError.ts"
import * as FileError from "./file/fileError.ts"
import type { Announcement, Announcements } from "./http/announcement.ts"

/**
 * Tells of an announcement once, as soon as there is one.
 *
 * @internal
 */
export const withAnnouncement = <E, R>(
  progress: Stream.Stream<ExportProgress, E, R>,
  announcements: Announcements
): Stream.Stream<ExportProgress, E, R> =>
  Stream.suspend(() => {
    let isTold = false
    const tell = (one: ExportProgress): Arr.NonEmptyReadonlyArray<ExportProgress> => {
      const first = announcements.first()
      if (isTold || first === undefined) return [one]
      isTold = true
      const announced = toProgress(first)
      return one._tag === "Done" ? [announced, one] : [one, announced]
    }
    return Stream.mapArray(progress, Arr.flatMap(tell))
  })

const toProgress = ({ deprecation, endpoint, status, sunset }: Announcement): EndAnnounced =>
  new EndAnnounced({
    endpoint,
    status,
    ...(deprecation === undefined ? {} : { deprecation }),
    ...(sunset === undefined ? {} : { sunset })
  })

/**
 * Writes an export to a file that appears, or is replaced, before `Done`.
 *
 * @param exporting the export, given where its bytes go
 * @internal
 */
export const toFile = (
  path: string,
  exporting: (write: AtomicFile.AtomicFile["write"]) => Stream.Stream<ExportProgress, SloTableError | PlatformError>
): Stream.Stream<ExportProgress, SloTableError | PlatformError, FileSystem> =>
  Stream.unwrap(
    Effect.map(Effect.mapError(AtomicFile.make(path), advised(path)), ({ commit, write }) => {
      const notes: Array<string> = []
      const put = Effect.fnUntraced(function*(progress: ExportProgress) {
        if (progress._tag === "Created") notes.push(`report ${progress.id} can be downloaded again`)
        if (progress._tag === "Done") yield* commit
      })
      return Stream.mapError(
        Stream.tap(exporting(write), put),
        (error) => error._tag === "PlatformError" ? FileError.at(path, ...notes)(error) : error
      )
    })
  )

const advised = (path: string) => (error: PlatformError): PlatformError =>
  error.reason.description?.startsWith("this is no regular file") === true
    ? FileError.at(path, "take the bytes by exportReport and onChunk")(error)
    : error
