import { FakeDatadog, Timeline } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll } from "vitest"
import { apiKey, applicationKey, csv, folder, keys, run, runOver } from "./utils/command.ts"

const root = folder()
afterAll(() => Fs.rmSync(root, { recursive: true }))

let files = 0
const write = (content: unknown): string => {
  const path = Path.join(root, `${++files}.json`)
  Fs.writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content))
  return path
}

const half = csv("1,metric,Search,99,,99.5,99.5")

const code = (args: ReadonlyArray<string>, environment: Readonly<Record<string, string>> = {}) =>
  Effect.map(run(["gate", "-", ...args], { stdin: half, environment }), ({ code }) => code)

const refusal = (args: ReadonlyArray<string>, environment: Readonly<Record<string, string>> = {}) =>
  Effect.map(run(["gate", "-", ...args], { stdin: half, environment }), ({ code, stderr }) => {
    assert.strictEqual(code, 2, stderr)
    return stderr
  })

describe("a setting", () => {
  it.effect("is the flag's, or the environment's, or the file's, or the default", () =>
    Effect.gen(function*() {
      const config = ["--config", write({ min_budget: 60, missing: "fail" })]
      assert.strictEqual(yield* code([]), 0)
      assert.strictEqual(yield* code(config), 1)
      assert.strictEqual(yield* code(config, { DD_SLO_MIN_BUDGET: "40" }), 0)
      assert.strictEqual(yield* code(["--min-budget", "60", ...config], { DD_SLO_MIN_BUDGET: "40" }), 1)
      assert.strictEqual(yield* code([], { DD_SLO_MIN_BUDGET: "60", DD_SLO_CONFIG: config[1]! }), 1)
      assert.strictEqual(yield* code([], { DD_SLO_MIN_BUDGET: "" }), 0)
    }))

  it.effect("that is a switch can be on everywhere, and off again", () =>
    Effect.gen(function*() {
      const rule = ["--min-budget", "60"]
      assert.strictEqual(yield* code(rule, { DD_SLO_ADVISORY: "true" }), 0)
      assert.strictEqual(yield* code([...rule, "--config", write({ advisory: true })]), 0)
      assert.strictEqual(yield* code([...rule, "--no-advisory"], { DD_SLO_ADVISORY: "true" }), 1)
    }))

  it.effect("that is wrong is told by the name that it has where it was set", () =>
    Effect.gen(function*() {
      const path = write({ min_budget: "much" })
      const expected = "expected a number such as 99.5, 100 at most, got"
      assert.strictEqual(yield* refusal(["--min-budget", "x"]), `error: --min-budget: ${expected} "x".\n`)
      assert.strictEqual(
        yield* refusal([], { DD_SLO_MIN_BUDGET: "x" }),
        `error: DD_SLO_MIN_BUDGET: ${expected} "x".\n`
      )
      assert.strictEqual(yield* refusal(["--config", path]), `error: ${path}: min_budget: ${expected} "much".\n`)
    }))
})

describe("the period", () => {
  const queries = (args: ReadonlyArray<string>, environment: Readonly<Record<string, string>>) =>
    Effect.gen(function*() {
      const { code, stderr } = yield* runOver(["report", "create", ...args], { environment })
      if (code !== 0) return stderr
      const requests = yield* (yield* FakeDatadog.FakeDatadog).requests
      const { from_ts, interval, to_ts } = JSON.parse(requests.at(-1)!.body).data.attributes
      const date = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10)
      return [date(from_ts), date(to_ts), interval]
    })

  it.effect("is said by what is nearest to the command", () =>
    Effect.gen(function*() {
      const months = { DD_SLO_QUERY: "x", DD_SLO_LAST: "2mo" }
      assert.deepStrictEqual(yield* queries([], months), ["2026-09-01", "2026-11-01", "monthly"])
      assert.deepStrictEqual(yield* queries(["--last", "7d"], months), ["2026-11-08", "2026-11-15", "daily"])
      assert.deepStrictEqual(yield* queries(["--last", "4w", "--interval", "monthly"], months), [
        "2026-10-18",
        "2026-11-15",
        "monthly"
      ])
      assert.deepStrictEqual(yield* queries(["--from", "30d"], months), ["2026-10-16", "2026-11-15", "monthly"])
      assert.deepStrictEqual(yield* queries(["--from", "2026-01-01", "--to", "now"], months), [
        "2026-01-01",
        "2026-11-15",
        "monthly"
      ])
      assert.strictEqual(
        yield* queries([], { ...months, DD_SLO_TO: "now" }),
        "error: Give either DD_SLO_LAST or DD_SLO_TO.\n"
      )
    }).pipe(Effect.provide(FakeDatadog.layerMemory())))
})

