import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { node, oxlint, remove, root, write } from "./utils/workspace.ts"

/** A law, a file under packages that breaks it in one line, and the rule that finds it. */
type Ban = readonly [law: string, path: string, line: string, rule: string]

const imports = "eslint(no-restricted-imports)"
const builtins = "import(no-nodejs-modules)"

const bans: ReadonlyArray<Ban> = [
  ["core has no HTTP", "core/src/Http.ts", `import "effect/http/HttpClient"`, imports],
  ["core has no HTTP by its barrel", "core/src/HttpBarrel.ts", `import "effect/http"`, imports],
  ["core has no HTTP in its types", "core/src/HttpType.ts", `export type { HttpClient } from "effect/http"`, imports],
  ["core re-exports no HTTP", "core/src/HttpAgain.ts", `export * as Http from "effect/http/HttpClient"`, imports],
  ["core loads no HTTP later", "core/src/Later.ts", `export const a = () => import("effect/http/Headers")`, imports],
  ["core has no barrel", "core/src/Barrel.ts", `import "effect"`, imports],
  ["core has no platform", "core/src/Platform.ts", `import "@effect/platform-node/NodeRuntime"`, imports],
  ["core has no other package", "core/src/Other.ts", `import "vitest"`, imports],
  ["core has no node:fs", "core/src/NodeFs.ts", `import "node:fs"`, builtins],
  ["core has no fs", "core/src/Fs.ts", `import "fs"`, builtins],
  ["core has no node:fs in its internals", "core/src/internal/NodeFs.ts", `import "node:fs"`, builtins],
  ["core does not know node", "core/src/Node.ts", `import "@effect-datadog/slo-report-node"`, imports],
  ["core does not know testing", "core/src/Testing.ts", `import "@effect-datadog/slo-report-testing"`, imports],
  ["core does not reach into node", "core/src/Reach.ts", `import "../../node/src/Fine.ts"`, imports],
  ["node does not know testing", "node/src/Testing.ts", `import "@effect-datadog/slo-report-testing"`, imports],
  ["node knows no part of testing", "node/src/Fault.ts", `import "@effect-datadog/slo-report-testing/Fault"`, imports],
  ["node does not reach into testing", "node/src/Reach.ts", `import "../../testing/src/Fine.ts"`, imports],
  ["node has no barrel", "node/src/Barrel.ts", `import "effect"`, imports],
  ["node has no barrel of HTTP", "node/src/HttpBarrel.ts", `import "effect/http"`, imports],
  ["node has no barrel of the platform", "node/src/Platform.ts", `import "@effect/platform-node"`, imports],
  ["testing does not know node", "testing/src/Node.ts", `import "@effect-datadog/slo-report-node"`, imports],
  ["testing knows no part of node", "testing/src/P.ts", `import "@effect-datadog/slo-report-node/PollPolicy"`, imports],
  ["testing does not reach into node", "testing/src/Reach.ts", `import "../../node/src/Fine.ts"`, imports],
  ["testing's command does not know node", "testing/bin/a.ts", `import "@effect-datadog/slo-report-node"`, imports],
  ["testing has no barrel", "testing/src/Barrel.ts", `import "effect"`, imports],
  ["render has no HTTP", "render/src/Http.ts", `import "effect/http/HttpClient"`, imports],
  ["render has no unstable encodings", "render/src/Encoding.ts", `import "effect/encoding/Csv"`, imports],
  ["render has no barrel", "render/src/Barrel.ts", `import "effect"`, imports],
  ["render has no barrel of core", "render/src/CoreBarrel.ts", `import "@effect-datadog/slo-report"`, imports],
  ["render has no platform", "render/src/Platform.ts", `import "@effect/platform-node/NodeRuntime"`, imports],
  ["render has no other package", "render/src/Other.ts", `import "saxes"`, imports],
  ["render has no node:fs", "render/src/NodeFs.ts", `import "node:fs"`, builtins],
  ["render has no fs in its internals", "render/src/internal/Fs.ts", `import "fs"`, builtins],
  ["render does not know node", "render/src/Node.ts", `import "@effect-datadog/slo-report-node"`, imports],
  ["render knows no part of node", "render/src/P.ts", `import "@effect-datadog/slo-report-node/PollPolicy"`, imports],
  ["render does not know testing", "render/src/Testing.ts", `import "@effect-datadog/slo-report-testing"`, imports],
  ["render does not reach into core", "render/src/Reach.ts", `import "../../core/src/Fine.ts"`, imports],
  ["render does not reach far", "render/src/internal/Reach.ts", `import "../../../core/src/Fine.ts"`, imports],
  ["core does not know render", "core/src/Render.ts", `import "@effect-datadog/slo-report-render"`, imports],
  ["node does not know render", "node/src/Render.ts", `import "@effect-datadog/slo-report-render/Csv"`, imports],
  ["testing does not know render", "testing/src/R.ts", `import "@effect-datadog/slo-report-render/Csv"`, imports],
  ["node does not know durable", "node/src/D.ts", `import "@effect-datadog/slo-report-durable"`, imports],
  ["durable has no barrel", "durable/src/Barrel.ts", `import "effect"`, imports],
  ["durable has no barrel of node", "durable/src/N.ts", `import "@effect-datadog/slo-report-node"`, imports],
  ["durable does not know testing", "durable/src/T.ts", `import "@effect-datadog/slo-report-testing/Fault"`, imports],
  ["durable does not know render", "durable/src/R.ts", `import "@effect-datadog/slo-report-render/Csv"`, imports],
  ["durable does not reach into node", "durable/src/Reach.ts", `import "../../node/src/Fine.ts"`, imports],
  ["cli has no barrel", "cli/src/Barrel.ts", `import "effect"`, imports],
  ["cli has no barrel of ours", "cli/src/OurBarrel.ts", `import "@effect-datadog/slo-report-node"`, imports],
  ["cli does not reach into node", "cli/src/Reach.ts", `import "../../node/src/Fine.ts"`, imports],
  ...[
    "core/src",
    "core/src/internal",
    "render/src",
    "render/src/internal",
    "node/src",
    "durable/src",
    "testing/src",
    "testing/bin",
    "cli/src"
  ]
    .flatMap((
      folder
    ): ReadonlyArray<Ban> => [
      [`${folder} takes no time from Date`, `${folder}/Time.ts`, "Date.now()", "eslint(no-restricted-properties)"],
      [`${folder} takes no chance from Math`, `${folder}/Dice.ts`, "Math.random()", "eslint(no-restricted-properties)"],
      [`${folder} sets no timer`, `${folder}/Timer.ts`, "setTimeout(() => {}, 1)", "eslint(no-restricted-globals)"],
      [`${folder} fetches nothing itself`, `${folder}/Fetch.ts`, `fetch("x")`, "eslint(no-restricted-globals)"],
      [`${folder} takes no any`, `${folder}/Any.ts`, "export const a = (b: any) => b", "typescript(no-explicit-any)"],
      [
        `${folder} casts nothing to any`,
        `${folder}/As.ts`,
        "export const a = {} as any",
        "typescript(no-explicit-any)"
      ],
      [`${folder} has no async`, `${folder}/Async.ts`, "export const a = async () => 1", "oxc(no-async-await)"],
      [`${folder} has no try`, `${folder}/Try.ts`, "try { a() } finally { b() }", "laws(no-try)"],
      [`${folder} has no cycle`, `${folder}/Cycle.ts`, `export * as A from "./Back.ts"`, "import(no-cycle)"],
      [`${folder} has no way back`, `${folder}/Back.ts`, `export * as A from "./Cycle.ts"`, "import(no-cycle)"],
      [
        `${folder} has no cycle of types`,
        `${folder}/Types.ts`,
        `export type { A } from "./Ways.ts"`,
        "import(no-cycle)"
      ],
      [`${folder} has no type back`, `${folder}/Ways.ts`, `export type { A } from "./Types.ts"`, "import(no-cycle)"]
    ])
]

