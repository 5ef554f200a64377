import { RateLimit } from "@effect-datadog/slo-report"
import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import type { Observation, Permit } from "../src/internal/http/attempt.ts"
import * as Limiter from "../src/internal/pacing/limiter.ts"

const minute = 60_000

interface Told {
  readonly limit?: number | undefined
  // Seconds.
  readonly period?: number | undefined
  readonly reset?: number | undefined
  readonly name?: string | undefined
}

// An answer whose headers tell what is left of a limit: 100 in a minute, unless it says otherwise.
const left = (remaining: number, told: Told = {}): Observation => {
  const { limit, name, period, reset }: Told = { limit: 100, period: 60, reset: 60, name: "a", ...told }
  return {
    status: 200,
    retryAfter: 0,
    rateLimit: RateLimit.RateLimit.make({
      remaining,
      ...(limit === undefined ? {} : { limit }),
      ...(period === undefined ? {} : { period: Duration.seconds(period) }),
      ...(reset === undefined ? {} : { reset: Duration.seconds(reset) }),
      ...(name === undefined ? {} : { name })
    })
  }
}

// An answer without headers of a limit.
const bare = (status = 200, retryAfter = 0): Observation => ({
  status,
  retryAfter,
  rateLimit: RateLimit.RateLimit.make({})
})

const given = (reserve = 0) => {
  const limiter = Limiter.make(reserve)
  const poll = (now: number) => limiter.acquire(now, "status", true)
  const call = (now: number, operation: "status" | "create" = "create") => limiter.acquire(now, operation, false)
  const end = (permit: Permit, now: number, observation: Observation) => limiter.complete(permit, now, observation)
  const answered = (now: number, observation: Observation) => end(poll(now), now, observation)
  // Polls without an answer, until there is no room; how many.
  const exhaust = (now: number) => {
    let count = 0
    for (; limiter.hasRoom(now) && count < 1000; count++) poll(now)
    return count
  }
  return { limiter, poll, call, end, answered, exhaust }
}

describe("without any limit", () => {
  it("a poll goes when it is due, and there is room for each", () => {
    const { unlimited } = Limiter
    for (const now of [0, 5000]) {
      assert.strictEqual(unlimited.nextAt(now, true), now)
      assert.isTrue(unlimited.hasRoom(now))
      unlimited.acquire(now, "status", true)
    }
  })
})

describe("a limit that is unknown", () => {
  it("lets one poll go, and another 2 seconds after the last that has no answer", () => {
    const { limiter, poll } = given()
    assert.deepStrictEqual([limiter.nextAt(1000, true), limiter.hasRoom(1000)], [1000, true])
    poll(1000)
    assert.deepStrictEqual([limiter.nextAt(1500, true), limiter.hasRoom(1500)], [3000, false])
    poll(3000)
    assert.deepStrictEqual([limiter.nextAt(3000, false), limiter.hasRoom(9000)], [5000, false])
    assert.isAtMost(limiter.nextAt(9000, false), 9000)
  })

  it("has the place of a poll that has ended, once, and of no call", () => {
    const { call, limiter, poll } = given()
    const [first, second] = [poll(0), poll(2000)]
    limiter.release(first)
    limiter.release(first)
    limiter.release(call(2000))
    assert.deepStrictEqual([limiter.nextAt(2500, false), limiter.hasRoom(2500)], [4000, false])
    limiter.release(second)
    assert.deepStrictEqual([limiter.nextAt(2500, false), limiter.hasRoom(2500)], [2500, true])
  })

  it("is found out by a poll alone, whatever other calls are told", () => {
    const { call, end, limiter, poll } = given()
    end(call(0), 0, left(0))
    end(call(0, "status"), 0, left(0))
    end(call(0), 0, bare(429))
    assert.deepStrictEqual([limiter.nextAt(0, false), limiter.hasRoom(0)], [0, true])
    poll(0)
    assert.strictEqual(limiter.nextAt(0, false), 2000)
  })

  it("stays unknown after an answer that isn't the API's", () => {
    for (const status of [500, 502, 403]) {
      const { answered, limiter, poll } = given()
      answered(0, bare(status))
      poll(0)
      assert.deepStrictEqual([limiter.nextAt(0, false), limiter.hasRoom(0)], [2000, false], `${status}`)
    }
  })

  it("is none after an answer of the API without headers", () => {
    for (const status of [200, 404, 499]) {
      const { answered, limiter, poll } = given()
      answered(0, bare(status))
      for (let polls = 0; polls < 1000; polls++) poll(0)
      assert.isAtMost(limiter.nextAt(0, true), 0)
      assert.isTrue(limiter.hasRoom(0))
    }
  })
})

