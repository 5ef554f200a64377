import { describe } from "@effect/vitest"
import * as Crash from "./suites/crash.ts"

const [completes] = Crash.plans

describe("a process that dies at one of an export's writes", () => {
  Crash.each(Crash.plans, true)
  Crash.each(Crash.plans, false)
  Crash.serving(completes!)
  Crash.again(completes!, [1, 2, 3, 4, 5])
})

describe("an export", () => {
  Crash.away(Crash.plans, true)
  Crash.away(Crash.plans, false)
})
