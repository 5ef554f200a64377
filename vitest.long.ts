import { defineConfig } from "vitest/config"
import { projects, shared } from "./vitest.workspace.ts"

// What `pnpm long` runs: what takes long by nature, such as storms, models over many seeds and a browser.
export default defineConfig({
  test: {
    ...shared("coverage/long.json"),
    projects: projects("*.long.test.ts").map(({ extends: inherits, test }) => ({
      extends: inherits,
      // What is measured on the processor is measured when all else is done.
      test: { ...test, sequence: { groupOrder: test.name === "checks" ? 1 : 0 } }
    }))
  }
})
