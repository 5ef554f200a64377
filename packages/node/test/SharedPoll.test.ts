import { SloReport } from "@effect-datadog/slo-report"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Counts from "../src/internal/http/counts.ts"
import * as Limiter from "../src/internal/pacing/limiter.ts"
import * as Pacer from "../src/internal/pacing/pacer.ts"
import * as SharedPoll from "../src/internal/polling/sharedPoll.ts"
import { RetryPolicy } from "../src/index.ts"
import { advance } from "./utils/pacing.ts"

const span = Effect.runSync(Effect.makeSpan("a wait"))

// A poll, the times at which it asks to be looked at, and since when it is wanted at each look.
const given = () => {
  const scheduled: Array<number> = []
  const missed: Array<SharedPoll.Demand> = []
  const wanted: Array<number> = []
  const poll = new SharedPoll.SharedPoll(
    {
      pacer: {
        meter: { acquire: () => Effect.die("no call"), complete: () => Effect.void, release: () => {} },
        schedule: (_, at) => void scheduled.push(at),
        cancel: () => {}
      },
      run: () => {
        throw new Error("no poll")
      },
      retry: RetryPolicy.none,
      counts: Counts.make("datadoghq.com"),
      poll: () => Effect.die("no poll"),
      notice: {
        look: (_id, _now, since) => {
          wanted.push(since)
          return Infinity
        }
      }
    },
    SloReport.ReportId.make("a-report"),
    0
  )
  const subscribe = (demand: SharedPoll.Demand, isToldHeldUp = false) => {
    const none = () => {}
    const subscriber: SharedPoll.Subscriber = {
      span,
      demand,
      isToldHeldUp,
      keep: none,
      goOn: none,
      holdUp: none,
      stop: none,
      miss: () => void missed.push(demand)
    }
    poll.subscribers.add(subscriber)
    return subscriber
  }
  return { poll, subscribe, scheduled, missed, wanted }
}

describe("the poll of a report that waits share", () => {
  it("is looked at again when the next of them wants it, or has its last time", () => {
    const { poll, scheduled, subscribe } = given()
    subscribe({ due: 2000, end: 9000 })
    subscribe({ due: 3000, end: 4000 })
    assert.strictEqual(poll.onTime(1000, true), "asleep")
    assert.strictEqual(poll.onTime(2000, true), "due")
    assert.strictEqual(poll.onTime(3000, true), "due")
    assert.deepStrictEqual(scheduled, [2000, 3000, 4000])
  })

  it("is looked at again for one that has been told that it is held up when its last time comes", () => {
    const { poll, scheduled, subscribe } = given()
    poll.plan(subscribe({ due: 2000, end: 9000 }))
    poll.plan(subscribe({ due: 2000, end: 9000 }, true))
    assert.deepStrictEqual(scheduled, [2000, 9000])
  })

  it("is neither due nor looked at again where all have missed their last times", () => {
    const { missed, poll, scheduled, subscribe } = given()
    const demands = [{ due: 2000, end: 5000 }, { due: 5000, end: 5000 }]
    for (const demand of demands) subscribe(demand)
    assert.strictEqual(poll.onTime(5000, false), "asleep")
    assert.deepStrictEqual([missed, scheduled], [demands, []])
  })

  it("is wanted since a wait was due, until nobody is and no failure puts it off", () => {
    const { poll, subscribe, wanted } = given()
    const eager = subscribe({ due: 1000, end: 99_000 })
    subscribe({ due: 50_000, end: 99_000 })
    poll.onTime(1000, true)
    poll.retryAt = 5000
    poll.onTime(3000, true)
    poll.subscribers.delete(eager)
    poll.onTime(4000, true)
    assert.deepStrictEqual(wanted, [1000, 1000, 1000])
    poll.onTime(5000, true)
    poll.onTime(50_000, true)
    assert.deepStrictEqual(wanted, [1000, 1000, 1000, 50_000])
  })

  it("is neither due nor looked at again where nobody is left", () => {
    const { poll, scheduled } = given()
    assert.strictEqual(poll.onTime(5000, true), "asleep")
    assert.deepStrictEqual(scheduled, [])
  })

  it.effect("is looked at once for all that join it while it waits for its turn, and tells each", () =>
    Effect.gen(function*() {
      let looks = 0
      let told = 0
      const none = () => {}
      const pacer = yield* Pacer.make({ ...Limiter.unlimited, nextAt: (now) => now + 60_000 })
      const poll = new SharedPoll.SharedPoll(
        {
          pacer,
          run: () => {
            throw new Error("no poll")
          },
          retry: RetryPolicy.none,
          counts: Counts.make("datadoghq.com"),
          poll: () => Effect.die("no poll"),
          notice: { look: () => (looks += 1, Infinity) }
        },
        SloReport.ReportId.make("a-report"),
        0
      )
      for (let joined = 0; joined < 1000; joined++) {
        const subscriber = {
          span,
          demand: { due: 0, end: 90_000 },
          isToldHeldUp: false,
          holdUp: () => {
            told += 1
            subscriber.isToldHeldUp = true
          },
          keep: none,
          goOn: none,
          miss: none,
          stop: none
        }
        poll.subscribers.add(subscriber)
        poll.plan(subscriber)
      }
      yield* advance(0)
      assert.deepStrictEqual([told, looks], [1000, 2])
    }))
})
