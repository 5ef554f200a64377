import { defineConfig } from "vitest/config"

// What needs the build: `pnpm packages` builds and runs it, `pnpm test` does not.
export default defineConfig({
  test: { name: "published", include: ["*.test.ts"], testTimeout: 240_000, hookTimeout: 240_000 }
})
