import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { commands } from "../src/Commands.ts"
import * as Completions from "../src/Completions.ts"

/** What bash offers in place of the last word. */
const offered = (...words: ReadonlyArray<string>): Array<string> => {
  const script = `${Completions.script("bash")}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _datadog_slo; printf '%s\\n' "\${COMPREPLY[@]}"`
  const output = execFileSync("bash", ["--norc", "-uc", script, "bash", "datadog-slo", ...words], {
    cwd: import.meta.dirname,
    encoding: "utf8"
  })
  return output.split("\n").filter((line) => line !== "")
}

describe("completions", () => {
  it("are of commands, and of the steps of a group", () => {
    assert.sameMembers(offered(""), [...new Set(commands.map(({ name }) => name.split(" ")[0]!)), "help"])
    assert.deepStrictEqual(offered("ex"), ["export", "exports"])
    assert.sameMembers(offered("report", ""), ["create", "status", "wait", "download"])
    assert.deepStrictEqual(offered("exports", "r"), ["retry"])
  })

  it("are of the flags of a command, and of none else", () => {
    assert.deepStrictEqual(offered("gate", "--min"), ["--min-budget", "--min-status"])
    assert.deepStrictEqual(offered("convert", "--min"), [])
    assert.deepStrictEqual(offered("report", "wait", "a", "--ti"), ["--timeout"])
    assert.includeMembers(offered("doctor", "-"), ["--format", "-f", "--help", "--quiet", "-q"])
  })

  it("are of the words that a flag takes, each command's own", () => {
    assert.deepStrictEqual(offered("gate", "--interval", ""), ["daily", "weekly", "monthly"])
    assert.deepStrictEqual(offered("gate", "-f", "j"), ["json", "jsonl", "junit"])
    assert.deepStrictEqual(offered("export", "--format", "j"), ["jsonl", "json"])
    assert.deepStrictEqual(offered("report", "status", "a", "-f", ""), ["text", "json"])
    assert.deepStrictEqual(offered("gate", "--last", ""), [])
  })

  it("are of files where a file is meant", () => {
    assert.deepStrictEqual(offered("gate", "Completions.t"), ["Completions.test.ts"])
    assert.deepStrictEqual(offered("export", "-o", "Completions.t"), ["Completions.test.ts"])
    assert.deepStrictEqual(offered("report", "status", "Completions.t"), [])
  })

  it("are the same for zsh, which takes bash's", () => {
    assert.strictEqual(
      Completions.script("zsh"),
      `autoload -U +X bashcompinit && bashcompinit\n${Completions.script("bash")}`
    )
  })
})