describe("a window that headers tell", () => {
  it("has its polls somewhat ahead of an even use of what is left", () => {
    const { answered, limiter } = given()
    answered(0, left(50))
    assert.strictEqual(limiter.nextAt(0, false), minute / 50 / 1.2)
    assert.isAtMost(limiter.nextAt(30_000, false), 30_000)
  })

  it("has a crowd at half of that pace where the limit was just found out, and only there", () => {
    const { answered, limiter } = given()
    answered(0, left(50))
    assert.strictEqual(limiter.nextAt(0, true), minute / 50 / 0.5)
    answered(1000, left(48, { reset: 59 }))
    assert.strictEqual(limiter.nextAt(1000, true), 1000 + 59_000 / 48 / 0.5)
    answered(minute, left(50))
    assert.strictEqual(limiter.nextAt(minute, true), minute + minute / 50 / 1.2)
    answered(minute, left(40))
    assert.strictEqual(limiter.nextAt(minute, true), minute + minute / 40 / 1.2)
  })

  it("is not slow for a crowd before the first answer of the next window, either", () => {
    const { answered, limiter, poll } = given()
    answered(0, left(50))
    poll(minute)
    assert.strictEqual(limiter.nextAt(minute, true), minute + minute / 99 / 1.2)
  })

  it("is never hurried more than to four times an even use of the whole limit", () => {
    const { answered, limiter } = given()
    answered(59_000, left(99, { reset: 1 }))
    assert.strictEqual(limiter.nextAt(59_000, false), 59_000 + minute / 100 / 4)
  })

  it("leaves the reserve alone, in whole requests", () => {
    for (const [remaining, room] of [[27, 2], [26, 1], [25, 0], [24, 0]] as const) {
      const { answered, exhaust, limiter } = given(0.255)
      answered(0, left(remaining))
      assert.strictEqual(exhaust(0), room)
      assert.strictEqual(limiter.nextAt(0, false), minute)
    }
  })

  it("leaves one poll in a window, whatever is reserved", () => {
    const { answered, exhaust } = given(1)
    answered(0, left(99))
    assert.strictEqual(exhaust(0), 0)
    assert.strictEqual(exhaust(minute), 1)
  })

  it("ends at its reset and not before; then all of the limit is there", () => {
    const { answered, exhaust, limiter } = given()
    answered(0, left(0))
    assert.deepStrictEqual([limiter.nextAt(59_999, false), limiter.hasRoom(59_999)], [minute, false])
    assert.isAtMost(limiter.nextAt(minute, false), minute)
    assert.strictEqual(exhaust(minute), 100)
    assert.strictEqual(limiter.nextAt(minute, false), 2 * minute)
  })

  it("is followed at its reset by the pace of the next", () => {
    const { answered, limiter } = given()
    answered(59_000, left(50, { reset: 1 }))
    assert.strictEqual(limiter.nextAt(minute, false), 59_000 + minute / 100 / 1.2)
  })

  it("is over for a poll without notice of the time, too: for a last one, and for its answer", () => {
    const last = given()
    last.answered(0, left(0))
    assert.isTrue(last.limiter.hasRoom(minute))
    const sent = given()
    sent.answered(0, left(0, { limit: 2 }))
    sent.poll(minute)
    assert.strictEqual(sent.exhaust(minute), 1)
  })

  it("is followed by others at whole periods, however long nobody asks", () => {
    const { answered, exhaust, limiter } = given()
    answered(0, left(0))
    assert.strictEqual(exhaust(200_000), 100)
    assert.strictEqual(limiter.nextAt(200_000, false), 4 * minute)
  })

  it("counts what is on its way from the one before", () => {
    const { answered, exhaust, poll } = given()
    answered(0, left(50, { limit: 10 }))
    poll(59_000)
    assert.strictEqual(exhaust(minute), 9)
  })

  it("counts what was on its way at the reset as its answer says", () => {
    const { end, exhaust, limiter, poll, answered } = given()
    answered(0, left(50))
    end(poll(59_990), 60_010, left(99))
    assert.strictEqual(exhaust(60_010), 99)
    assert.strictEqual(limiter.nextAt(60_010, false), 2 * minute)
  })

  it("has what its newest answer left, less what was sent after that", () => {
    const { end, exhaust, poll } = given()
    const [first, second, third] = [poll(0), poll(0), poll(0)]
    end(second, 0, left(40))
    end(first, 0, left(90))
    assert.strictEqual(exhaust(0), 39)
    end(third, 0, left(80))
    assert.strictEqual(exhaust(0), 41)
  })

  it("has the earliest of the resets that are told, which are rounded up to seconds", () => {
    const { answered, limiter } = given()
    answered(0, left(50))
    answered(1100, left(49, { reset: 58 }))
    answered(1200, left(0, { reset: 59 }))
    assert.strictEqual(limiter.nextAt(1200, false), 59_100)
  })

  it("is another one where its reset is half a period away", () => {
    const { answered, limiter } = given()
    answered(0, left(50, { reset: 10 }))
    answered(1000, left(30, { reset: 40 }))
    assert.strictEqual(limiter.nextAt(1000, true), 1000 + 40_000 / 30 / 1.2)
    answered(1000, left(0, { reset: 40 }))
    assert.strictEqual(limiter.nextAt(1000, false), 41_000)
  })

  it("is another one where its name is another", () => {
    const { answered, limiter } = given()
    answered(0, left(50, { reset: 58 }))
    answered(1000, left(0, { reset: 58, name: "b" }))
    assert.strictEqual(limiter.nextAt(1000, false), 59_000)
  })

  it("ends after a period at most, whatever reset is told", () => {
    const { answered, limiter } = given()
    answered(0, left(0, { reset: 600 }))
    assert.strictEqual(limiter.nextAt(0, false), minute)
  })

  it("ends after a period where no reset is told", () => {
    const { answered, limiter } = given()
    answered(0, left(0, { reset: undefined, period: 10 }))
    assert.strictEqual(limiter.nextAt(0, false), 10_000)
  })

  it("has a period of a minute, or of the reset if that is longer, where none is told", () => {
    for (const [reset, end, next] of [[20, 20_000, 80_000], [90, 90_000, 180_000]] as const) {
      const { answered, exhaust, limiter } = given()
      answered(0, left(0, { period: undefined, reset }))
      assert.strictEqual(limiter.nextAt(0, false), end)
      exhaust(end)
      assert.strictEqual(limiter.nextAt(end, false), next)
    }
  })

  it("has the period that was told before, where an answer lacks it", () => {
    const { answered, limiter } = given()
    answered(0, left(50, { period: 10, reset: 10 }))
    answered(1000, left(0, { period: undefined, reset: 60 }))
    assert.strictEqual(limiter.nextAt(1000, false), 10_000)
  })

  it("has a limit of one more than is left after its first answer, where none is told, or the one told before", () => {
    const first = given()
    first.answered(0, left(30, { limit: undefined }))
    first.answered(0, left(20, { limit: undefined }))
    assert.strictEqual(first.exhaust(minute), 31)
    const before = given()
    before.answered(0, left(30))
    before.answered(0, left(20, { limit: undefined }))
    assert.strictEqual(before.exhaust(minute), 100)
  })

  it("stays as it was after an answer without headers", () => {
    const { answered, exhaust } = given()
    answered(0, left(50))
    answered(0, bare())
    assert.strictEqual(exhaust(0), 49)
  })
})

