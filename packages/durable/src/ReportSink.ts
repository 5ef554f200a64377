/**
 * Where the files of exports go.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Random from "effect/Random"
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
 * A file is written as `<name>.<digits>.part` and forced to the disk before it is renamed; what a killed process has
 * left of it is removed. Where several hosts export into one store, all must have the same folder; a location is the
 * file's absolute path.
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
      return {
        put: <E>(name: string, bytes: Stream.Stream<Uint8Array, E>) => {
          const location = path.join(root, name)
          const isPart = (other: string) =>
            other.startsWith(`${name}.`) && /^\d+\.part$/.test(other.slice(name.length + 1))
          const write = Effect.fnUntraced(function*(part: string) {
            yield* refused(fs.makeDirectory(root, { recursive: true }))
            for (const left of (yield* refused(fs.readDirectory(root))).filter(isPart)) {
              yield* refused(fs.remove(path.join(root, left), { force: true }))
            }
            const file = yield* refused(fs.open(part, { flag: "w" }))
            let size = 0
            yield* Stream.runForEach(bytes, (chunk) => {
              size += chunk.length
              return refused(file.writeAll(chunk))
            })
            yield* refused(file.sync)
            return size
          })
          const put = (part: string) =>
            Effect.scoped(write(part)).pipe(
              Effect.tap(refused(fs.rename(part, location))),
              // The new name is on the disk when the folder is, where a folder can be forced there.
              Effect.tap(Effect.ignore(Effect.scoped(Effect.flatMap(fs.open(root), (opened) => opened.sync)))),
              Effect.map((size) => ({ location, bytes: size })),
              Effect.onError(() => Effect.ignore(fs.remove(part, { force: true })))
            )
          // Of its own: a process that was frozen may go on to write, while another one does.
          return Effect.flatMap(Random.nextIntBetween(0, 2 ** 31), (digits) => put(`${location}.${digits}.part`))
        }
      }
    })
  )

const refused = <A, R>(self: Effect.Effect<A, PlatformError, R>): Effect.Effect<A, SinkFailed, R> =>
  Effect.mapError(self, ({ message }) => new SinkFailed({ issue: message }))
