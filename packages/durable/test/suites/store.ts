import { FakeDatadog, Timeline } from "@effect-datadog/slo-report-testing"
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Option, Scope, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { type ExportStore, ReportExports } from "../../src/index.ts"
import { errorOf, Exports, layerClient, layerSink, makeFiles, request, requestOf } from "../utils/world.ts"

const { FakeDatadog: Fake } = FakeDatadog

/** A process over a store, with its tables at hand. */
const open = Effect.fnUntraced(function*<E>(store: Layer.Layer<ExportStore.Services, E>) {
  const fake = yield* Fake
  const http = Layer.provide(FakeDatadog.layerClient, Layer.succeed(Fake, fake))
  const layer = ReportExports.layer.pipe(
    Layer.provide([store, layerSink(makeFiles()), Layer.provide(layerClient, http)])
  )
  const scope = yield* Scope.fork(yield* Effect.scope)
  const built = yield* Layer.buildWithMemoMap(layer, Layer.makeMemoMapUnsafe(), scope)
  return { exports: Context.get(built, Exports), close: Scope.close(scope, Exit.void) }
})

/** How a store is used, whatever its database. */
export const store = <E>(
  make: Effect.Effect<
    {
      readonly store: (account?: string) => Layer.Layer<ExportStore.Services, E>
      readonly client: Layer.Layer<SqlClient.SqlClient, unknown>
    },
    never,
    Scope.Scope
  >
): void => {
  const inStore = <A>(
    test: (world: Effect.Success<typeof make>) => Effect.Effect<A, unknown, FakeDatadog.FakeDatadog | Scope.Scope>,
    timeline = Timeline.after("500 millis", "completed")
  ) =>
    Effect.flatMap(make, test).pipe(
      Effect.scoped,
      Effect.provide(
        Layer.merge(FakeDatadog.layerMemory({ rateLimit: false, report: { timeline } }), NodeServices.layer)
      )
    )

  it.live(
    "lists, retries, forgets and prunes, and leaves no row behind",
    () =>
      inStore(({ client, store }) =>
        Effect.gen(function*() {
          const fake = yield* Fake
          const first = yield* open(store())
          const { exports } = first
          const failed = yield* exports.start(request)
          errorOf(yield* Effect.exit(exports.await(failed)))
          yield* fake.setReportDefaults({ timeline: Timeline.always("completed") })
          const retried = yield* exports.retry(failed)
          assert.strictEqual((yield* exports.await(retried)).report?.status, "completed")
          yield* fake.setReportDefaults({ timeline: Timeline.always("in_progress") })
          const going = yield* exports.start(requestOf({ query: "env:going" }))
          yield* Effect.sleep("500 millis")
          assert.deepStrictEqual(yield* Stream.runCollect(exports.all), [failed, retried, going])
          assert.deepStrictEqual(yield* Stream.runCollect(exports.open), [going])
          assert.strictEqual(Option.getOrThrow(yield* exports.state(going))._tag, "Waiting")
          assert.strictEqual(yield* exports.prune("1 hour"), 0)
          assert.strictEqual(yield* exports.prune(0), 1)
          assert.deepStrictEqual(yield* Stream.runCollect(exports.all), [going])
          yield* exports.forget(going)
          assert.deepStrictEqual(yield* Stream.runCollect(exports.all), [])
          yield* first.close
          const rows = yield* Effect.flatMap(SqlClient.SqlClient, (sql) =>
            sql`SELECT entity_type, message_id FROM slo_report_messages
              UNION ALL SELECT 'reply', CAST(request_id AS CHAR(20)) FROM slo_report_replies`).pipe(
              Effect.provide(client)
            )
          assert.deepStrictEqual(rows, [])
        }), Timeline.always("failed")),
    60_000
  )

  it.live("keeps the exports of accounts apart", () =>
    inStore(({ store }) =>
      Effect.gen(function*() {
        const one = yield* open(store("one"))
        const id = yield* one.exports.start(request)
        yield* one.close
        const other = yield* open(store("other"))
        const its = yield* other.exports.start(request)
        assert.notStrictEqual(its, id)
        assert.deepStrictEqual(yield* Stream.runCollect(other.exports.all), [its])
        yield* other.exports.await(its)
        yield* Effect.sleep("2 seconds")
        assert.isAtMost(
          (yield* Fake.use((fake) => fake.requests)).filter(({ operation }) => operation === "download").length,
          1
        )
        yield* other.close
        const again = yield* open(store("one"))
        assert.strictEqual((yield* again.exports.await(id)).source, "report")
        assert.strictEqual((yield* Fake.use((fake) => fake.reportIds)).length, 2)
      })
    ), 60_000)

  it.live("of a later version is left alone", () =>
    inStore(({ client, store }) =>
      Effect.gen(function*() {
        yield* Effect.flatMap(open(store()), ({ close }) => close)
        yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql`UPDATE slo_report_version SET version = 7`).pipe(
          Effect.provide(client)
        )
        const error = errorOf(yield* Effect.exit(open(store())))
        assert.match(
          String((error as { readonly message?: unknown }).message),
          /version 7.*Use the version of this library that wrote it/
        )
      })
    ), 60_000)
}
