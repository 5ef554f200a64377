import { describe } from "@effect/vitest"
import * as Crash from "./suites/crash.ts"

const [completes] = Crash.plans

describe("a process that dies at one of an export's writes", { timeout: 180_000 }, () => {
  Crash.each(Crash.plans, true)
  Crash.each(Crash.plans, false)
  Crash.serving(completes!)
  Crash.again(completes!, [1, 2, 3, 4, 5])
})

describe("an export", { timeout: 180_000 }, () => {
  Crash.away(Crash.plans, true)
  Crash.away(Crash.plans, false)
})
