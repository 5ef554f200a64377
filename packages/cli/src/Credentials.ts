/**
 * Which Datadog, and as whom: what the environment says under any of its names, and where each value comes from.
 *
 * @since 0.1.0
 */
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { UsageError } from "./CommandError.ts"
import type { ConfigFile } from "./ConfigFile.ts"
import * as Variable from "./Variable.ts"

/**
 * A value, and what gave it.
 *
 * @internal
 */
export interface Known {
  readonly value: string
  readonly origin: string
}

/** @internal */
export type Name = keyof typeof names

/** @internal */
export type Found = { readonly [K in Name]: Known | undefined }

// The names that Datadog's own clients read, ours first; each may have _FILE after it.
const names = {
  DD_SITE: ["DD_SITE", "DATADOG_SITE"],
  DD_HOST: ["DD_HOST", "DATADOG_HOST"],
  DD_API_KEY: ["DD_API_KEY", "DATADOG_API_KEY"],
  DD_APP_KEY: ["DD_APP_KEY", "DATADOG_APP_KEY", "DATADOG_APPLICATION_KEY"],
  DD_ACCESS_TOKEN: ["DD_ACCESS_TOKEN", "DATADOG_ACCESS_TOKEN"]
} as const

/** @internal */
export const find = Effect.fnUntraced(function*(
  site: string | undefined,
  file: ConfigFile
): Effect.fn.Return<Found, UsageError, FileSystem.FileSystem> {
  const found: { -readonly [K in Name]: Known | undefined } = {
    DD_SITE: yield* first(names.DD_SITE),
    DD_HOST: yield* first(names.DD_HOST),
    DD_API_KEY: yield* first(names.DD_API_KEY),
    DD_APP_KEY: yield* first(names.DD_APP_KEY),
    DD_ACCESS_TOKEN: yield* first(names.DD_ACCESS_TOKEN)
  }
  // What is named as Datadog's own documentation does goes before what other clients read.
  if (found.DD_SITE?.origin.startsWith("DD_") && found.DD_HOST?.origin.startsWith("DATADOG_")) found.DD_HOST = undefined
  const hasPair = [found.DD_API_KEY, found.DD_APP_KEY].every((known) => known?.origin.startsWith("DD_"))
  if (hasPair && found.DD_ACCESS_TOKEN?.origin.startsWith("DATADOG_")) found.DD_ACCESS_TOKEN = undefined
  const siteOfFile = file.values.get("site")
  if (site !== undefined) {
    // A flag goes before the environment: also before a variable that says the same in another way.
    return { ...found, DD_SITE: { value: site, origin: "--site" }, DD_HOST: undefined }
  }
  return found.DD_SITE === undefined && siteOfFile !== undefined
    ? { ...found, DD_SITE: { value: siteOfFile, origin: file.path ?? "" } }
    : found
})

/**
 * What the client reads its configuration from.
 *
 * @internal
 */
export const provider = (found: Found): ConfigProvider.ConfigProvider =>
  ConfigProvider.fromEnvRecord(
    Object.fromEntries(Object.entries(found).map(([name, known]) => [name, known?.value]))
  )

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const first = Effect.fnUntraced(function*(names: ReadonlyArray<string>) {
  for (const name of names) {
    const value = yield* textOf(name)
    if (value !== undefined) return { value, origin: name }
    const path = yield* textOf(`${name}_FILE`)
    if (path !== undefined) return { value: yield* content(`${name}_FILE`, path), origin: `${name}_FILE` }
  }
  return undefined
})

const textOf = (name: string): Effect.Effect<string | undefined> =>
  Effect.map(Variable.textOf(name), (text) => text?.trim() === "" ? undefined : text)

const content = Effect.fnUntraced(function*(name: string, path: string) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(
    fs.readFileString(path),
    ({ reason }) => new UsageError({ message: `${name}: ${path} can't be read (${reason._tag}).` })
  )
  return text.trim()
})
