/**
 * What a command finds when it begins: settings, credentials, Datadog, and who is told of it.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type { ConfigError } from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { FileSystem } from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as ConfigFile from "./ConfigFile.ts"
import type { UsageError } from "./CommandError.ts"
import * as Credentials from "./Credentials.ts"
import * as Datadog from "./Datadog.ts"
import * as Global from "./Global.ts"
import * as Progress from "./Progress.ts"
import { keyOf, Settings, type Text, variableOf } from "./Setting.ts"
import * as Stderr from "./Stderr.ts"

/** @internal */
export class Session extends Context.Service<Session, {
  readonly file: ConfigFile.ConfigFile
  readonly credentials: Effect.Effect<Credentials.Found, UsageError | ConfigError, FileSystem>
}>()("@effect-datadog/slo-report-cli/Session") {}

type GlobalFlags = Context.Service.Identifier<typeof Global.flags[number]>

/** @internal */
export const layer: Layer.Layer<Session | Settings, UsageError, FileSystem | GlobalFlags> = Layer.effectContext(
  Effect.gen(function*() {
    const isDemo = yield* Global.Demo
    const site = yield* Global.Site
    const given = yield* Global.ConfigPath
    const variable = yield* textOf(variableOf("config"))
    const file = yield* ConfigFile.load(Option.orElse(given, () => Option.fromUndefinedOr(variable)))
    const text = Effect.fnUntraced(function*(name: string): Effect.fn.Return<Text | undefined> {
      const ofEnvironment = yield* textOf(variableOf(name))
      if (ofEnvironment !== undefined) {
        return { text: ofEnvironment, origin: "environment", name: variableOf(name) }
      }
      const ofFile = file.values.get(keyOf(name))
      if (ofFile !== undefined) return { text: ofFile, origin: "file", name: `${file.path}: ${keyOf(name)}` }
      const ofDemo = isDemo ? demo.get(name) : undefined
      return ofDemo === undefined ? undefined : { text: ofDemo, origin: "file", name: "--demo" }
    })
    return Context.make(Session, { file, credentials: Credentials.find(site, file) }).pipe(
      Context.add(Settings, { text })
    )
  })
)

/**
 * Datadog, or the fake of `--demo`.
 *
 * @internal
 */
export const datadog: Layer.Layer<
  Datadog.Datadog,
  ConfigError | UsageError,
  Session | FileSystem | Context.Service.Identifier<typeof Global.Demo>
> = Layer.unwrap(
  Effect.gen(function*() {
    if (yield* Global.Demo) return Datadog.demo
    const { credentials } = yield* Session
    const provider = Credentials.provider(yield* credentials)
    return Layer.provide(yield* Datadog.Transport, ConfigProvider.layer(provider))
  })
)

/**
 * Gives a command what it needs, and takes it away at the command's end.
 *
 * @internal
 */
export const provide = <A, E, R>(command: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Global.Verbose, (isVerbose) =>
    command.pipe(
      Effect.provide(Layer.provideMerge(Layer.mergeAll(Progress.layer, layer), Stderr.layer)),
      Effect.scoped,
      Effect.provide(logger),
      Effect.provideService(References.MinimumLogLevel, isVerbose ? "Debug" : "None")
    ))

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

// The usual one writes to standard output.
const logger = Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])

// What is asked of the fake where nobody says.
const demo: ReadonlyMap<string, string> = new Map([["query", "*"], ["last", "6mo"]])

const textOf = (name: string): Effect.Effect<string | undefined> =>
  Config.option(Config.String(name)).pipe(
    Effect.orDie,
    Effect.map((text) => Option.getOrUndefined(Option.filter(text, (text) => text !== "")))
  )
