import { describeStormsOverSockets } from "./suites/stormSockets.ts"
import { seeds } from "./utils/seeds.ts"

describeStormsOverSockets({
  over: ["undici", "fetch"],
  count: 500,
  seeds: seeds(2),
  command: "pnpm long packages/node/test/StormSockets.long.test.ts"
})
