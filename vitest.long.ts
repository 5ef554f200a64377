import { defineConfig } from "vitest/config"
import { projects, shared } from "./vitest.workspace.ts"

// What `pnpm long` runs: what takes long by nature, such as storms, models over many seeds and a browser.
export default defineConfig({
  test: {
    ...shared("coverage/long.json"),
    // One file at a time: some of it is real time over sockets, some is measured on the processor.
    maxWorkers: 1,
    projects: projects("*.long.test.ts")
  }
})
