import { describeStormsOverSockets } from "./suites/stormSockets.ts"
import { seeds } from "./utils/seeds.ts"

// A connection of fetch is idle for 4 s before it is closed: too long for this tier.
describeStormsOverSockets({
  over: ["undici"],
  count: 100,
  seeds: seeds(1),
  command: "pnpm vitest run packages/node/test/StormSockets.test.ts"
})
