import { defineConfig } from "vitest/config"

// What needs the build: `pnpm packages`, not `pnpm test`.
export default defineConfig({
  test: { name: "published", include: ["*.test.ts"], testTimeout: 120_000, hookTimeout: 240_000 }
})
