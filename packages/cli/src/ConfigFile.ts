/**
 * The configuration file: settings by their keys, and no secrets.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { messageOf, UsageError } from "./CommandError.ts"
import { settings } from "./Commands.ts"
import { keyOf } from "./Setting.ts"

/** @internal */
export interface ConfigFile {
  readonly path: string | undefined
  /** The texts of the settings, by their keys. */
  readonly values: ReadonlyMap<string, string>
}

const defaultPath = ".datadog-slo.json"

const keys: ReadonlyArray<string> = [
  "site",
  ...settings.map(({ name }) => keyOf(name))
]

/**
 * The file at a path, which must be there; or the usual one, if it is there.
 *
 * @internal
 */
export const load = Effect.fnUntraced(function*(
  path: string | undefined
): Effect.fn.Return<ConfigFile, UsageError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const name = path ?? defaultPath
  const text = yield* Effect.result(fs.readFileString(name))
  if (Result.isFailure(text)) {
    if (path === undefined && text.failure.reason._tag === "NotFound") return { path: undefined, values: new Map() }
    return yield* Effect.fail(new UsageError({ message: messageOf(text.failure) }))
  }
  return { path: name, values: yield* Effect.mapError(Effect.fromResult(parse(text.success)), wrong(name)) }
})

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const decode = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])))
)

const parse = (text: string): Result.Result<ReadonlyMap<string, string>, string> => {
  const content = Option.getOrUndefined(decode(text))
  if (content === undefined) return Result.fail("expected a JSON object of texts, numbers and booleans.")
  const unknown = Object.keys(content).find((key) => !keys.includes(key))
  if (unknown === undefined) {
    return Result.succeed(new Map(Object.entries(content).map(([key, value]) => [key, String(value)])))
  }
  const name = JSON.stringify(unknown.slice(0, 60))
  return Result.fail(
    /key|token|secret|password/i.test(unknown)
      ? `${name} has no place here: keys come from the environment.`
      : unknown === "host"
      ? `${name} has no place here: who may write the file could have your keys sent anywhere. Set DD_HOST.`
      : `${name} is no setting. There are ${keys.join(", ")}.`
  )
}

const wrong = (name: string) => (issue: string) => new UsageError({ message: `${name}: ${issue}` })
