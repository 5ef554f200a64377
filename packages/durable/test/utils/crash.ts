import { FakeDatadog } from "@effect-datadog/slo-report-testing"
import { Clock, Context, Deferred, Effect, Exit, Layer, Scope } from "effect"
import { ClusterError, MessageStorage, RunnerStorage, Snowflake } from "effect/cluster"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { ExportStore, ReportExports } from "../../src/index.ts"
import * as Cluster from "../../src/internal/cluster.ts"
import * as MemoryJournal from "../../src/internal/memoryJournal.ts"
import * as Messages from "../../src/internal/messages.ts"
import { type Files, layerClient, layerSink } from "./world.ts"

/** After which write to the store something happens, and whether the write itself is done. */
export interface Mishap {
  readonly at: number
  readonly isDone: boolean
  /** For how many milliseconds the store is away. Else the process dies. */
  readonly away?: number
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
  /** The writes that were done, in words: how many there are is the same in each run. */
  readonly writes: Array<string>
  readonly died: Deferred.Deferred<void>
  readonly kill: Effect.Effect<void>
  /** Ends it as a process ends that is asked to. */
  readonly close: Effect.Effect<void>
}

/**
 * A process over the store. When it dies, nothing of it comes through any more, and nothing of it is cleaned up: its
 * fibers stand still where they are.
 */
export const makeProcess = Effect.fnUntraced(function*(
  { driver, fake, files }: Outside,
  mishap?: Mishap,
  // The messages that get lost.
  isLost: (entityType: string) => boolean = () => false
) {
  const died = Deferred.makeUnsafe<void>()
  const writes: Array<string> = []
  let isDead = false
  let backAt = 0
  let count = 0

  const unlessDead = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.suspend(() => isDead ? Effect.never : self)

  const away = Effect.fail(new ClusterError.PersistenceError({ cause: new Error("the store is away") }))

  const there = <A, E, R>(
    self: Effect.Effect<A, E, R>
  ): Effect.Effect<A, E | ClusterError.PersistenceError, R> =>
    unlessDead(Effect.flatMap(
      Clock.currentTimeMillis,
      (now): Effect.Effect<A, E | ClusterError.PersistenceError, R> => now < backAt ? away : self
    ))

  const die = Effect.suspend(() => {
    isDead = true
    return Effect.andThen(Deferred.succeed(died, undefined), Effect.never)
  })

  const happen = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    if (mishap?.away === undefined) return die
    backAt = now + mishap.away
    return away
  })

  const writing = (what: string) => <A, E, R>(self: Effect.Effect<A, E, R>) =>
    there(Effect.suspend(() => {
      const done = Effect.tap(self, () => Effect.sync(() => writes.push(what)))
      if (++count !== mishap?.at) return done
      return mishap.isDone ? Effect.andThen(done, happen) : happen
    }))

  const { encoded } = driver
  const nameOf = (payload: unknown) => (payload as { readonly name?: string } | undefined)?.name ?? ""
  const wrapped: MessageStorage.Encoded = {
    saveEnvelope: (options) => {
      const { envelope } = options
      const what = envelope._tag === "Request" ? `${envelope.tag} ${nameOf(envelope.payload)}` : envelope._tag
      // Who asks again for what is stored writes nothing, and how often it does depends on how long a report takes.
      const isKnown = options.primaryKey !== null && driver.requestsByPrimaryKey.has(options.primaryKey)
      return Effect.tap((isKnown ? there : writing(what))(encoded.saveEnvelope(options)), () =>
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
    requestIdForPrimaryKey: (key) => there(encoded.requestIdForPrimaryKey(key)),
    repliesFor: (ids) => there(encoded.repliesFor(ids)),
    repliesForUnfiltered: (ids) => there(encoded.repliesForUnfiltered(ids)),
    unprocessedMessages: (...args) => there(encoded.unprocessedMessages(...args)),
    unprocessedMessagesById: (...args) => there(encoded.unprocessedMessagesById(...args)),
    resetRequests: (ids) => there(encoded.resetRequests(ids)),
    resetAddresses: (addresses) => there(encoded.resetAddresses(addresses)),
    clearAddress: (address) => there(encoded.clearAddress(address)),
    resetShards: (ids) => there(encoded.resetShards(ids)),
    withTransaction: encoded.withTransaction
  }

  const journal = MemoryJournal.make(driver)
  const store = Layer.succeed(ExportStore.ExportStore, { account: "default", isShared: true, journal })
  const engine = Cluster.layer(
    { account: "default", host: "test", port: 1 },
    Messages.layer(Effect.succeed(wrapped)),
    RunnerStorage.layerMemory
  )

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
  const kill = Effect.sync(() => void (isDead = true))
  return { exports, writes, died, kill, close: Scope.close(scope, Exit.void) } satisfies Process
})
