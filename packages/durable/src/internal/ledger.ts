/**
 * What is stored of one export: whether there is one, how far it came, how it ended.
 *
 * @since 0.1.0
 */
import { ReportId } from "@effect-datadog/slo-report/SloReport"
import * as SloReportCsv from "@effect-datadog/slo-report/SloReportCsv"
import type { SloReportRequest } from "@effect-datadog/slo-report/SloReportRequest"
import type { MalformedMessage, PersistenceError } from "effect/cluster/ClusterError"
import * as EntityAddress from "effect/cluster/EntityAddress"
import * as EntityId from "effect/cluster/EntityId"
import * as EntityType from "effect/cluster/EntityType"
import * as MessageStorage from "effect/cluster/MessageStorage"
import * as Sharding from "effect/cluster/Sharding"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ExportBroken } from "../ExportError.ts"
import { Computing, Creating, Delivering, type ExportState, Waiting } from "../ReportExport.ts"
import * as Create from "./create.ts"
import { entityType } from "./definition.ts"
import * as History from "./history.ts"
import * as Marks from "./marks.ts"
import { CreatedReport, type Payload } from "./wire.ts"

/** @internal */
export const make = (account: string) =>
  Effect.gen(function*() {
    const storage = yield* MessageStorage.MessageStorage
    const sharding = yield* Sharding.Sharding

    const request = (id: string, tag: string, key: string) => {
      const entityId = EntityId.make(id)
      const address = EntityAddress.make({
        entityType: EntityType.make(entityType),
        entityId,
        shardId: sharding.getShardId(entityId, account)
      })
      return storage.requestIdForPrimaryKey({ address, tag, id: key })
    }

    const reply = Effect.fnUntraced(function*(id: string, tag: string, key: string) {
      const requestId = yield* request(id, tag, key)
      if (Option.isNone(requestId)) return undefined
      const last = (yield* storage.repliesForUnfiltered([requestId.value])).at(-1)
      return last?._tag === "WithExit" ? last.exit : undefined
    })

    /** What the first try that succeeded gave, of those that were made. */
    const step = Effect.fnUntraced(function*<A>(
      id: string,
      name: (n: number) => string,
      schema: Schema.Codec<A, unknown>
    ) {
      const decode = Schema.decodeUnknownOption(schema)
      for (let n = 1;; n++) {
        const exit = yield* reply(id, "activity", `${name(n)}/1`)
        if (exit === undefined) return undefined
        const decoded = Option.flatMap(successOf(exit), decode)
        if (Option.isSome(decoded)) return decoded.value
      }
    })

    const created = (id: string) => step(id, Create.stepName, CreatedReport)

    return {
      exists: (id: string) => Effect.map(request(id, "run", ""), Option.isSome),
      created,
      /** The file of a table of histories, as it was stored. */
      table: Effect.fnUntraced(function*(id: string, request: SloReportRequest) {
        const found = yield* step(id, History.foundName, History.Found)
        if (found === undefined) return yield* new ExportBroken({ issue: "its SLOs are not in the store" })
        const parts = [SloReportCsv.header(yield* History.columns(request, found.at))]
        for (let batch = 0; batch < History.batches(found.slos.length); batch++) {
          const rows = yield* step(id, (n) => History.rowsName(batch, n), History.Rows)
          if (rows === undefined) return yield* new ExportBroken({ issue: "its rows are not in the store" })
          parts.push(rows.text)
        }
        return parts
      }),
      /** How far an export came that has not ended. */
      progress: Effect.fnUntraced(function*(
        id: string,
        payload: Payload
      ): Effect.fn.Return<ExportState, PersistenceError | MalformedMessage> {
        const report = payload.report ?? (yield* created(id))
        if (report !== undefined) {
          const end = yield* reply(id, "deferred", Marks.make(payload).waited)
          return new (end === undefined ? Waiting : Delivering)({ report: ReportId.make(report.id) })
        }
        const found = yield* step(id, History.foundName, History.Found)
        if (found === undefined) return new Creating()
        const total = found.slos.length
        let batch = 0
        while (
          batch < History.batches(total) && (yield* step(id, (n) => History.rowsName(batch, n), History.Rows))
        ) batch++
        return new Computing({ rows: History.rowsOf(batch, total), total })
      })
    }
  })

// The engine's form of a step that succeeded.
const Success = Schema.Struct({
  _tag: Schema.Literal("Success"),
  value: Schema.Struct({
    _tag: Schema.Literal("Complete"),
    exit: Schema.Struct({ _tag: Schema.Literal("Success"), value: Schema.Unknown })
  })
})

const successOf = (exit: unknown): Option.Option<unknown> =>
  Option.map(Schema.decodeUnknownOption(Success)(exit), ({ value }) => value.exit.value)

/** @internal */
export type Ledger = Effect.Success<ReturnType<typeof make>>
