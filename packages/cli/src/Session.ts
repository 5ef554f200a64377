/**
 * What a command finds when it begins: settings, credentials, Datadog, and who is told of it.
 *
 * @since 0.1.0
 */
import type { UndiciUnavailable } from "@effect-datadog/slo-report-node/NodeSloReportClient"
import type { ConfigError } from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { FileSystem } from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type { Stdio } from "effect/Stdio"
import type { UsageError } from "./CommandError.ts"
import * as ConfigFile from "./ConfigFile.ts"
import * as Credentials from "./Credentials.ts"
import type { Datadog } from "./Datadog.ts"
import * as Flag from "./Flag.ts"
import * as Progress from "./Progress.ts"
import { keyOf, variableOf } from "./Setting.ts"
import { Settings, type Text } from "./Settings.ts"
import * as Stderr from "./Stderr.ts"
import * as Transport from "./Transport.ts"
import * as Variable from "./Variable.ts"

/** @internal */
export class Session extends Context.Service<Session, {
  readonly isDemo: boolean
  readonly file: ConfigFile.ConfigFile
  readonly credentials: Effect.Effect<Credentials.Found, UsageError, FileSystem>
}>()("@effect-datadog/slo-report-cli/Session") {}

/** @internal */
export type Services = Session | Settings | Progress.Progress | Stderr.Stderr

/** @internal */
export const layer = (given: Flag.Given): Layer.Layer<Services, UsageError, FileSystem | Stdio> =>
  Layer.provideMerge(
    Layer.mergeAll(Progress.layer(Flag.isOn(given, Flag.quiet)), settings(given), logging(given)),
    Stderr.layer
  )

/**
 * Datadog, or the fake of `--demo`.
 *
 * @internal
 */
export const datadog: Layer.Layer<Datadog, ConfigError | UndiciUnavailable | UsageError, Session | FileSystem> = Layer
  .unwrap(
    Effect.gen(function*() {
      const { credentials, isDemo } = yield* Session
      if (isDemo) return Transport.demo
      const provider = Credentials.provider(yield* credentials)
      return Layer.provide(yield* Transport.Transport, ConfigProvider.layer(provider))
    })
  )

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const settings = (given: Flag.Given): Layer.Layer<Session | Settings, UsageError, FileSystem> =>
  Layer.effectContext(
    Effect.gen(function*() {
      const isDemo = Flag.isOn(given, Flag.demo)
      const path = Flag.textOf(given, Flag.config) ?? (yield* Variable.textOf(variableOf(Flag.config.name)))
      const file = yield* ConfigFile.load(path)
      const text = (name: string): Effect.Effect<Text | undefined> =>
        Effect.map(Variable.textOf(variableOf(name)), (ofEnvironment) => {
          if (ofEnvironment !== undefined) {
            return { text: ofEnvironment, origin: "environment", name: variableOf(name) }
          }
          const ofFile = file.values.get(keyOf(name))
          if (ofFile !== undefined) return { text: ofFile, origin: "file", name: `${file.path}: ${keyOf(name)}` }
          const ofDemo = isDemo ? demo.get(name) : undefined
          return ofDemo === undefined ? undefined : { text: ofDemo, origin: "file", name: "--demo" }
        })
      const credentials = Credentials.find(Flag.textOf(given, Flag.site), file)
      return Context.add(Context.make(Session, { isDemo, file, credentials }), Settings, { text })
    })
  )

// What is asked of the fake where nobody says.
const demo: ReadonlyMap<string, string> = new Map([["query", "*"], ["last", "6mo"]])

// The usual logger writes to standard output.
const logging = (given: Flag.Given): Layer.Layer<never> =>
  Layer.merge(
    Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)]),
    Layer.succeed(References.MinimumLogLevel, Flag.isOn(given, Flag.verbose) ? "Debug" : "None")
  )
