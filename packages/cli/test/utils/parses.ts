import { assert } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { Csv } from "effect/encoding"
import { SaxesParser } from "saxes"

const records = (text: string) =>
  Effect.runSync(Stream.make(text).pipe(Stream.pipeThroughChannel(Csv.decodeString()), Stream.runCollect))

const checks: Readonly<Record<string, (text: string, slos: number) => void>> = {
  csv: (text, slos) => assert.strictEqual(records(text).length, slos + 1),
  json: (text, slos) => assert.strictEqual(JSON.parse(text).slos.length, slos),
  jsonl: (text, slos) => {
    const ids = text.trimEnd().split("\n").map((line) => JSON.parse(line).id)
    assert.strictEqual(new Set(ids).size, slos)
  },
  markdown: (text) => assert.match(text, /^### [^\n]+\n\n[^]*\n\| --- \|[^]*\|\n$/),
  html: (text) => assert.match(text, /^<!doctype html>\n<html lang="en">[^]*<\/html>\s*$/),
  slack: (text) => assert.isAbove(JSON.parse(text).blocks.length, 1),
  text: (text, slos) => {
    assert.strictEqual(text.split("\n").length, slos + 2)
    assert.match(text, /\n(?:pass|fail|inconclusive): .*\n$/)
  },
  github: (text) => {
    for (const line of text.trimEnd().split("\n")) assert.match(line, /^::(?:error|warning|notice) title=[^:]*::.+$/)
  },
  junit: (text, slos) => {
    let cases = 0
    const parser = new SaxesParser()
    parser.on("error", (error) => {
      throw error
    })
    parser.on("opentag", ({ name }) => {
      if (name === "testcase") cases += 1
    })
    parser.write(text).close()
    assert.isAtLeast(cases, slos)
  }
}

/** Checks that a text is what its format says, of so many SLOs, and has no colours. */
export const parses = (format: string, text: string, slos: number): void => {
  checks[format]!(text, slos)
  assert.notInclude(text, "\u001b")
}
