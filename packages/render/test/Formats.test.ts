import { describe, expect, it } from "@effect/vitest"
import { Csv, GitHubAnnotations, Html, Json, Jsonl, JUnit, Markdown, SlackBlocks, Text } from "../src/index.ts"
import { style } from "../src/internal/html/style.ts"
import { digests } from "../src/internal/html/policy.ts"
import { script } from "../src/internal/html/script.ts"
import * as Pages from "./utils/pages.ts"
import { judge, odd } from "./utils/report.ts"

const verdict = judge(odd, { warnBudget: 5, over: { last: 2 } })
const known = { report: "dc8d92aa-e0af-11ee-af21-1feeaccaa3a3", interval: "monthly" } as const

const withoutCode = (html: string): string =>
  [style, script, digests.style, digests.script].reduce((html, code) => html.replace(code, "…"), html)

const files: ReadonlyArray<readonly [file: string, text: string]> = [
  ["rows.csv", Csv.fromRows(odd)],
  ["rows.spreadsheet.csv", Csv.fromRows(odd, { spreadsheet: true })],
  ["rows.json", Json.fromRows(odd, known)],
  ["rows.jsonl", Jsonl.fromRows(odd, known)],
  ["rows.md", Markdown.fromRows(odd)],
  // Its style and script are read in their modules.
  ["rows.html", withoutCode(Html.fromRows(odd, { ...Pages.known, ...known }))],
  ["rows.slack.json", SlackBlocks.fromRows(odd)],
  ["verdict.txt", Text.fromVerdict(verdict)],
  ["verdict.json", Json.fromVerdict(verdict)],
  ["verdict.jsonl", Jsonl.fromVerdict(verdict)],
  ["verdict.md", Markdown.fromVerdict(verdict)],
  ["verdict.xml", JUnit.fromVerdict(verdict)],
  ["verdict.github", GitHubAnnotations.fromVerdict(verdict)],
  ["verdict.slack.json", SlackBlocks.fromVerdict(verdict)]
]

/** After a change that is meant: `pnpm vitest run --project render -u`, and read the diff. */
describe("a report with odd names", () => {
  it.each(files)("is %s", async (file, text) => {
    await expect(text).toMatchFileSnapshot(`formats/${file}.snap.txt`)
  })
})
