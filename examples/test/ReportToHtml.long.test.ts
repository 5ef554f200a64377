import { assert, describe, it } from "@effect/vitest"
import { run } from "./utils/run.ts"

describe("report-to-html", () => {
  it("reads a fake's report where no keys are set", async () => {
    const { code, errors, output } = await run("report-to-html", {})
    assert.strictEqual(code, 0, errors)
    assert.match(errors, /^No Datadog keys in the environment .*\nReport \S+ is completed\.\n$/)
    assert.match(output, /^<!doctype html>\n[^]*<dd>12<\/dd>[^]*<\/html>\n$/)
  }, 30_000)

  it.each([
    [
      "too many files",
      { arguments: ["a.csv", "a.html", "b.html"] },
      /^Usage: node src\/report-to-html\.ts .*\n +node src\/report-to-html\.ts --source .*\n$/
    ],
    ["a file that is not there", { arguments: ["absent.csv"] }, /^NotFound: .*absent\.csv.*\n$/],
    ["a page", { arguments: ["-"], text: "<html>\n" }, /^This is no SLO report: line 1: the header lacks "id".*\n$/]
  ])("says of %s in one message what is wrong, and exits with 2", async (_, input, message) => {
    const { code, errors, output } = await run("report-to-html", {}, undefined, input)
    assert.strictEqual(code, 2)
    assert.strictEqual(output, "")
    assert.match(errors, message)
  })
})
