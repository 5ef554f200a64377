import { describeFuzz } from "./suites/fuzz.ts"

describeFuzz(40)
