import { Verdict } from "@effect-datadog/slo-report"
import { assert, describe, it } from "@effect/vitest"
import { GitHubAnnotations } from "../src/index.ts"
import { isolated, nameOf } from "../src/internal/text.ts"
import { workflowCommands } from "./utils/parsers.ts"
import { judge, OddRows, oddRows, row } from "./utils/report.ts"

const commandsOf = (...args: Parameters<typeof judge>) =>
  workflowCommands(GitHubAnnotations.fromVerdict(judge(...args)))

describe("the annotations of a verdict", () => {
  it("are an error for a failure, with a title that may hold anything", () => {
    const failed = row({ name: "a: 50%, b=c", target: 99.9, cells: ["99.866393"] })
    assert.strictEqual(
      GitHubAnnotations.fromVerdict(judge([failed])),
      "::error title=SLO a%3A 50%25%2C b=c::-33.7%25 of the error budget left in 2024-01-01 (99.866%25, target 99.9%25)\n" +
        "::notice title=SLO gate::fail: 1 judged, 1 failed\n"
    )
    assert.deepStrictEqual(commandsOf([failed])[0], {
      command: "error",
      properties: { title: "SLO a: 50%, b=c" },
      data: "-33.7% of the error budget left in 2024-01-01 (99.866%, target 99.9%)"
    })
  })

  it("are a warning for what was not exported, has no data or has little left, and a notice for what came of it", () => {
    const commands = commandsOf([
      row({ name: "fine", target: 99, cells: ["100"] }),
      row({ name: "close", target: 99, cells: ["99.01"] }),
      row({ name: "silent", target: 99, cells: [""] }),
      row({ name: "free", cells: ["50"] })
    ], { warnBudget: 5 })
    assert.deepStrictEqual(commands.map((one) => [one?.command, one?.properties.title]), [
      ["warning", "SLO close"],
      ["warning", "SLO silent"],
      ["notice", "SLO gate"]
    ])
    assert.strictEqual(commands.at(-1)?.data, "pass: 2 judged, 2 warnings, 1 without data, 1 without a target")
  })

  it("end with a warning where nobody can tell", () => {
    assert.deepStrictEqual(commandsOf([]), [{
      command: "warning",
      properties: { title: "SLO gate" },
      data: "inconclusive: the report has no SLOs"
    }])
    const broken = row({ name: "broken", exportError: "late\nagain" })
    assert.deepStrictEqual(commandsOf([broken]).map((one) => [one?.command, one?.data]), [
      ["warning", "not exported: late again"],
      ["warning", "inconclusive: 0 judged, 1 not exported"]
    ])
  })

  it("are at most ten of a kind, the worst, as GitHub shows no more", () => {
    const many = Array.from({ length: 30 }, (_, index) => [
      row({ name: `bad ${index}`, target: 99, cells: [`${90 - index}`] }),
      row({ name: `silent ${index}`, target: 99, cells: [""] })
    ]).flat()
    const commands = commandsOf(many)
    const count = (kind: string) => commands.filter((one) => one?.command === kind).length
    assert.deepStrictEqual(["error", "warning", "notice"].map(count), [10, 10, 1])
    assert.strictEqual(commands[0]?.properties.title, "SLO bad 29")
    assert.strictEqual(commands.at(-1)?.data, "fail: 30 judged, 30 failed, 30 warnings, 30 without data")
    const unknown = commandsOf(many.filter(({ cells }) => cells[0]?.raw === ""))
    assert.strictEqual(unknown.length, 10)
    assert.strictEqual(unknown.at(-1)?.properties.title, "SLO gate")
  })
})

describe("of any names", () => {
  it.prop("GitHub's runner reads these commands, and no others", { rows: OddRows }, ({ rows }) => {
    const made = oddRows(rows)
    for (const rule of [{}, { missing: "fail", exportErrors: "fail" }] as const) {
      const commands = commandsOf(made, rule)
      for (const one of commands) {
        assert.include(["error", "warning", "notice"], one?.command)
        assert.sameMembers(Object.keys(one!.properties), ["title"])
        assert.notMatch(one!.properties.title + one!.data, /\p{Cc}|[\u202a-\u202e]/u)
      }
      assert.strictEqual(commands.at(-1)?.properties.title, "SLO gate")
      const failed = Verdict.worstFirst(judge(made, rule)).filter(({ verdict }) => verdict === "fail").slice(0, 10)
      assert.deepStrictEqual(
        commands.filter((one) => one?.command === "error").map((one) => one?.properties.title),
        failed.map((slo) => `SLO ${isolated(nameOf(slo))}`)
      )
    }
  }, { arbitrary: { runs: 300 } })
})
