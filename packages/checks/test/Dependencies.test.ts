import { assert, describe, it } from "@effect/vitest"
import { glob, read } from "./utils/workspace.ts"

/** What a package needs beside itself: a line here is something that its users install. */
const needs = {
  core: { dependencies: undefined, peerDependencies: { effect: "^4.1.0" } },
  node: {
    dependencies: { "@effect-datadog/slo-report": "workspace:^" },
    peerDependencies: { "@effect/platform-node": "^4.1.0", effect: "^4.1.0" }
  },
  testing: { dependencies: undefined, peerDependencies: { effect: "^4.1.0" } },
  render: {
    dependencies: { "@effect-datadog/slo-report": "workspace:^" },
    peerDependencies: { effect: "^4.1.0" }
  },
  // The engine is unstable: this package alone keeps to the minor version whose rows it knows.
  durable: {
    dependencies: {
      "@effect-datadog/slo-report": "workspace:^",
      "@effect-datadog/slo-report-node": "workspace:^"
    },
    peerDependencies: { "@effect/platform-node": "^4.1.0", "@effect/sql-pg": "^4.0.5", effect: "~4.1.0" },
    optional: ["@effect/sql-pg"]
  },
  cli: { dependencies: undefined, peerDependencies: undefined }
} as const

const names = ["core", "node", "testing", "render", "durable", "cli"] as const

const importsOf = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/(?:from|import)\s*\(?"([^"]+)"/g)].map(([, specifier]) => specifier!)

/** What the sources of a package import, with the files that do. */
const importing = (name: string, what: RegExp): ReadonlyArray<string> =>
  glob(`packages/${name}/{src,bin}/**/*.ts`).flatMap((path) =>
    importsOf(read(path)).filter((specifier) => what.test(specifier)).map((specifier) => `${path}: ${specifier}`)
  )

const engine = /^effect\/(?:workflow|cluster|sql)\b/
const durable = /^@effect-datadog\/slo-report-durable\b/

describe("the packages", () => {
  it.each(names)("need what this table says: %s", (name) => {
    const manifest = JSON.parse(read(`packages/${name}/package.json`))
    const { dependencies, peerDependencies, peerDependenciesMeta = {}, optionalDependencies } = manifest
    const optional = Object.keys(peerDependenciesMeta)
    assert.deepStrictEqual(
      { dependencies, peerDependencies, ...(optional.length === 0 ? {} : { optional }) },
      needs[name]
    )
    assert.isUndefined(optionalDependencies)
  })

  it("are all in the table", () => {
    const published = glob("packages/*/package.json").filter((path) => JSON.parse(read(path)).private !== true)
    assert.sameMembers(published.map((path) => path.split("/")[1]), [...names])
  })

  it.each(["core", "node", "testing", "render"])("know neither durable nor its engine: %s", (name) => {
    assert.deepStrictEqual([...importing(name, durable), ...importing(name, engine)], [])
  })

  it("that know them are durable, and the command line where it keeps exports", () => {
    assert.isAbove(importing("durable", engine).length, 10)
    assert.deepStrictEqual(importing("cli", engine), [])
    const files = new Set(importing("cli", durable).map((line) => line.replace(/^.*\/(\w+)\.ts: .*$/, "$1")))
    // The types of errors and states, which are none at run time, and what is loaded with --state.
    assert.sameMembers([...files], ["CommandError", "Progress", "Kept", "Exports", "State"])
  })

  it("import @effect/sql-pg in one module, which is loaded by need", () => {
    const all = names.flatMap((name) => importing(name, /^@effect\/sql-pg/))
    assert.deepStrictEqual(all, ["packages/durable/src/internal/postgres.ts: @effect/sql-pg/PgClient"])
    const loading = names.flatMap((name) => importing(name, /internal\/postgres\.ts$|^\.\/postgres\.ts$/))
    assert.deepStrictEqual(loading, ["packages/durable/src/PostgresStore.ts: ./internal/postgres.ts"])
    assert.include(read("packages/durable/src/PostgresStore.ts"), `import("./internal/postgres.ts")`)
  })
})
