import { DatadogError, DatadogResponse, DatadogSite } from "@effect-datadog/slo-report"
import { DatadogConfig, SloReportError } from "@effect-datadog/slo-report-node"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { glob, node, read, remove, root, temporary, tsc, write } from "./utils/workspace.ts"

const readmes = glob("README.md", "packages/*/README.md", "examples/README.md")
const readme = read("README.md")

describe("the code in the documentation", () => {
  const fences = [...readmes, ...glob("packages/{core,node,testing}/src/**/*.ts")].flatMap((path) =>
    fencesOf(path, read(path))
  )
  const canary = fencesOf("canary", " * ```ts\n * const text: string = 1\n *\n * ```\n")
  let errors: ReadonlyArray<string> = []

  beforeAll(async () => {
    errors = await compile([...fences, ...canary])
  }, 60_000)

  it("is looked for in Markdown and in docstrings, and a wrong line is found", () => {
    assert.includeMembers(fences.map(({ path }) => path), ["README.md", "packages/node/src/SloReportClient.ts"])
    const count = [...readmes, ...glob("packages/{core,node,testing}/src/**/*.ts")]
      .map((path) => read(path).split("```ts\n").length - 1)
      .reduce((sum, each) => sum + each)
    assert.strictEqual(fences.length, count)
    assert.deepStrictEqual(errors.filter((error) => error.startsWith("canary:")), [
      "canary:2: error TS2322: Type 'number' is not assignable to type 'string'."
    ])
  })

  it.each(fences)("compiles: $path, line $line", ({ end, line, path }) => {
    const here = errors.filter((error) => {
      const [, at] = error.startsWith(`${path}:`) ? /:(\d+):/.exec(error) ?? [] : []
      return at !== undefined && Number(at) >= line && Number(at) <= end
    })
    assert.deepStrictEqual(here, [])
  })

  it("has no other errors", () => {
    const paths = new Set([...fences, ...canary].map(({ path }) => path))
    assert.deepStrictEqual(errors.filter((error) => !paths.has(error.split(":")[0]!)), [])
  })
})

describe("README.md", () => {
  it("gives the two commands for a bare machine, the second as .ci/run has it", () => {
    const bare = "npx -y -p node@24 -p pnpm@12.21.0 pnpm"
    assert.deepStrictEqual(readme.match(/^npx .*$/gm), [`${bare} start`, `${bare} test`])
    const commands = [...read(".ci/run").matchAll(/^npx [^|&;\n]*[^|&;\s]/gm)].map(([command]) => command)
    assert.deepStrictEqual(commands, [`${bare} test`, `${bare} check`])
  })

  it("names only scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json"))
    const named = new Set([...readme.matchAll(/(?:^|`|^npx .*)pnpm ([\w:-]+)/gm)].map(([, name]) => name!))
    assert.includeMembers([...named], ["start", "test"])
    assert.includeMembers(Object.keys(scripts), [...named])
  })

  it("lists the known sites with the hosts of their APIs", () => {
    assert.deepStrictEqual(
      table("site", "API host"),
      DatadogSite.known.map((site) => [`\`${site}\``, `\`${new URL(DatadogSite.apiUrl(site)).host}\``])
    )
  })

  it("lists every error by its tag, the union DatadogError first", () => {
    const tags = table("`_tag`", "when").map(([tag]) => tag?.replaceAll("`", "") ?? "")
    const answered: ReadonlyArray<string> = DatadogError.DatadogError.members.map(({ identifier }) => identifier)
    assert.sameMembers(tags.slice(0, answered.length), [...answered])
    assert.sameMembers(tags.slice(answered.length), Object.keys(SloReportError))
    assert.strictEqual(Object.keys(SloReportError).length, 5)
  })

  it("gives every error the statuses that it has", () => {
    const rows = table("`_tag`", "when").filter(([, when]) => /^([345]\d\d|any other)/.test(when ?? ""))
    assert.strictEqual(rows.length, 7)
    for (const [tag, when] of rows) {
      const named = [...when!.matchAll(/\b\d(\d\d|xx)\b/g)].map(([status]) => Number(status.replace("xx", "03")))
      for (const status of named.length === 0 ? [302, 418] : named) {
        const error = DatadogResponse.toError({ method: "GET", path: "/", status, headers: {}, body: "", now: 0 })
        assert.strictEqual(`\`${error._tag}\``, tag, when)
      }
    }
  })

  it.effect("lists the variables that the configuration reads", () =>
    Effect.gen(function*() {
      const seen = new Set<string>()
      const provider = ConfigProvider.make((path) =>
        Effect.sync(() => {
          seen.add(path.join("_"))
          return undefined
        })
      )
      yield* Effect.flip(DatadogConfig.config.parse(provider))
      const pair = ConfigProvider.fromUnknown({ DD_API_KEY: "key", DD_APP_KEY: "key" })
      yield* DatadogConfig.config.parse(ConfigProvider.orElse(provider, pair))
      const listed = table("variable", "meaning", "default")
        .flatMap(([names = ""]) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name!))
      assert.sameMembers(listed, [...seen])
    }))

  it.each(readmes)("links only to files and headings that exist: %s", (path) => {
    const text = read(path)
    const links = [...text.matchAll(/\]\(([^()\s]+)\)/g)].map(([, link]) => link!).filter((link) => !/^\w+:/.test(link))
    for (const link of links) {
      const [file = "", heading] = link.split("#")
      const target = Path.posix.join(Path.posix.dirname(path), file === "" ? Path.posix.basename(path) : file)
      assert.isTrue(Fs.existsSync(Path.join(root, target)), link)
      if (heading !== undefined) assert.include(headings(read(target)), heading)
    }
  })
})

