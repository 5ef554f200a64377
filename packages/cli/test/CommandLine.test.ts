import { assert, describe, expect, it } from "@effect/vitest"
import * as CommandLine from "../src/CommandLine.ts"
import { commands } from "../src/Commands.ts"

const said = (...args: ReadonlyArray<string>) => {
  const line = CommandLine.parse(args)
  assert.strictEqual(line._tag, "Say", JSON.stringify(line))
  return line as Extract<CommandLine.CommandLine, { readonly _tag: "Say" }>
}

const given = (...args: ReadonlyArray<string>): Readonly<Record<string, unknown>> => {
  const line = CommandLine.parse(args)
  assert.strictEqual(line._tag, "Run", JSON.stringify(line))
  const { argument, texts } = (line as Extract<CommandLine.CommandLine, { readonly _tag: "Run" }>).given
  return { ...Object.fromEntries(texts), ...(argument === undefined ? {} : { argument }) }
}

const misuses = (args: ReadonlyArray<string>, error: string) => {
  assert.deepStrictEqual(said(...args), { _tag: "Say", stdout: "", stderr: `error: ${error}\n`, code: 2 })
}

describe("a command line", () => {
  it("has flags by name and by letter, attached or not, anywhere", () => {
    const expected = { format: ["json"], quiet: ["true"], argument: "a.csv" }
    assert.deepStrictEqual(given("gate", "a.csv", "--format", "json", "--quiet"), expected)
    assert.deepStrictEqual(given("gate", "--format=json", "a.csv", "-q"), expected)
    assert.deepStrictEqual(given("-q", "gate", "-fjson", "a.csv"), expected)
    assert.deepStrictEqual(given("gate", "-qfjson", "a.csv"), expected)
    assert.deepStrictEqual(given("gate", "-qf", "json", "--", "a.csv"), expected)
    assert.deepStrictEqual(given("gate", "-q", "-f=json", "a.csv"), expected)
  })

  it("has values that begin with a minus", () => {
    assert.deepStrictEqual(given("gate", "-Q", "-env:dev", "--min-budget", "-50"), {
      query: ["-env:dev"],
      "min-budget": ["-50"]
    })
    assert.deepStrictEqual(given("gate", "--query=--format", "-"), { query: ["--format"], argument: "-" })
  })

  it("has switches that can be off", () => {
    assert.deepStrictEqual(given("gate", "a", "--advisory"), { advisory: ["true"], argument: "a" })
    assert.deepStrictEqual(given("gate", "a", "--no-advisory"), { advisory: ["false"], argument: "a" })
    assert.deepStrictEqual(given("gate", "a", "--advisory=false"), { advisory: ["false"], argument: "a" })
  })

  it("repeats --write, and nothing else", () => {
    assert.deepStrictEqual(given("gate", "a", "--write", "json=b", "--write", "junit=c"), {
      write: ["json=b", "junit=c"],
      argument: "a"
    })
    misuses(["gate", "a", "-fjson", "-fcsv"], "-f is there twice. Try: datadog-slo gate --help")
  })

  it("that is wrong is told in one line with a hint, exit code 2", () => {
    misuses(["gat"], `There is no command "gat". Did you mean gate? Try: datadog-slo --help`)
    misuses(["frobnicate"], `There is no command "frobnicate". Try: datadog-slo --help`)
    misuses(["report", "stat"], `There is no command "stat". Did you mean status? Try: datadog-slo report --help`)
    misuses(["gate", "--frmat", "x"], "There is no flag --frmat. Did you mean --format? Try: datadog-slo gate --help")
    misuses(["gate", "-x"], "There is no flag -x. Try: datadog-slo gate --help")
    misuses(["gate", "--constructor"], "There is no flag --constructor. Try: datadog-slo gate --help")
    misuses(["convert", "--last", "1mo"], "--last is no flag of datadog-slo convert. Try: datadog-slo convert --help")
    misuses(["gate", "--query", "--last", "1mo"], "--query lacks its value, words. Try: datadog-slo gate --help")
    misuses(["gate", "a", "b"], `There is no place for "b". Try: datadog-slo gate --help`)
    misuses(["export", "a"], `There is no place for "a". Try: datadog-slo export --help`)
    misuses(["exports", "lst"], `There is no command "lst". Did you mean list? Try: datadog-slo exports --help`)
    misuses(["report", "wait"], "It lacks <id>, the report's id. Try: datadog-slo report wait --help")
    misuses(
      ["completions", "fish"],
      `There are no completions for "fish", but for bash and zsh. Try: datadog-slo completions --help`
    )
    misuses(["-q"], "There is no command. Try: datadog-slo --help")
    misuses(["--versoin"], "There is no flag --versoin. Did you mean --version? Try: datadog-slo --help")
    misuses(["report", "-x"], "There is no flag -x. Try: datadog-slo report --help")
  })

  it("has no flag that takes a secret", () => {
    for (const flag of ["--api-key", "--app-key", "--access-token"]) {
      assert.include(said("gate", flag, "x").stderr, `There is no flag ${flag}.`)
    }
  })
})

describe("help", () => {
  it("is on standard output where it was asked for, whatever else is wrong", () => {
    for (const args of [["--help"], ["help"], ["-h"], ["gate", "--bad", "--help"], ["help", "gate"]]) {
      const { code, stderr, stdout } = said(...args)
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.include(stdout, "Usage: datadog-slo ")
    }
  })

  it("is on standard error where it was not, with exit code 2", () => {
    assert.deepStrictEqual(said(), { ...said("--help"), stdout: "", stderr: said("--help").stdout, code: 2 })
    assert.strictEqual(said("report").stderr, said("report", "--help").stdout)
  })

  it("has the version beside it", () => {
    assert.match(said("--version").stdout, /^datadog-slo \d+\.\d+\.\d+\n$/)
    assert.strictEqual(said("gate", "-V").stdout, said("--version").stdout)
  })

  const pages = ["", "report", "exports", ...commands.map(({ name }) => name)]

  it.each(pages)("of `%s` is that of test/help, in at most 80 columns", async (name) => {
    const { stdout } = said(...name.split(" ").filter((word) => word !== ""), "--help")
    assert.deepStrictEqual(stdout.split("\n").filter((line) => line.length > 80), [])
    await expect(stdout).toMatchFileSnapshot(`help/${name.replace(" ", "-") || "datadog-slo"}.txt`)
  })
})
