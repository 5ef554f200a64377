import { describe } from "@effect/vitest"
import * as Crash from "./suites/crash.ts"

const [completes] = Crash.plans

describe("a process that dies at one of an export's writes", { timeout: 180_000 }, () => {
  Crash.each([completes!], true)
  Crash.deadline()
  Crash.again(completes!, [1])
})

describe("an export", { timeout: 180_000 }, () => {
  Crash.away([completes!], false)
})
