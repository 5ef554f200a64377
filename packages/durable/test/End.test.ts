import { Fault, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { Outside, Process } from "./utils/crash.ts"
import { makeOutside, makeProcess } from "./utils/crash.ts"
import { errorOf, type Files, makeFiles, requestOf, settle, valueOf } from "./utils/world.ts"

const requests = Array.from({ length: 20 }, (_, index) => requestOf({ query: `env:${index}` }))

const begin = ({ exports }: Process, count = requests.length) =>
  Effect.forEach(requests.slice(0, count), (request) => exports.start(request), { concurrency: "unbounded" })

const seconds = (count: number) => Effect.repeat(TestClock.adjust("1 second"), { times: count - 1 })

const creates = ({ fake }: Outside) =>
  Effect.map(
    fake.requests,
    (all) => all.filter(({ body, operation }) => operation === "create" && !body.includes("env:first"))
  )

/** Ends a process as one that is asked to: how many milliseconds it takes. */
const end = Effect.fnUntraced(function*(process: Process) {
  const from = yield* Clock.currentTimeMillis
  const closing = yield* Effect.forkDetach(
    Effect.andThen(process.close, Clock.currentTimeMillis),
    { startImmediately: true }
  )
  return (yield* settle(closing, "1 minute", "100 millis")) - from
})

/** How all exports end in the next process. */
const endings = Effect.fnUntraced(function*(outside: Outside) {
  const process = yield* makeProcess(outside)
  const ids = yield* Stream.runCollect(process.exports.all)
  const ends = yield* Effect.forEach(
    ids,
    (id) => Effect.forkDetach(Effect.exit(process.exports.await(id)), { startImmediately: true })
  )
  const exits = yield* Effect.forEach(ends, (fiber) => settle(fiber))
  yield* end(process)
  return exits
})

const isWhole = ({ files }: Files) => [...files.values()].every((text) => text.startsWith("id,") && text.endsWith("\n"))

const slowly = (millis: number) => Fault.make("slow answer", (answer) => Effect.tap(answer, Effect.sleep(millis)))

/** A process that has found out that there is no limit, when create calls begin to take long. */
const making = Effect.fnUntraced(function*(answer: number) {
  const files = makeFiles()
  const outside = yield* makeOutside(files, { report: { timeline: Timeline.always("completed") } })
  const process = yield* makeProcess(outside)
  yield* process.exports.start(requestOf({ query: "env:first" }))
  yield* seconds(5)
  yield* outside.fake.inject(slowly(answer), { operation: "create", times: Infinity })
  return { files, outside, process }
})

describe("a process with many exports to create", () => {
  it.effect("has five create calls under way, and loses no more where it dies", () =>
    Effect.gen(function*() {
      const { files, outside, process } = yield* making(3000)
      yield* begin(process)
      yield* seconds(2)
      assert.strictEqual((yield* creates(outside)).length, 5)
      yield* seconds(3)
      assert.strictEqual((yield* creates(outside)).length, 10)
      yield* process.kill
      const exits = yield* endings(outside)
      const lost = exits.filter(({ _tag }) => _tag === "Failure")
      assert.deepStrictEqual(
        lost.map((exit) => errorOf(exit)._tag),
        Array.from({ length: 5 }, () => "CreateInterrupted")
      )
      assert.strictEqual(exits.length, 21)
      assert.strictEqual((yield* creates(outside)).length, 20)
      assert.strictEqual(files.files.size, 16)
      assert.isTrue(isWhole(files))
    }))

  it.effect("begins none when it is asked to end, and stores those that are answered in time", () =>
    Effect.gen(function*() {
      const { outside, process } = yield* making(3000)
      yield* begin(process)
      yield* seconds(1)
      const took = yield* end(process)
      assert.isAtLeast(took, 1500)
      assert.isAtMost(took, 2500)
      assert.strictEqual((yield* creates(outside)).length, 5)
      for (const exit of yield* endings(outside)) assert.strictEqual(valueOf(exit).report?.status, "completed")
      assert.strictEqual((yield* creates(outside)).length, 20)
    }))

  it.effect.each(
    [
      ["is gone on with, where its answer comes soon after", 8000, "Success"],
      ["may be lost, where its answer takes longer", 12_000, "Failure"]
    ] as const
  )("doesn't wait longer than five seconds for a call, which %s", ([, answer, ending]) =>
    Effect.gen(function*() {
      const { outside, process } = yield* making(answer)
      yield* begin(process, 1)
      yield* seconds(1)
      const took = yield* end(process)
      assert.isAtLeast(took, 5000)
      assert.isAtMost(took, 5300)
      const [, exit] = yield* endings(outside)
      assert.strictEqual(exit?._tag, ending)
      assert.strictEqual((yield* creates(outside)).length, 1)
    }))
})

describe("a process that was frozen, and has lost its exports", () => {
  it.effect("sends none of the calls that it was about to, since another process has", () =>
    Effect.gen(function*() {
      const { outside, process } = yield* making(3000)
      yield* begin(process)
      yield* seconds(1)
      // Each believes that all exports are its own.
      const { exports } = yield* makeProcess(outside)
      yield* exports.start(requestOf({ query: "env:first" }))
      yield* seconds(60)
      const sent = yield* creates(outside)
      assert.strictEqual(sent.length, 20)
      assert.strictEqual(new Set(sent.map(({ body }) => body)).size, 20)
    }))
})

describe("a process that is asked to end", () => {
  it.effect("gives a download up at once, and the next one puts the whole file", () =>
    Effect.gen(function*() {
      const { files, outside, process } = yield* making(0)
      files.gate = Deferred.makeUnsafe<void>()
      yield* begin(process, 3)
      yield* seconds(10)
      assert.strictEqual(files.begun, 4)
      const took = yield* end(process)
      assert.isAtMost(took, 300)
      assert.strictEqual(files.files.size, 1)
      yield* Deferred.succeed(files.gate, undefined)
      const exits = yield* endings(outside)
      assert.deepStrictEqual(exits.map(({ _tag }) => _tag), ["Success", "Success", "Success", "Success"])
      assert.strictEqual(files.puts.length, 4)
      assert.isTrue(isWhole(files))
    }))
})