describe("a call that isn't a poll", () => {
  it("takes room once an answer has told that it is of the polls' limit", () => {
    const { answered, call, end, exhaust } = given()
    answered(0, left(50))
    call(0)
    assert.strictEqual(exhaust(0), 50)
    const again = given()
    again.answered(0, left(50))
    again.end(again.call(0), 0, left(80))
    again.call(0)
    assert.strictEqual(again.exhaust(0), 49)
    end(call(0), 0, left(80, { name: "b" }))
    call(0)
    assert.strictEqual(exhaust(0), 0)
  })

  it("takes none under another name, and its answer leaves the polls' room as it is", () => {
    const { answered, call, end, exhaust } = given()
    answered(0, left(50))
    end(call(0), 0, left(0, { name: "b" }))
    end(call(0), 0, left(0, { name: "b" }))
    call(0)
    assert.strictEqual(exhaust(0), 50)
  })

  it("takes none where no limit has a name, and tells of the polls' only if it asks for a status, too", () => {
    const nameless = { name: undefined }
    const { answered, call, end, exhaust, poll } = given()
    answered(0, left(50, nameless))
    poll(0)
    const [status, create] = [call(0, "status"), call(0)]
    end(create, 0, left(3, nameless))
    assert.strictEqual(exhaust(0), 49)
    end(status, 0, left(60, nameless))
    assert.strictEqual(exhaust(0), 11)
  })

  it("ends no pause of polls under another name, and begins none", () => {
    const { answered, call, end, limiter } = given()
    answered(0, left(50))
    end(call(0), 0, { ...left(0, { name: "b" }), status: 429, retryAfter: 9000 })
    assert.isAtMost(limiter.nextAt(30_000, false), 30_000)
    answered(30_000, bare(429, 9000))
    end(call(30_000), 30_000, left(9, { name: "b" }))
    assert.strictEqual(limiter.nextAt(30_000, false), 39_000)
  })

  it("counts nothing where polls are told of no limit", () => {
    const { answered, call, end, limiter } = given()
    answered(0, bare())
    end(call(0), 0, { ...left(0), status: 429, retryAfter: 9000 })
    end(call(0), 0, { ...bare(429), retryAfter: 9000 })
    end(call(0, "status"), 0, { ...bare(429), retryAfter: 9000 })
    assert.isAtMost(limiter.nextAt(0, true), 0)
  })
})

