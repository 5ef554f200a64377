import { describeWaitIsolation } from "./suites/waitIsolation.ts"

describeWaitIsolation(1000)
