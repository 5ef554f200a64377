import { describeConnections } from "./suites/connections.ts"

describeConnections(10_000)
