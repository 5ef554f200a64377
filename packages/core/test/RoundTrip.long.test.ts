import { describeRoundTrips } from "./suites/roundTrip.ts"

describeRoundTrips(500)
