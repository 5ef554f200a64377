import { defineConfig } from "vitest/config"

const project = (name: string, root: string) => ({
  extends: true as const,
  test: { name, root, include: ["test/**/*.test.ts"] }
})

export default defineConfig({
  test: {
    // Two cores under load are slow; what hangs is still told in time.
    testTimeout: 30_000,
    projects: [
      project("core", "packages/core"),
      project("node", "packages/node"),
      project("testing", "packages/testing"),
      project("checks", "packages/checks"),
      project("examples", "examples")
    ],
    coverage: {
      provider: "v8",
      include: ["packages/{core,node,testing}/src/**/*.ts"],
      exclude: ["**/index.ts"],
      reporter: [["text", { skipFull: true }]],
      thresholds: {
        "packages/core/src/**": { 100: true },
        "packages/node/src/**": { lines: 95, branches: 95, functions: 95, statements: 95 }
      }
    },
    // .ci/run counts the tests in the file.
    reporters: process.env.CI === undefined ? ["default"] : ["default", "json"],
    outputFile: { json: "coverage/tests.json" }
  }
})
