import { defineConfig } from "vitest/config"

const roots = {
  core: "packages/core",
  node: "packages/node",
  testing: "packages/testing",
  render: "packages/render",
  durable: "packages/durable",
  cli: "packages/cli",
  checks: "packages/checks",
  examples: "examples"
}

/** A project of each folder with tests, with those of its files that match. */
export const projects = (files: string) =>
  Object.entries(roots).map(([name, root]) => ({
    extends: true as const,
    test: { name, root, include: [`test/**/${files}`] }
  }))

/** What both tiers have in common; .ci/run counts the tests in the file. */
export const shared = (file: string) => ({
  // Two cores under load are slow; what hangs is still told in time.
  testTimeout: 30_000,
  // A time zone that is not GMT, which a date without one must not be read in.
  env: { TZ: "Asia/Kathmandu" },
  reporters: process.env.CI === undefined ? ["default"] : ["default", "json"],
  outputFile: { json: file }
})

// What `pnpm test` runs. What takes long by nature is in vitest.long.ts.
export default defineConfig({
  test: {
    ...shared("coverage/tests.json"),
    // vitest leaves one core idle unless it is told otherwise.
    maxWorkers: "100%",
    // The files of a project share their imports in each worker.
    isolate: false,
    projects: projects("!(*.long).test.ts"),
    coverage: {
      provider: "v8",
      include: ["packages/{core,node,testing,render,durable,cli}/src/**/*.ts"],
      exclude: ["**/index.ts"],
      reporter: [["text", { skipFull: true }]],
      thresholds: {
        "packages/core/src/**": { 100: true },
        "packages/render/src/**": { 100: true },
        "packages/node/src/**": { lines: 95, branches: 95, functions: 95, statements: 95 },
        // What only runs in processes of its own, such as bin.ts, is not seen here.
        "packages/cli/src/**": { lines: 94, branches: 87, functions: 91, statements: 93 }
      }
    }
  }
})
