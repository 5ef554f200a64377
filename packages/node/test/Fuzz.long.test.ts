import { describeFuzz } from "./suites/fuzz.ts"

describeFuzz(400)
