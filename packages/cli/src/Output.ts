/**
 * Where what is made goes: files that are whole or not there, and standard output, whole or nothing.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { type PlatformError, systemError } from "effect/PlatformError"
import type * as Scope from "effect/Scope"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Path from "node:path"
import { type CommandError, UsageError } from "./CommandError.ts"
import type { Destination } from "./Destination.ts"
import type { Bytes } from "./Format.ts"
import type { Session } from "./Session.ts"
import * as Stdout from "./Stdout.ts"
import * as Variable from "./Variable.ts"

/** @internal */
export interface Output<Format> extends Destination<Format> {
  readonly write: (bytes: Bytes) => Effect.Effect<void, CommandError, FileSystem.FileSystem | Session>
  /** Puts it in its place. */
  readonly commit: Effect.Effect<void, PlatformError>
}

/** @internal */
export const isStdout = (path: string): boolean => stdoutNames.includes(path)

const stdoutNames = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]

const stderrNames = ["/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"]

/**
 * Opens all, before anything is asked of Datadog: what can't be written is known now.
 *
 * @param source the file that is read, if one is, which nothing but another table takes the place of
 * @internal
 */
export const open = Effect.fnUntraced(function*<Format extends string>(
  destinations: ReadonlyArray<Destination<Format>>,
  source: string | undefined
): Effect.fn.Return<
  ReadonlyArray<Output<Format>>,
  PlatformError | UsageError,
  FileSystem.FileSystem | Stdio.Stdio | Scope.Scope
> {
  const paths = destinations.map(({ path }) => isStdout(path) ? "-" : Path.resolve(path))
  const twice = destinations.find((_, index) => paths.indexOf(paths[index] ?? "") !== index)
  if (twice !== undefined) {
    const name = isStdout(twice.path) ? "standard output" : twice.path
    return yield* Effect.fail(new UsageError({ message: `Two formats go to ${name}: one would be lost.` }))
  }
  const taken = source === undefined || source === "-" ? -1 : paths.indexOf(Path.resolve(source))
  if (taken >= 0 && destinations[taken]?.format !== "csv") {
    const message = `${destinations[taken]?.path ?? ""} is what is read: it would be lost.`
    return yield* Effect.fail(new UsageError({ message }))
  }
  return yield* Effect.forEach(destinations, (one) => Effect.map(openOne(one.path), (file) => ({ ...one, ...file })))
})

/**
 * Writes each, then puts the files in their places; standard output is last, since nobody may read it to its end.
 *
 * @internal
 */
export const writeAll = Effect.fnUntraced(function*<Format>(
  outputs: ReadonlyArray<Output<Format>>,
  render: (destination: Destination<Format>) => Bytes
) {
  const isLast = ({ path }: Output<Format>) => isStdout(path)
  const files = outputs.filter((output) => !isLast(output))
  yield* Effect.forEach(files, (output) => output.write(render(output)), { discard: true })
  yield* Effect.forEach(files, ({ commit }) => commit, { discard: true })
  yield* Effect.forEach(outputs.filter(isLast), (output) => output.write(render(output)), { discard: true })
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

interface Sink extends Pick<Output<never>, "write" | "commit"> {}

const openOne = Effect.fnUntraced(function*(
  path: string
): Effect.fn.Return<Sink, PlatformError | UsageError, FileSystem.FileSystem | Stdio.Stdio | Scope.Scope> {
  if (path === "") return yield* Effect.fail(new UsageError({ message: "The name of a file to write is empty." }))
  const fs = yield* FileSystem.FileSystem
  const stdio = yield* Stdio.Stdio
  if (isStdout(path)) {
    return { write: (bytes) => Effect.provideService(Stdout.write(bytes), Stdio.Stdio, stdio), commit: Effect.void }
  }
  if (stderrNames.includes(path)) {
    return { write: (bytes) => Stream.run(bytes, stdio.stderr({ endOnDone: false })), commit: Effect.void }
  }
  // Of a job's summary other steps have written before.
  if (path === (yield* Variable.textOf("GITHUB_STEP_SUMMARY"))) return yield* appendTo(path)
  const type = yield* Effect.option(Effect.map(fs.stat(path), ({ type }) => type))
  // A device, a FIFO, a terminal or what a shell has opened takes the bytes as they come.
  if (descriptor.test(path) || Option.exists(type, (type) => type !== "File" && type !== "Directory")) {
    return yield* appendTo(path)
  }
  const AtomicFile = yield* Effect.promise(() => import("@effect-datadog/slo-report-node/AtomicFile"))
  const file = yield* AtomicFile.make(path)
  return { write: Stream.runForEach(file.write), commit: file.commit }
})

const descriptor = /^\/(?:dev|proc\/self)\/fd\/\d+$/

const appendTo = Effect.fnUntraced(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* fs.open(path, { flag: "a" })
  // An open file knows its number alone.
  const named = ({ reason: { cause } }: PlatformError) =>
    systemError({ _tag: "Unknown", module: "FileSystem", method: "write", pathOrDescriptor: path, cause })
  const write = Stream.runForEach((bytes: Uint8Array) => Effect.mapError(file.writeAll(bytes), named))
  return { write, commit: Effect.void }
})
