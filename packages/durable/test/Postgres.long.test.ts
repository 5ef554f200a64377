import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { PostgresStore } from "../src/index.ts"
import * as Store from "./suites/store.ts"
import { missing, postgres } from "./utils/postgres.ts"
import { errorOf } from "./utils/world.ts"

const title = `a store in Postgres${missing === undefined ? "" : ` (${missing})`}`

describe.skipIf(missing !== undefined)(title, { timeout: 120_000 }, () => {
  Store.store(Effect.map(postgres, ({ url }) => ({
    store: (account?: string) => PostgresStore.layer({ url: Redacted.make(url), account }),
    client: PgClient.layer({ url: Redacted.make(url) })
  })))
})

describe("a store in Postgres that isn't there", () => {
  it.live("is an error that names neither the user nor the password", () =>
    Effect.gen(function*() {
      const store = PostgresStore.layer({ url: "postgres://somebody:secret@127.0.0.1:9/exports" })
      const error = errorOf(yield* Effect.exit(Effect.scoped(Layer.build(store))))
      assert.strictEqual(error._tag, "StoreFailed")
      assert.notMatch(JSON.stringify([error, error.message]), /secret|somebody/)
      assert.match(error.message, /See that the database can be reached/)
    }))
})
