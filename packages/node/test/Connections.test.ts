import { describeConnections } from "./suites/connections.ts"

describeConnections(1000)
