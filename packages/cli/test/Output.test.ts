import { assert, describe, it } from "@effect/vitest"
import { Effect, PlatformError, Sink } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll } from "vitest"
import { csv, folder, run } from "./utils/command.ts"

const root = folder()
afterAll(() => Fs.rmSync(root, { recursive: true }))

const file = csv("1,metric,Checkout,99.9,,99.95,99.866393")
const written = (name: string, text = file): string => {
  const path = Path.join(root, name)
  Fs.writeFileSync(path, text)
  return path
}

describe("a disk that is full", () => {
  // Linux alone has a device that is always full.
  const isThere = Fs.existsSync("/dev/full")
  const full = Sink.fail(
    PlatformError.systemError({
      _tag: "Unknown",
      module: "Stdio",
      method: "stdout",
      cause: new Error("ENOSPC: no space left on device, write")
    })
  )

  it.effect.skipIf(!isThere)("is told with the name of the file: 2", () =>
    Effect.gen(function*() {
      const path = written("a.csv")
      for (const environment of [{}, { GITHUB_STEP_SUMMARY: "/dev/full" }]) {
        const { code, stderr, stdout } = yield* run(["convert", path, "-fcsv", "-o", "/dev/full"], { environment })
        assert.deepStrictEqual([code, stdout, stderr], [
          2,
          "",
          "error: /dev/full: ENOSPC: no space left on device, write\n"
        ])
      }
    }))

  it.effect("is told of standard output too: 2", () =>
    Effect.gen(function*() {
      const { code, stderr } = yield* run(["convert", written("a.csv"), "-fcsv"], { stdout: full })
      assert.deepStrictEqual([code, stderr], [2, "error: standard output: ENOSPC: no space left on device, write\n"])
    }))
})

describe("a file", () => {
  it.effect("is not written twice, whatever it is called", () =>
    Effect.gen(function*() {
      const path = written("b.csv")
      const [one, other] = [Path.join(root, "b.xml"), `${root}/./b.xml`]
      const { code, stderr } = yield* run(["gate", path, "--write", `junit=${one}`, "--write", `json=${other}`])
      assert.deepStrictEqual([code, stderr], [2, `error: Two formats go to ${other}: one would be lost.\n`])
      assert.isFalse(Fs.existsSync(one))
    }))

  it.effect("that is read is replaced by another table alone", () =>
    Effect.gen(function*() {
      const path = written("c.csv")
      const other = `${root}/./c.csv`
      for (const args of [["gate", path, "-o", other], ["convert", path, "-fjson", "-o", other]]) {
        const { code, stderr } = yield* run(args)
        assert.deepStrictEqual([code, stderr], [2, `error: ${other} is what is read: it would be lost.\n`])
        assert.strictEqual(Fs.readFileSync(path, "utf8"), file)
      }
      assert.strictEqual((yield* run(["convert", path, "-fcsv", "--spreadsheet", "-o", path])).code, 0)
      assert.strictEqual(Fs.readFileSync(path, "utf8").codePointAt(0), 0xfeff)
    }))
})

describe("a table from a spreadsheet", () => {
  const refusal = (text: string | Uint8Array) =>
    Effect.map(run(["gate", "-"], { stdin: text }), ({ code, stderr, stdout }) => {
      assert.deepStrictEqual([code, stdout], [3, ""])
      return stderr.replace("error: standard input is not the CSV of an SLO report, line 1: ", "").trimEnd()
    })

  it.effect("is read with a byte order mark, and with the ends of lines that Windows has", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* run(["gate", "-"], { stdin: `\ufeff${file.replaceAll("\n", "\r\n")}` })).code, 1)
    }))

  it.effect("is told what is wrong with it: separators, encoding, dates", () =>
    Effect.gen(function*() {
      const semicolons = file.replaceAll(".", ",").replaceAll(/,(?=\D|\d+-)/g, ";")
      const separators = "its columns are separated by semicolons, expected commas, as a report has them."
      for (const text of [semicolons, `\ufeff${semicolons}`, `sep=;\r\n${semicolons}`]) {
        assert.strictEqual(yield* refusal(text), separators)
      }
      assert.strictEqual(yield* refusal(file.replaceAll(",", "\t")), separators.replace("semicolons", "tabs"))
      const wide = new Uint8Array(Buffer.from(`\ufeff${file}`, "utf16le"))
      assert.strictEqual(yield* refusal(wide), "it is UTF-16, expected UTF-8.")
      assert.include(yield* refusal(file.replace("2026-09-01", "01.09.2026")), "expected YYYY-MM-DD")
    }))
})
