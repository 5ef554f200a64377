import { DatadogError, DatadogResponse, DatadogSite } from "@effect-datadog/slo-report"
import { DatadogConfig, ExportProgress, SloReportError } from "@effect-datadog/slo-report-node"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { type Fence, fencesOf } from "./utils/fences.ts"
import { tableOf } from "./utils/tables.ts"
import { glob, node, read, remove, repositoryUrl, root, temporary, tsc, write } from "./utils/workspace.ts"

const readmes = glob("*.md", "packages/*/README.md", "examples/README.md")
const documented = [...readmes, ...glob("packages/{core,node,testing,render,durable}/src/**/*.ts")]
const readme = read("README.md")
const repository = repositoryUrl()

describe("the code in the documentation", () => {
  const fences = documented.flatMap((path) => fencesOf(path, read(path)))
  const canary = fencesOf("canary", " * ```ts\n * const text: string = 1\n *\n * ```\n")
  let errors: ReadonlyArray<string> = []

  beforeAll(async () => {
    errors = await compile([...fences, ...canary])
  }, 60_000)

  it("is looked for in Markdown and in docstrings, and a wrong line is found", () => {
    assert.includeMembers(fences.map(({ path }) => path), ["README.md", "packages/node/src/SloReportClient.ts"])
    const count = documented
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

describe("the results in the documentation", () => {
  const fences = documented.flatMap((path) => fencesOf(path, read(path))).filter(({ code }) => code.includes("// =>"))
  let found: ReadonlyArray<ReadonlyArray<string>> = []

  beforeAll(async () => {
    found = await unexpected(fences.map(({ code }) => code))
  }, 120_000)

  it.each(fences.map((fence, index) => ({ ...fence, index })))(
    "are what running gives: $path, line $line",
    ({ index }) => {
      assert.deepStrictEqual(found[index], [])
    }
  )

  it("are looked for in Markdown and in docstrings", () => {
    assert.includeMembers(fences.map(({ path }) => path), [
      "packages/core/README.md",
      "packages/core/src/DatadogSite.ts"
    ])
  })

  it("are there in every docstring that prints, unless it asks Datadog itself", () => {
    const silent = documented.filter((path) => path.endsWith(".ts")).flatMap((path) => fencesOf(path, read(path)))
      .filter(({ code }) => prints(code) && !code.includes("// =>") && !/\blayerNode\(|\bopen\(/.test(code))
    assert.deepStrictEqual(silent.map(({ line, path }) => `${path}:${line}`), [])
  })

  it("are found where they are wrong, and where there is nothing to compare", async () => {
    const codes = [
      `const one = [1,\n  2]\n// => [1, 3]\none.length // => 2\n"a".length // => 2\n`,
      `console.log("a", 1) // => a 1\nconsole.log("b\\nc")\n// => b\n// => d\n`,
      `const a = 1 // => 1\n`,
      `throw new Error("wrong")\n// => 1\nconsole.log(1)\n`
    ]
    assert.deepStrictEqual(await unexpected(codes), [
      ["[1, 3], but it is [1,2]", "2, but it is 1"],
      ["a 1, b, d, but it prints a 1, b, c"],
      [],
      ["Error: wrong", "1, but it prints "]
    ])
    assert.throws(() => comparing("// => 1\n"), "nothing to compare with 1")
  })
})

const number = (text: string): number => Number(text.replaceAll(",", ""))

describe("README.md", () => {
  it("shows the test file that is run", () => {
    const [fence, ...others] = fencesOf("README.md", readme).filter(({ code }) => code.includes("@effect/vitest"))
    assert.strictEqual(`${fence?.code}\n`, read("examples/test/your-application.test.ts"))
    assert.deepStrictEqual(others, [])
  })

  it("gives the two commands for a bare machine, the second as .ci/run has it", () => {
    const bare = "npx -y -p node@24 -p pnpm@12.21.0 pnpm"
    assert.deepStrictEqual(readme.match(/^npx -y .*$/gm), [`${bare} start`, `${bare} test`])
    const commands = [...read(".ci/run").matchAll(/^npx [^|&;\n]*[^|&;\s]/gm)].map(([command]) => command)
    assert.deepStrictEqual(commands, [`${bare} test`, `${bare} check`, `${bare} long`])
  })

  it("names only scripts that exist, and so does CONTRIBUTING.md", () => {
    const { scripts } = JSON.parse(read("package.json"))
    const pnpm = (text: string) =>
      new Set([...text.matchAll(/(?:^|`|&& |^npx .*)pnpm ([\w:-]+)/gm)].map(([, name]) => name!))
    const contributing = pnpm(read("CONTRIBUTING.md"))
    assert.includeMembers([...pnpm(readme)], ["start", "test"])
    assert.includeMembers([...contributing], ["test", "check", "long", "packages", "bump", "release"])
    // pnpm's own, and programs that are installed.
    const others = ["install", "vitest", "changeset"]
    assert.includeMembers([...Object.keys(scripts), ...others], [...pnpm(readme), ...contributing])
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
    assert.strictEqual(Object.keys(SloReportError).length, 8)
  })

  it("lists every operation, each of which is there without Effect too", () => {
    const operations = membersOf(read("packages/node/src/SloReportService.ts"), "Service")
    assert.include(operations, "getReportStatus")
    assert.sameMembers(table("operation", "gives").map(([call]) => /^`(\w+)/.exec(call ?? "")?.[1] ?? ""), [
      ...operations
    ])
    const withoutEffect = membersOf(read("packages/node/src/PromiseClient.ts"), "Client")
    assert.sameMembers([...withoutEffect], [...operations, "close"])
  })

  it("gives every error the statuses that it has", () => {
    const rows = table("`_tag`", "when").filter(([, when]) => /^([345]\d\d|any other)/.test(when ?? ""))
    assert.strictEqual(rows.length, 7)
    for (const [tag, when] of rows) {
      const named = [...when!.matchAll(/\b\d(\d\d|xx)\b/g)].map(([status]) => Number(status.replace("xx", "03")))
      for (const status of named.length === 0 ? [302, 418] : named) {
        const error = DatadogResponse.toError({
          host: "h",
          method: "GET",
          path: "/",
          status,
          headers: {},
          body: "",
          now: 0
        })
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
      assert.includeMembers([...seen], listed)
      for (const name of seen) {
        if (listed.includes(name)) continue
        const alone = ConfigProvider.fromUnknown({ [name]: "elsewhere" })
        const { message } = yield* Effect.flip(DatadogConfig.config.parse(alone))
        assert.match(message, new RegExp(`${name} is set, but not read|\\(not read: ${name}\\)`))
      }
    }))

  it("lists the progress of an export, of which source it is", () => {
    const sources: Readonly<Record<string, string>> = {
      SourceChosen: "both",
      EndAnnounced: "both",
      Created: "a report",
      Polled: "a report",
      Downloading: "a report",
      SlosFound: "histories",
      RowDone: "histories",
      Done: "both"
    }
    const listed = table("progress", "of", "tells").map(([tag, of]) => [tag?.replaceAll("`", ""), of])
    assert.deepStrictEqual(Object.fromEntries(listed), sources)
    assert.sameMembers(ExportProgress.ExportProgress.members.map(({ identifier }) => identifier), Object.keys(sources))
  })

  it("computes what histories cost from their limit, 150 requests in 10 seconds", () => {
    const units: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3600 }
    const [, ...rows] = table("SLOs × intervals", "report", "histories, cut", "histories, each interval")
    assert.strictEqual(rows.length, 4)
    for (const [size = "", , ...costs] of rows) {
      const [slos = 0, intervals = 0] = size.split(" × ").map(number)
      costs.forEach((cost, index) => {
        const [requests = "", time = ""] = cost.split(", ")
        assert.strictEqual(number(requests), index === 0 ? slos : slos * intervals, cost)
        const [amount = "", unit = ""] = time.split(" ")
        const exact = number(requests) / 15 / (units[unit] ?? 0)
        assert.approximately(Number(amount), exact, amount.includes(".") ? 0.05 : 0.5, `${cost}: ${exact}`)
      })
    }
  })

  it.each(["core", "node", "testing", "render", "durable"])(
    "is shortened for the package %s, which it tells the modules of",
    (name) => {
      const text = read(`packages/${name}/README.md`)
      // The fake is a product of its own, also for those who never see the rest.
      assert.isAtMost(text.trimEnd().split("\n").length, name === "testing" ? 120 : 40)
      const modules = glob(`packages/${name}/src/*.ts`).map((path) => Path.basename(path, ".ts"))
      const named = [...text.matchAll(/^\| (`\w+`.*?) *\|/gm)].flatMap(([, cell]) =>
        cell!.replaceAll("`", "").split(", ")
      )
      assert.sameMembers(named, modules.filter((module) => module !== "index"))
    }
  )

  it.each(readmes)("links only to files and headings that exist: %s", (path) => {
    for (const link of linksOf(path)) {
      const [file = "", heading] = link.split("#")
      assert.isTrue(Fs.existsSync(Path.join(root, file)), link)
      if (heading !== undefined) assert.include(headings(read(file)), heading)
    }
  })

  it.each(["core", "node", "testing", "render", "durable", "cli"])(
    "is read on a page of its own for the package %s, from where a relative link leads nowhere",
    (name) => {
      for (const file of ["README.md", "CHANGELOG.md"]) {
        const links = [...read(`packages/${name}/${file}`).matchAll(/\]\(([^()\s]+)\)/g)].map(([, link]) => link!)
        assert.deepStrictEqual(links.filter((link) => !link.startsWith("https://")), [], file)
      }
      assert.include(read(`packages/${name}/README.md`), `](${repository}`)
    }
  )
})

describe("the other papers", () => {
  const folders = [
    "",
    "packages/core/src/",
    "packages/node/src/",
    "packages/testing/src/",
    "packages/render/src/",
    "packages/durable/src/",
    "packages/cli/src/",
    "packages/node/",
    "packages/node/test/",
    "packages/testing/test/",
    "packages/checks/test/",
    "packages/checks/published/"
  ]

  it.each(["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"])("name only files that exist: %s", (path) => {
    const named = [...read(path).matchAll(/(?<![\w./])(?:[\w-]+\/)*[\w-]+\.(?:test\.)?ts\b/g)].map(([file]) => file)
    assert.isAbove(named.length, 1)
    const exists = (file: string) => folders.some((folder) => Fs.existsSync(Path.join(root, folder, file)))
    assert.deepStrictEqual(named.filter((file) => !exists(file)), [])
  })

  it("draw every module of node", () => {
    const text = read("ARCHITECTURE.md")
    // A constant; what is said of errors and metrics is in the README.
    const others = [
      "internal/http/version.ts",
      "index.ts",
      "SloReportError.ts",
      "SloReportMetrics.ts",
      "DatadogConfig.ts"
    ]
    const modules = glob("packages/node/src/**/*.ts").map((path) => path.slice("packages/node/src/".length))
    assert.deepStrictEqual(modules.filter((path) => !others.includes(path) && !text.includes(path)), [])
  })
})

/** The names of an interface's members. */
function membersOf(source: string, name: string): ReadonlyArray<string> {
  const [, body = ""] = new RegExp(`^export interface ${name}\\b.*{\n([^]*?)^}`, "m").exec(source) ?? []
  return [...body.matchAll(/^ {2}readonly (\w+):/gm)].map(([, member]) => member!)
}

/** The rows of the README's table under a head that begins with these cells. */
function table(...head: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> {
  return tableOf(readme, ...head)
}

/** The links of a file to files of the repository, from its root. */
function linksOf(path: string): ReadonlyArray<string> {
  return [...read(path).matchAll(/\]\(([^()\s]+)\)/g)].flatMap(([, link = ""]) => {
    const [, file] = link.startsWith(repository)
      ? /^\/(?:blob|tree)\/main\/(.+)/.exec(link.slice(repository.length)) ?? []
      : []
    if (file !== undefined) return [file]
    if (/^\w+:/.test(link)) return []
    return [link.startsWith("#") ? `${path}${link}` : Path.posix.join(Path.posix.dirname(path), link)]
  })
}

/** The headings of a Markdown text as GitHub makes anchors of them. */
function headings(text: string): ReadonlyArray<string> {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replaceAll(/[^\w -]/g, "").replaceAll(" ", "-")
  )
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

/** A fence that prints, for every result in it that is another, what it is. */
function comparing(code: string): string {
  const lines = code.split("\n").map((line) => {
    const [, before = "", expected] = /^(.*?) *\/\/ => (.*)$/.exec(line) ?? []
    return expected === undefined ? { line } : { line: before, before, expected }
  })
  const compared = lines.map(({ before, expected, line }, index) => {
    if (expected === undefined) return line
    // On a line of its own a result belongs to the last name that was given.
    const above = lines.slice(0, index + 1).map(({ line }) => /^(?:export )?const (\w+)/.exec(line)?.[1])
    const name = before === "" || /^(?:export )?const /.test(before)
      ? above.findLast((each) => each !== undefined)
      : before
    if (name === undefined) throw new Error(`nothing to compare with ${expected}`)
    const declaration = name === before ? "" : before
    return `${declaration}\n;compare(${name}, ${expected}, ${JSON.stringify(expected)})`
  })
  return `import { isDeepStrictEqual } from "node:util"
const compare = (actual: unknown, expected: unknown, text: string) => {
  if (!isDeepStrictEqual(actual, expected)) console.log(text + ", but it is " + JSON.stringify(actual))
}
${compared.join("\n")}`
}

/** Whether what it prints are its results. */
function prints(code: string): boolean {
  return /\b[cC]onsole\.log\(/.test(code)
}

/** What is not as the fences say, of each: all are run one after the other in one process. */
async function unexpected(codes: ReadonlyArray<string>): Promise<ReadonlyArray<ReadonlyArray<string>>> {
  const folder = temporary()
  try {
    const files = codes.map((code, index) => [`fence${index}.ts`, prints(code) ? code : comparing(code)])
    write(folder, { ...Object.fromEntries(files), "main.ts": main(codes.length) })
    const { code: exit, errors, output } = await node(folder, "main.ts")
    assert.strictEqual(exit, 0, errors)
    const results: ReadonlyArray<{ readonly error?: string; readonly printed: ReadonlyArray<string> }> = JSON.parse(
      output
    )
    return results.map(({ error, printed }, index) => {
      const expected = [...codes[index]!.matchAll(/\/\/ => (.*)$/gm)].map(([, text]) => text)
      const [wanted, got] = [expected.join(", "), printed.join(", ")]
      const others = !prints(codes[index]!) ? printed : wanted === got ? [] : [`${wanted}, but it prints ${got}`]
      return error === undefined ? others : [error, ...others]
    })
  } finally {
    remove(folder)
  }
}

function main(count: number): string {
  return `import { format } from "node:util"
const results = []
for (let index = 0; index < ${count}; index++) {
  const result = { printed: [] as Array<string>, error: undefined as string | undefined }
  console.log = (...values) => { result.printed.push(...format(...values).split("\\n")) }
  try {
    await import(\`./fence\${index}.ts\`)
  } catch (error) {
    result.error = String(error)
  }
  results.push(result)
}
process.stdout.write(JSON.stringify(results), () => process.exit(0))
`
}