describe("a refusal", () => {
  const known = () => {
    const scene = given()
    scene.answered(0, left(90))
    return scene
  }

  it("pauses polls as long as it says, and a last poll has no room until then", () => {
    const { answered, limiter } = known()
    answered(1000, bare(429, 5000))
    assert.deepStrictEqual([limiter.nextAt(5999, false), limiter.hasRoom(5999)], [6000, false])
    assert.deepStrictEqual([limiter.nextAt(6000, false), limiter.hasRoom(6000)], [6000, true])
  })

  it("is followed by one poll alone, and by the next after 2 seconds or when that has ended", () => {
    const { answered, limiter, poll } = known()
    answered(1000, bare(429, 5000))
    const probe = poll(6000)
    assert.deepStrictEqual([limiter.nextAt(6000, false), limiter.hasRoom(6000)], [8000, false])
    limiter.release(probe)
    assert.deepStrictEqual([limiter.nextAt(6000, false), limiter.hasRoom(6000)], [6000, true])
  })

  it("is over with an answer to what was asked for after it", () => {
    const { answered, exhaust, limiter } = known()
    answered(1000, bare(429, 5000))
    answered(1000, left(80, { reset: 59 }))
    assert.strictEqual(limiter.nextAt(1000, false), 1000 + 59_000 / 80 / 1.2)
    assert.strictEqual(exhaust(1000), 80)
  })

  it("is not over with an answer to what was asked for before, nor with a failure", () => {
    const { answered, end, limiter, poll } = known()
    const [before, refused, after] = [poll(1000), poll(1000), poll(1000)]
    end(refused, 1000, bare(429, 5000))
    end(before, 1000, left(80, { reset: 59 }))
    end(after, 1000, left(79, { reset: 59 }))
    answered(1000, bare(503))
    answered(1000, bare(403))
    assert.strictEqual(limiter.nextAt(1000, false), 6000)
  })

  it("lets a crowd begin slowly, in the window in which it was met alone", () => {
    const { answered, limiter } = known()
    answered(minute, bare(429, 5000))
    answered(65_000, left(90, { reset: 55 }))
    assert.strictEqual(limiter.nextAt(65_000, true), 65_000 + 55_000 / 90 / 0.5)
    answered(2 * minute, left(99))
    assert.strictEqual(limiter.nextAt(2 * minute, true), 2 * minute + minute / 99 / 1.2)
  })

  it("that says no time pauses for a second, doubled with each in a row", () => {
    const { answered, limiter } = known()
    for (const [at, until] of [[1000, 2000], [2000, 4000], [4000, 8000], [8000, 16_000]] as const) {
      answered(at, bare(429))
      assert.strictEqual(limiter.nextAt(at, false), until)
    }
    answered(16_000, left(90, { reset: 44 }))
    answered(16_000, bare(429))
    assert.strictEqual(limiter.nextAt(16_000, false), 17_000)
  })

  it("doubles it once for all that were on their way together", () => {
    const { end, limiter, poll } = known()
    const together = [poll(1000), poll(1000), poll(1000)]
    for (const permit of together) end(permit, 1000, bare(429))
    assert.strictEqual(limiter.nextAt(1000, false), 2000)
    const [first, second] = [poll(2000), poll(2000)]
    end(first, 2000, bare(429))
    end(second, 2000, bare(429))
    assert.strictEqual(limiter.nextAt(2000, false), 4000)
  })

  it("pauses until the latest of the times that are told", () => {
    const { end, limiter, poll } = known()
    const [first, second] = [poll(1000), poll(1000)]
    end(first, 1000, bare(429, 9000))
    end(second, 1000, bare(429, 5000))
    assert.strictEqual(limiter.nextAt(1000, false), 10_000)
  })

  it("pauses at most for the period of the limit, or for a minute where none is known", () => {
    const day = 86_400_000
    const short = given()
    short.answered(0, left(9, { limit: 10, period: 10, reset: 10 }))
    short.answered(0, bare(429, day))
    assert.strictEqual(short.limiter.nextAt(0, false), 10_000)
    const unknown = given()
    unknown.answered(0, bare(429, day))
    assert.strictEqual(unknown.limiter.nextAt(0, false), minute)
    const blind = given()
    blind.answered(0, bare())
    blind.answered(0, bare(429, day))
    assert.strictEqual(blind.limiter.nextAt(0, false), minute)
  })

  it("of a limit that is used up is followed by the first poll in the next window", () => {
    const { answered, limiter } = known()
    answered(1000, { ...left(0, { reset: 59 }), status: 429, retryAfter: 5000 })
    assert.deepStrictEqual([limiter.nextAt(7000, false), limiter.hasRoom(7000)], [minute, false])
    assert.deepStrictEqual([limiter.nextAt(minute, false), limiter.hasRoom(minute)], [minute, true])
  })
})