/** The rows of the README's table under a head that begins with these cells. */
function table(...head: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> {
  const lines = readme.split("\n").map((line) =>
    line.startsWith("|") ? line.slice(1).split("|").map((cell) => cell.trim()) : []
  )
  const start = lines.findIndex((cells) => head.every((cell, index) => cells[index] === cell))
  assert.isAtLeast(start, 0, `a table of ${head.join(", ")}`)
  const end = lines.findIndex((cells, index) => index > start && cells.length === 0)
  return lines.slice(start + 2, end).map((cells) => cells.slice(0, -1))
}

/** The headings of a Markdown text as GitHub makes anchors of them. */
function headings(text: string): ReadonlyArray<string> {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replaceAll(/[^\w -]/g, "").replaceAll(" ", "-")
  )
}

interface Fence {
  readonly path: string
  /** Where the code begins, from 1. */
  readonly line: number
  readonly end: number
  readonly code: string
}

/** The `ts` fences of Markdown, or of the doc comments of a source. */
function fencesOf(path: string, text: string): ReadonlyArray<Fence> {
  return [...text.matchAll(/^([ *]*)```ts\n([^]*?)\n\1```$/gm)].map(({ 1: indent = "", 2: code = "", index }) => {
    const lines = code.split("\n")
    const line = text.slice(0, index).split("\n").length + 1
    return { path, line, end: line + lines.length - 1, code: lines.map((each) => each.slice(indent.length)).join("\n") }
  })
}

/** What tsc says of the fences, each a file of its own whose lines are numbered as where it comes from. */
async function compile(fences: ReadonlyArray<Fence>): Promise<ReadonlyArray<string>> {
  const folder = temporary()
  try {
    const names = new Map(fences.map((fence, index) => [`fence${index}.ts`, fence]))
    const codes = [...names].map(([name, { code, line }]) => [name, `${"\n".repeat(line - 1)}${code}\nexport {}\n`])
    // An example may name what it does not go on to use.
    const compilerOptions = { noEmit: true, noUnusedLocals: false, types: ["node"] }
    const config = { extends: Path.join(root, "tsconfig.base.json"), compilerOptions }
    write(folder, { ...Object.fromEntries(codes), "tsconfig.json": JSON.stringify(config) })
    const { output } = await node(folder, tsc, "--pretty", "false")
    return output.split("\n").filter((line) => line !== "").map((line) =>
      line.replace(/^(fence\d+\.ts)\((\d+),\d+\)/, (_, name, at) => `${names.get(name)?.path}:${at}`)
    )
  } finally {
    remove(folder)
  }
}