describe("the configuration file", () => {
  it.effect("is refused as a whole where anything in it is unknown", () =>
    Effect.gen(function*() {
      const says = (content: unknown) => {
        const path = write(content)
        return Effect.map(refusal(["--config", path]), (text) => text.replace(path, "FILE"))
      }
      assert.match(yield* says({ min_budgt: 1 }), /^error: FILE: "min_budgt" is no setting\. There are site, query, /)
      assert.match(yield* says({ __proto__: 1, constructor: 1 }), /"constructor" is no setting/)
      assert.strictEqual(
        yield* says({ api_key: "secret-1" }),
        "error: FILE: \"api_key\" has no place here: keys come from the environment.\n"
      )
      assert.match(yield* says({ host: "https://example.com" }), /"host" has no place here: .* Set DD_HOST\.\n$/)
      for (const wrong of ["", "[]", "{", "1", "null", { query: null }, { query: ["a"] }]) {
        assert.strictEqual(
          yield* says(wrong),
          "error: FILE: expected a JSON object of texts, numbers and booleans.\n",
          JSON.stringify(wrong)
        )
      }
    }))

  it.effect("must be there where it is named", () =>
    Effect.gen(function*() {
      const none = Path.join(root, "none.json")
      assert.strictEqual(yield* refusal(["--config", none]), `error: ${none}: there is no such file\n`)
    }))
})

describe("credentials", () => {
  const fake = Effect.provide(FakeDatadog.layerMemory({ report: { timeline: Timeline.always("completed") } }))

  const doctor = (environment: Readonly<Record<string, string>>, ...args: ReadonlyArray<string>) =>
    Effect.map(
      run(["doctor", "-f", "json", ...args], { environment }),
      ({ code, stdout }) => {
        const { facts } = JSON.parse(stdout) as {
          readonly facts: ReadonlyArray<
            { readonly name: string; readonly value: string | null; readonly from: string | null }
          >
        }
        const of = (name: string) => {
          const fact = facts.find((fact) => fact.name === name)
          return fact === undefined ? undefined : [fact.value, fact.from]
        }
        return { code, of, stdout }
      }
    )

  it.effect("are the environment's, under any of their names, ours first", () =>
    Effect.gen(function*() {
      const { code, of } = yield* doctor({ DATADOG_API_KEY: apiKey, DATADOG_APPLICATION_KEY: applicationKey })
      assert.deepStrictEqual([code, of("API key"), of("application key")], [
        0,
        ["set", "DATADOG_API_KEY"],
        ["set", "DATADOG_APPLICATION_KEY"]
      ])
      const both = yield* doctor({ ...keys, DATADOG_API_KEY: "wrong", DATADOG_ACCESS_TOKEN: "wrong" })
      assert.deepStrictEqual([both.code, both.of("API key")], [0, ["set", "DD_API_KEY"]])
    }).pipe(fake))

  it.effect("may be in files", () =>
    Effect.gen(function*() {
      const environment = { DD_API_KEY_FILE: write(`${apiKey}\n`), DD_APP_KEY_FILE: write(` ${applicationKey} `) }
      const { code, of } = yield* doctor(environment)
      assert.deepStrictEqual([code, of("API key")], [0, ["set", "DD_API_KEY_FILE"]])
      const missing = yield* run(["doctor"], { environment: { ...environment, DD_APP_KEY_FILE: `${root}/none` } })
      assert.deepStrictEqual([missing.code, missing.stdout], [2, ""])
      assert.strictEqual(missing.stderr, `error: DD_APP_KEY_FILE: ${root}/none can't be read (NotFound).\n`)
    }).pipe(fake))

  it.effect("are in no output, wherever they were put", () =>
    Effect.gen(function*() {
      const secret = "a1b2c3d4e5f6"
      for (
        const environment of [
          { ...keys, DD_API_KEY: secret },
          { ...keys, DD_SITE: secret },
          { ...keys, DD_HOST: `https://user:${secret}@example.com` },
          { ...keys, HTTPS_PROXY: `http://user:${secret}@example.com` },
          { DD_ACCESS_TOKEN: secret }
        ]
      ) {
        for (const args of [["doctor"], ["doctor", "-v"], ["report", "status", "x", "-v"]]) {
          const { stderr, stdout } = yield* run(args, { environment })
          assert.notInclude(stdout + stderr, secret)
        }
      }
    }).pipe(fake))

  it.effect("go where --site says, before the environment and the file", () =>
    Effect.gen(function*() {
      const config = ["--config", write({ site: "us3.datadoghq.com" })]
      assert.deepStrictEqual((yield* doctor(keys, ...config)).of("site")?.[0], "us3.datadoghq.com")
      assert.deepStrictEqual((yield* doctor({ ...keys, DATADOG_SITE: "datadoghq.eu" }, ...config)).of("site"), [
        "datadoghq.eu",
        "DATADOG_SITE"
      ])
      const flag = yield* doctor(
        { ...keys, DD_SITE: "datadoghq.eu", DD_HOST: "https://a.example" },
        "--site",
        "us5.datadoghq.com"
      )
      assert.deepStrictEqual([flag.of("site"), flag.of("host")], [["us5.datadoghq.com", "--site"], [null, null]])
      const named = yield* doctor({ ...keys, DD_SITE: "datadoghq.eu", DATADOG_HOST: "https://a.example" })
      assert.deepStrictEqual(named.of("host"), [null, null])
    }).pipe(fake))

  it.effect("that Datadog refuses are told by doctor's exit code", () =>
    Effect.gen(function*() {
      const { code, stdout } = yield* doctor({ ...keys, DD_API_KEY: "other" })
      assert.strictEqual(code, 4)
      assert.include(JSON.parse(stdout).message, "403 Forbidden")
      assert.strictEqual((yield* doctor({})).code, 2)
    }).pipe(fake))
})
