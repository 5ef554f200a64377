/**
 * A store over the client of `@effect/sql-pg`, which this module alone imports.
 *
 * @since 0.1.0
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as SqlRunnerStorage from "effect/cluster/SqlRunnerStorage"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import type * as Redacted from "effect/Redacted"
import { hostname } from "node:os"
import type { StoreFailed } from "../ExportError.ts"
import type * as ExportStore from "../ExportStore.ts"
import * as SqlStore from "./sqlStore.ts"

/** @internal */
export interface Options {
  readonly url: Redacted.Redacted
  readonly prefix: string
  readonly account: string
  readonly serve: boolean | undefined
}

/** @internal */
export const layer = ({ account, prefix, serve, url }: Options): Layer.Layer<ExportStore.Services, StoreFailed> =>
  Layer.unwrap(
    // Nobody connects to it: the address is a name, which two containers of one image must not share.
    Effect.map(Random.nextIntBetween(1, 2 ** 31 - 1), (port) =>
      SqlStore.layer(
        { account, prefix, isShared: true, host: hostname(), port, serve },
        PgClient.layer({ url, applicationName: "slo-report" }),
        SqlRunnerStorage.layerWith({ prefix })
      ))
  )
