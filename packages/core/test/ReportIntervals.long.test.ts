import { describe, it } from "@effect/vitest"
import { assertIntervals } from "./suites/intervals.ts"
import { transitions, zones } from "./utils/zones.ts"

const day = 86_400

describe("in every time zone, the intervals are what Intl's clocks show", () => {
  it("of the days around every change of its clocks since 1970", { timeout: 600_000 }, () => {
    for (const timezone of zones) {
      for (const change of transitions(timezone, 3 * day, Date.UTC(2038, 0, 1) / 1000, 7 * day)) {
        assertIntervals({ from: change - 2 * day, to: change + 3 * day, interval: "daily", timezone })
      }
    }
  })
})
