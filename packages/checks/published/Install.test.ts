import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fencesOf } from "../test/utils/fences.ts"
import { glob, node, read, write } from "../test/utils/workspace.ts"
import { compile, compilers } from "./utils/compilers.ts"
import { install, type Installer, versionsOf } from "./utils/install.ts"
import { modulesOf, outside, packages, specifiersOf } from "./utils/packages.ts"

const peers = versionsOf("effect", "@effect/platform-node")

describe.each<Installer>(["npm", "pnpm"])("an empty project, by %s", (installer) => {
  const folder = outside()

  it("installs the tarballs", async () => {
    const { code, errors, output } = await install(installer, folder, peers)
    assert.strictEqual(code, 0, `${errors}${output}`)
    for (const { manifest } of packages) {
      const installed = JSON.parse(
        Fs.readFileSync(Path.join(folder, "node_modules", manifest.name, "package.json"), "utf8")
      )
      assert.strictEqual(installed.version, manifest.version)
    }
  })

  it("imports every module by plain Node, and none of the workspace", async () => {
    const specifiers = packages.flatMap(specifiersOf)
    const script = `
      const specifiers = ${JSON.stringify(specifiers)}
      const counts = {}
      for (const name of specifiers) counts[name] = Object.keys(await import(name)).length
      console.log(JSON.stringify({ counts, urls: specifiers.map((name) => import.meta.resolve(name)) }))`
    const { code, errors, output } = await node(folder, "--input-type=module", "--eval", script)
    assert.strictEqual(code, 0, errors)
    assert.strictEqual(errors, "")
    const { counts, urls } = JSON.parse(output)
    assert.sameMembers(Object.keys(counts), specifiers)
    for (const one of packages) {
      // The index has all but the modules of types alone, and but those that have names of their own to import.
      const namespaces = specifiersOf(one).filter((name) => /\/[A-Z]\w+$/.test(name) && counts[name] > 0)
      assert.strictEqual(counts[one.manifest.name], namespaces.length)
    }
    assert.deepStrictEqual(urls.filter((url: string) => !url.startsWith(`file://${folder}/`)), [])
  })

  it("is kept out of the internals", async () => {
    for (const name of ["@effect-datadog/slo-report-node/internal/polling/wait", "@effect-datadog/slo-report/index"]) {
      const { code, errors } = await node(folder, "--input-type=module", "--eval", `await import("${name}")`)
      assert.strictEqual(code, 1)
      assert.include(errors, "ERR_PACKAGE_PATH_NOT_EXPORTED")
    }
  })
})

describe("a project that follows the documentation", () => {
  const folder = outside()
  const fences = glob("README.md", "packages/*/README.md").flatMap((path) => fencesOf(path, read(path)))
  const tests = fences.filter(({ code }) => code.includes(`from "@effect/vitest"`))
  // One of each package's types, which would be any if they were not found.
  const canary = Array.from({ length: packages.length }, () => "src/canary.ts TS2322")

  it("installs what a test needs too", async () => {
    const more = versionsOf("@effect/vitest", "@types/node", "vitest")
    const { code, errors, output } = await install("pnpm", folder, { ...peers, ...more })
    assert.strictEqual(code, 0, `${errors}${output}`)
    write(folder, {
      ...Object.fromEntries(fences.map(({ code }, index) => [`src/fence${index}.ts`, `${code}\nexport {}\n`])),
      "src/canary.ts": `import { DatadogError } from "@effect-datadog/slo-report"
import { SloReportClient } from "@effect-datadog/slo-report-node"
import { ReportSink } from "@effect-datadog/slo-report-durable"
import { Csv } from "@effect-datadog/slo-report-render"
import { FakeDatadog } from "@effect-datadog/slo-report-testing"
export const wrong: [string, string, string, string, string] = [
  DatadogError.isRetryable,
  SloReportClient.make,
  FakeDatadog.make,
  ReportSink.layerFolder,
  Csv.fromRows
]
`,
      ...declarations(),
      "tsconfig.json": JSON.stringify({
        include: ["src"],
        compilerOptions: {
          target: "es2023",
          lib: ["es2023", "dom"],
          module: "nodenext",
          types: ["node"],
          noEmit: true,
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          allowImportingTsExtensions: true,
          skipLibCheck: true
        }
      })
    })
  })

  it.each(compilers)("compiles it with TypeScript %s", async (...compiler) => {
    assert.deepStrictEqual(await compile(compiler, folder), canary)
  })

  it("compiles it as a bundler resolves it", async () => {
    const options = ["--module", "esnext", "--moduleResolution", "bundler"]
    assert.deepStrictEqual(await compile(compilers[2], folder, ...options), canary)
  })

  it("runs the test file, and it passes", async () => {
    assert.isAbove(tests.length, 0)
    write(folder, Object.fromEntries(tests.map(({ code }, index) => [`test/Readme${index}.test.ts`, `${code}\n`])))
    const vitest = Path.join(folder, "node_modules/vitest/vitest.mjs")
    const args = ["run", "--reporter", "json", "--outputFile", "report.json"]
    const { code, errors, output } = await node(folder, vitest, ...args)
    assert.strictEqual(code, 0, `${errors}${output}`)
    const { numPassedTests } = JSON.parse(Fs.readFileSync(Path.join(folder, "report.json"), "utf8"))
    const written = tests.map(({ code }) => code.match(/^it\.effect\(/gm)?.length ?? 0)
    assert.isAbove(Math.min(...written), 0)
    assert.strictEqual(numPassedTests, written.reduce((sum, count) => sum + count, 0))
  })
})

/**
 * The packages' declarations as sources of the project, so that they are checked: in node_modules they are skipped
 * together with Effect's, which take ten seconds.
 */
function declarations(): Readonly<Record<string, string>> {
  const files = packages.flatMap(({ files, folder }) =>
    modulesOf({ files }).map((module) =>
      [`src/declarations/${folder}/${module}.ts`, files[`dist/${module}.d.ts`]!] as const
    )
  )
  return Object.fromEntries(files)
}
