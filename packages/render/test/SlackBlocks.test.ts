import { assert, describe, it } from "@effect/vitest"
import { SlackBlocks } from "../src/index.ts"
import { judge, odd, OddRows, oddRows, row } from "./utils/report.ts"

interface Message {
  readonly text: string
  readonly blocks: ReadonlyArray<{ readonly type: string; readonly text: Readonly<Record<string, unknown>> }>
}

const read = (text: string): Message => JSON.parse(text)

const textsOf = ({ blocks }: Message): ReadonlyArray<string> => blocks.map(({ text }) => String(text.text))

describe("the message of a verdict", () => {
  it("has a header, what came of it, and what failed or was not exported, the worst first", () => {
    const message = read(SlackBlocks.fromVerdict(judge([
      row({ name: "fine", target: 99, cells: ["100"] }),
      row({ name: "broken", exportError: "late" }),
      row({ name: "bad", target: 99.9, cells: ["99.866393"] })
    ])))
    const result = "At least 0% of the error budget left in the latest interval, 2024-01-01. " +
      "Result: 2 judged, 1 failed, 1 not exported."
    assert.deepStrictEqual(textsOf(message), [
      "❌ SLO gate: fail",
      result,
      "bad: -33.7% of the error budget left in 2024-01-01 (99.866%, target 99.9%)",
      "broken: not exported: late"
    ])
    assert.strictEqual(message.text, `❌ SLO gate: fail: ${result}`)
    assert.deepStrictEqual(message.blocks.map(({ type }) => type), ["header", "section", "section", "section"])
  })
})

describe("the message of rows", () => {
  it("counts what missed its target in the last interval", () => {
    const message = read(SlackBlocks.fromRows(odd))
    assert.deepStrictEqual(textsOf(message).slice(0, 2), [
      "SLO report, 2024-02-01",
      "11 SLOs, 4 missed the target, 1 without data, 1 without a target, 1 not exported"
    ])
    assert.strictEqual(message.blocks.length, 2 + 5)
  })

  it("is short where there are none, and where there is one", () => {
    assert.deepStrictEqual(textsOf(read(SlackBlocks.fromRows([]))), [
      "SLO report",
      "0 SLOs, 0 missed the target, 0 without data, 0 without a target, 0 not exported"
    ])
    assert.match(textsOf(read(SlackBlocks.fromRows([row({})])))[1]!, /^1 SLO, /)
  })
})

describe("a message", () => {
  it("shows ten SLOs, counts the others, and cuts long texts between characters", () => {
    const many = Array.from({ length: 30 }, () => row({ name: "🚀".repeat(5000), exportError: "x".repeat(5000) }))
    const message = read(SlackBlocks.fromVerdict(judge(many)))
    assert.strictEqual(message.blocks.length, 13)
    assert.strictEqual(textsOf(message).at(-1), "… and 20 more")
    assert.isTrue(textsOf(message)[2]!.startsWith("🚀".repeat(249) + "…: not exported: xxx"))
  })

  it.prop("of any names is within Slack's limits, and has no text that Slack reads as markup", {
    rows: OddRows
  }, ({ rows }) => {
    const made = oddRows(rows)
    for (const text of [SlackBlocks.fromRows(made), SlackBlocks.fromVerdict(judge(made, { missing: "fail" }))]) {
      const message = read(text)
      assert.isAtMost(message.blocks.length, 50)
      assert.notMatch(message.text, /[<>&]/)
      for (const { text, type } of message.blocks) {
        assert.sameMembers(Object.keys(text), ["type", "text", "emoji"])
        assert.deepInclude(text, { type: "plain_text", emoji: false })
        const length = String(text.text).length
        assert.isAbove(length, 0)
        assert.isAtMost(length, type === "header" ? 150 : 3000)
      }
    }
  }, { arbitrary: { runs: 200 } })
})