/** What is allowed, so that a rule that refuses everything is noticed. */
const allowed: ReadonlyArray<readonly [path: string, ...lines: ReadonlyArray<string>]> = [
  ["core/src/Fine.ts", `export * as A from "effect/Schema"`, `export * as B from "./internal/fine.ts"`],
  ["core/src/internal/fine.ts", `export type { A } from "./also.ts"`],
  ["core/src/internal/also.ts", "export type A = 1"],
  ["node/src/Fine.ts", `export * as A from "effect/http/HttpClient"`, `export * as B from "node:process"`],
  ["node/src/Also.ts", `export * as A from "@effect-datadog/slo-report/SloReport"`],
  ["node/test/Fine.test.ts", `import "@effect-datadog/slo-report-testing"`, `import "effect"`],
  ["render/src/Fine.ts", `export * as A from "effect/Stream"`, `export * as B from "./internal/fine.ts"`],
  ["render/src/internal/fine.ts", `export * as A from "@effect-datadog/slo-report/Verdict"`, `import "../More.ts"`],
  ["cli/src/Fine.ts", `export * as A from "@effect-datadog/slo-report-render/Csv"`, `export * as B from "node:util"`],
  ["testing/src/Fine.ts", `export * as A from "effect/http/HttpRouter"`, `export * as B from "node:http"`],
  ["testing/src/Also.ts", `export * as A from "@effect-datadog/slo-report/SloReport"`]
]

describe("the linter", () => {
  let findings: ReadonlyArray<{ readonly code: string; readonly filename: string }> = []

  // A folder of the same shape under the same configuration; the repository's own sources stay as they are.
  beforeAll(async () => {
    const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "purity-"))
    try {
      for (const path of [".oxlintrc.json", "packages/checks/lint"]) {
        Fs.cpSync(Path.join(root, path), Path.join(folder, path), { recursive: true })
      }
      const planted = [...bans.map(([, path, line]) => [path, line] as const), ...allowed]
      write(
        folder,
        Object.fromEntries(planted.map(([path, ...lines]) => [`packages/${path}`, `${lines.join("\n")}\n`]))
      )
      const { output } = await node(folder, oxlint, "--format", "json")
      findings = JSON.parse(output).diagnostics
    } finally {
      remove(folder)
    }
  }, 30_000)

  const rulesAt = (path: string) =>
    findings.filter(({ filename }) => filename === `packages/${path}`).map(({ code }) => code)

  it.each(bans)("sees to it that %s", (_, path, __, rule) => {
    assert.include(rulesAt(path), rule)
  })

  it.each(allowed)("has nothing against %s", (path) => {
    assert.deepStrictEqual(rulesAt(path), [])
  })
})
