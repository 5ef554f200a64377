import { FakeDatadog } from "@effect-datadog/slo-report-testing"
import { Context, Deferred, Effect, Exit, Layer, Scope } from "effect"
import { MessageStorage, RunnerStorage, Snowflake } from "effect/cluster"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { ExportStore, ReportExports } from "../../src/index.ts"
import * as Cluster from "../../src/internal/cluster.ts"
import * as MemoryJournal from "../../src/internal/memoryJournal.ts"
import { type Files, layerClient, layerSink } from "./world.ts"

/** After which write to the store a process dies, and whether the write itself is done. */
export interface Death {
  readonly at: number
  readonly isDone: boolean
}

/** What outlives processes: the store, Datadog, the files. */
export interface Outside {
  readonly driver: MessageStorage.MemoryDriver["Service"]
  readonly fake: FakeDatadog.Service
  readonly files: Files
}

export const makeOutside = (files: Files, options?: FakeDatadog.Options): Effect.Effect<Outside> =>
  Effect.all({
    driver: Effect.provide(MessageStorage.MemoryDriver.make, Snowflake.layerGenerator),
    fake: FakeDatadog.make({ rateLimit: false, ...options }),
    files: Effect.succeed(files)
  })

export interface Process {
  readonly exports: ReportExports.Service
  /** The writes that were done, in words. */
  readonly writes: Array<string>
  readonly died: Deferred.Deferred<void>
  /** Ends it as a process ends that is asked to. */
  readonly close: Effect.Effect<void>
}

/**
 * A process over the store. When it dies, nothing of it comes through any more, and nothing of it is cleaned up: its
 * fibers stand still where they are.
 */
export const makeProcess = Effect.fnUntraced(function*(
  { driver, fake, files }: Outside,
  death?: Death,
  // The messages that get lost.
  isLost: (entityType: string) => boolean = () => false
) {
  const died = Deferred.makeUnsafe<void>()
  const writes: Array<string> = []
  let isDead = false
  let count = 0

  const unlessDead = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.suspend(() => isDead ? Effect.never : self)

  const die = Effect.suspend(() => {
    isDead = true
    return Effect.andThen(Deferred.succeed(died, undefined), Effect.never)
  })

  const writing = (what: string) => <A, E, R>(self: Effect.Effect<A, E, R>) =>
    Effect.suspend(() => {
      if (isDead) return Effect.never
      const done = Effect.tap(self, () => Effect.sync(() => writes.push(what)))
      if (++count !== death?.at) return done
      return death.isDone ? Effect.andThen(done, die) : die
    })

  const { encoded } = driver
  const nameOf = (payload: unknown) => (payload as { readonly name?: string } | undefined)?.name ?? ""
  const wrapped: MessageStorage.Encoded = {
    saveEnvelope: (options) => {
      const { envelope } = options
      const what = envelope._tag === "Request" ? `${envelope.tag} ${nameOf(envelope.payload)}` : envelope._tag
      return Effect.tap(writing(what)(encoded.saveEnvelope(options)), () =>
        Effect.sync(() => {
          if (!isLost(envelope.address.entityType)) return
          for (const one of driver.unprocessed) if (isLost(one.address.entityType)) driver.unprocessed.delete(one)
        }))
    },
    saveReply: (reply) => {
      const envelope = driver.requests.get(reply.requestId)?.envelope
      const what = envelope?._tag === "Request" ? `${envelope.tag} ${nameOf(envelope.payload)}` : ""
      return writing(`reply ${what}`)(encoded.saveReply(reply))
    },
    clearReplies: (...args) => writing("clear")(encoded.clearReplies(...args)),
    requestIdForPrimaryKey: (key) => unlessDead(encoded.requestIdForPrimaryKey(key)),
    repliesFor: (ids) => unlessDead(encoded.repliesFor(ids)),
    repliesForUnfiltered: (ids) => unlessDead(encoded.repliesForUnfiltered(ids)),
    unprocessedMessages: (...args) => unlessDead(encoded.unprocessedMessages(...args)),
    unprocessedMessagesById: (...args) => unlessDead(encoded.unprocessedMessagesById(...args)),
    resetRequests: (ids) => unlessDead(encoded.resetRequests(ids)),
    resetAddresses: (addresses) => unlessDead(encoded.resetAddresses(addresses)),
    clearAddress: (address) => unlessDead(encoded.clearAddress(address)),
    resetShards: (ids) => unlessDead(encoded.resetShards(ids)),
    withTransaction: encoded.withTransaction
  }

  const messages = Layer.effect(MessageStorage.MessageStorage, MessageStorage.makeEncoded(wrapped)).pipe(
    Layer.provide(Snowflake.layerGenerator)
  )
  const store = Layer.succeed(ExportStore.ExportStore, { account: "default", journal: MemoryJournal.make(driver) })
  const engine = Cluster.layer({ account: "default", host: "test", port: 1 }, messages, RunnerStorage.layerMemory)

  const http = Layer.effect(
    HttpClient.HttpClient,
    HttpClient.HttpClient.useSync(
      HttpClient.transform((answer) => Effect.tap(unlessDead(answer), unlessDead(Effect.void)))
    )
  ).pipe(
    Layer.provide(FakeDatadog.layerClient),
    Layer.provide(Layer.succeed(FakeDatadog.FakeDatadog, fake))
  )
  const sink = layerSink(files)

  const process = ReportExports.layer.pipe(
    Layer.provide([sink, Layer.provide(layerClient, http), Layer.merge(store, engine)])
  )
  // Later than all that came before: the ids of messages are made of time.
  yield* TestClock.adjust("1 second")
  const scope = Scope.makeUnsafe()
  const built = yield* Layer.buildWithMemoMap(process, Layer.makeMemoMapUnsafe(), scope)
  const exports = Context.get(built, ReportExports.ReportExports)
  return { exports, writes, died, close: Scope.close(scope, Exit.void) } satisfies Process
})