describe("a limit without headers", () => {
  const tens = 10_000

  // Polls that are answered without headers.
  const sends = ({ answered }: ReturnType<typeof given>, now: number, count: number) => {
    for (let sent = 0; sent < count; sent++) answered(now, bare())
  }

  // A refusal, and the poll after it that is answered.
  const refused = ({ answered, limiter }: ReturnType<typeof given>, now: number) => {
    answered(now, bare(429))
    const next = limiter.nextAt(now, false)
    return { next, thenAnswered: (at = next) => answered(at, bare()) }
  }

  it("is half of what was sent in the ten seconds of the refusal, and used up in them", () => {
    const scene = given()
    sends(scene, 0, 19)
    const { next, thenAnswered } = refused(scene, 1000)
    assert.strictEqual(next, 2000)
    thenAnswered()
    assert.deepStrictEqual([scene.limiter.nextAt(2000, false), scene.limiter.hasRoom(2000)], [tens, false])
    // 19 and the refused one.
    assert.strictEqual(scene.exhaust(tens), 10)
  })

  it("is one more in each ten seconds after that, also where nobody asks", () => {
    const scene = given()
    sends(scene, 0, 20)
    refused(scene, 1000).thenAnswered()
    sends(scene, tens, 10)
    assert.strictEqual(scene.limiter.nextAt(tens, false), 2 * tens)
    sends(scene, 2 * tens, 11)
    assert.strictEqual(scene.limiter.nextAt(2 * tens, false), 3 * tens)
    assert.strictEqual(scene.exhaust(5 * tens), 14)
  })

  it("has its polls in an even pace, a crowd's too", () => {
    const scene = given()
    sends(scene, 0, 20)
    refused(scene, 1000).thenAnswered()
    sends(scene, tens, 1)
    assert.strictEqual(scene.limiter.nextAt(tens, true), tens + tens / 9 / 1.2)
  })

  it("is halved once in a window, and from what it was: a wait's pace doesn't grow by a refusal", () => {
    const scene = given()
    sends(scene, 0, 40)
    refused(scene, 1000).thenAnswered()
    // 20, of which three are sent: half of that.
    sends(scene, tens, 3)
    refused(scene, tens).thenAnswered(tens + 1000)
    assert.strictEqual(scene.exhaust(2 * tens), 2)
  })

  it("isn't halved by the refusal of a probe, and doesn't grow in ten seconds that have one", () => {
    const scene = given()
    sends(scene, 0, 19)
    for (const at of [1000, 2000, 4000, 12_000]) assert.isAbove(refused(scene, at).next, at)
    scene.answered(2 * tens, bare())
    assert.strictEqual(scene.exhaust(2 * tens), 9)
  })

  it("never grows by a refusal, however many polls without an answer went before it", () => {
    const scene = given()
    sends(scene, 0, 1)
    refused(scene, tens).thenAnswered(tens + 1000)
    for (let lost = 0; lost < 9; lost++) scene.limiter.release(scene.poll(2 * tens))
    refused(scene, 2 * tens).thenAnswered(2 * tens + 1000)
    assert.strictEqual(scene.exhaust(3 * tens), 1)
  })

  it("is one at least", () => {
    const scene = given()
    sends(scene, 0, 1)
    const { thenAnswered } = refused(scene, tens)
    assert.strictEqual(scene.limiter.hasRoom(tens + 1000), true)
    thenAnswered()
    assert.strictEqual(scene.exhaust(2 * tens), 1)
  })

  it("leaves nothing alone: there is nobody to leave it to", () => {
    const scene = given(0.5)
    sends(scene, 0, 20)
    refused(scene, 1000).thenAnswered()
    assert.strictEqual(scene.exhaust(tens), 10)
  })

  it("that others have used up is found out by one poll after its pause", () => {
    const scene = given()
    sends(scene, 0, 20)
    const { next } = refused(scene, 1000)
    assert.deepStrictEqual([scene.limiter.nextAt(next, false), scene.limiter.hasRoom(next)], [next, true])
    scene.poll(next)
    assert.deepStrictEqual([scene.limiter.nextAt(next, false), scene.limiter.hasRoom(next)], [next + 2000, false])
  })

  it("gives way to headers, when they come", () => {
    const scene = given()
    sends(scene, 0, 20)
    refused(scene, 1000).thenAnswered()
    scene.answered(2000, left(30, { reset: 20 }))
    assert.strictEqual(scene.exhaust(2000), 30)
    assert.strictEqual(scene.limiter.nextAt(2000, false), 22_000)
  })

  it("leaves nothing of itself when headers come that tell no more than what is left", () => {
    const scene = given()
    sends(scene, 0, 20)
    scene.answered(0, left(30, { limit: undefined, period: undefined, name: undefined }))
    assert.strictEqual(scene.exhaust(0), 30)
    assert.strictEqual(scene.exhaust(minute), 1)
  })

  it("gives way to headers of a poll that was sent before, too", () => {
    const { end, exhaust, poll } = given()
    const [first, second] = [poll(0), poll(0)]
    end(second, 0, bare())
    end(first, 0, left(30))
    assert.strictEqual(exhaust(0), 29)
  })
})
