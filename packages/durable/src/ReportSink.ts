/**
 * Where the files of exports go.
 *
 * @since 0.1.0
 */
import * as AtomicFile from "@effect-datadog/slo-report-node/AtomicFile"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Stream from "effect/Stream"
import { SinkFailed } from "./ExportError.ts"

/**
 * Where a file is, and how large it is.
 *
 * @category models
 * @since 0.1.0
 */
export interface Stored {
  readonly location: string
  readonly bytes: number
}

/**
 * Takes the files of exports.
 *
 * **Details**
 *
 * `put` takes a file whole or not at all, and replaces one of the same name. It may be called again for a file that it
 * has taken already: a process can be killed between the two. It fails with `SinkFailed`, or as the bytes fail.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  readonly put: <E>(name: string, bytes: Stream.Stream<Uint8Array, E>) => Effect.Effect<Stored, SinkFailed | E>
}

/**
 * Where the files of exports go.
 *
 * @category services
 * @since 0.1.0
 */
export class ReportSink extends Context.Service<ReportSink, Service>()(
  "@effect-datadog/slo-report-durable/ReportSink"
) {}

/**
 * Files in a folder, which is made where it is missing.
 *
 * **Details**
 *
 * A file is written beside its name and forced to the disk before it takes that name, as by `exportReportTo`: what is no
 * regular file is never replaced, and links are followed. What a killed process has left of it, a `….tmp`, is removed by
 * the next of its name; where another process or a frozen one goes on to write that, it fails. Where several hosts export
 * into one store, all must have the same folder; a location is the file's absolute path.
 *
 * **Example** (Files by name)
 *
 * ```ts
 * import { ReportSink } from "@effect-datadog/slo-report-durable"
 * import { NodeServices } from "@effect/platform-node"
 * import { Effect, Layer, Stream } from "effect"
 *
 * const put = ReportSink.ReportSink.use((sink) => sink.put("slos.csv", Stream.encodeText(Stream.make("id,name\n")))).pipe(
 *   Effect.provide(Layer.provide(ReportSink.layerFolder("reports"), NodeServices.layer))
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerFolder = (folder: string): Layer.Layer<ReportSink, never, FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    ReportSink,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const root = path.resolve(folder)
      const sync = Effect.flatMap(fs.open(root), (opened) => opened.sync)
      return {
        put: <E>(name: string, bytes: Stream.Stream<Uint8Array, E>): Effect.Effect<Stored, SinkFailed | E> => {
          const location = path.join(root, name)
          return Effect.gen(function*() {
            yield* refused(fs.makeDirectory(root, { recursive: true }))
            const file = yield* refused(AtomicFile.makeOwned(location, owner))
            let size = 0
            yield* Stream.runForEach(bytes, (chunk) => {
              size += chunk.length
              return refused(file.write(chunk))
            })
            yield* refused(file.commit)
            // The new name is on the disk when the folder is, where a folder can be forced there.
            yield* Effect.ignore(sync)
            return { location, bytes: size }
          }).pipe(Effect.scoped, Effect.provideService(FileSystem.FileSystem, fs))
        }
      }
    })
  )

const owner = "@effect-datadog/slo-report-durable"

const refused = <A, R>(self: Effect.Effect<A, PlatformError, R>): Effect.Effect<A, SinkFailed, R> =>
  Effect.mapError(self, ({ message, reason }) =>
    new SinkFailed({
      issue: reason.description === undefined || !("pathOrDescriptor" in reason)
        ? message
        : `${reason.pathOrDescriptor}: ${reason.description}`
    }))
