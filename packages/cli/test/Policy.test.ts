import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll } from "vitest"
import { csv, folder, run } from "./utils/command.ts"

const root = folder()
afterAll(() => Fs.rmSync(root, { recursive: true, force: true }))

// 33 % of the budget is left of the first, 50 % of the second, and the third has no data.
const table = csv(
  "c0ffee,metric,Checkout EU,99.9,,99.95,99.933",
  "5ea4c4,metric,Search,99,,99.5,99.5",
  "51e47,metric,Silent,99,,99.5,"
)

const gate = (policy: unknown, ...args: ReadonlyArray<string>) => {
  const file = Path.join(root, "policy.json")
  Fs.writeFileSync(file, typeof policy === "string" ? policy : JSON.stringify(policy))
  return Effect.map(run(["gate", "-", "--policy", file, ...args], { stdin: table }), (outcome) => ({
    ...outcome,
    stderr: outcome.stderr.replaceAll(file, "FILE")
  }))
}

const verdicts = (stdout: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    JSON.parse(stdout).slos.map(({ name, verdict }: { readonly name: string; readonly verdict: string }) => [
      name,
      verdict
    ])
  )

describe("--policy", () => {
  it.effect("judges SLOs by rules of their own, by name or id, the others as the flags say", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* gate(
        [{ match: "checkout*", min_budget: 40 }, { match: "5EA4C4", min_budget: 60 }],
        "-f",
        "json",
        "-q"
      )
      assert.deepStrictEqual(verdicts(stdout), { "Checkout EU": "fail", Search: "fail", Silent: "inconclusive" })
      assert.deepStrictEqual([code, stderr], [1, ""])
      const lax = yield* gate([{ match: "checkout*", min_budget: 30 }], "--min-budget", "40", "-f", "json")
      assert.deepStrictEqual([lax.code, verdicts(lax.stdout)], [
        0,
        { "Checkout EU": "pass", Search: "pass", Silent: "inconclusive" }
      ])
    }))

  it.effect("takes the first that matches, and of the rest of the rule what the flags say", () =>
    Effect.gen(function*() {
      const { stdout } = yield* gate(
        [{ match: "*eu", min_budget: 30 }, { match: "*", min_budget: 100 }, { match: "Search", min_budget: 0 }],
        "-fjson",
        "--warn-budget",
        "34"
      )
      assert.deepStrictEqual(verdicts(stdout), { "Checkout EU": "pass", Search: "fail", Silent: "inconclusive" })
      assert.isTrue(JSON.parse(stdout).slos[0].warning)
    }))

  it.effect("can set a target, a status in place of a budget, and what missing data means", () =>
    Effect.gen(function*() {
      const target = yield* gate([{ match: "search", target: 99.9 }], "-fjson")
      assert.strictEqual(verdicts(target.stdout).Search, "fail")
      const status = yield* gate([{ match: "search", min_status: 99.6 }], "-fjson", "--min-budget", "1")
      assert.strictEqual(verdicts(status.stdout).Search, "fail")
      const missing = yield* gate([{ match: "silent", missing: "fail" }], "-fjson")
      assert.deepStrictEqual([missing.code, verdicts(missing.stdout).Silent], [3, "fail"])
      const all = yield* gate([{ match: "search", min_budget: 40 }], "-fjson", "--target", "99.9", "--min-budget=-900")
      assert.strictEqual(verdicts(all.stdout).Search, "fail")
    }))

  it.effect("takes no letter of a name for more than it is, but *", () =>
    Effect.gen(function*() {
      const { stderr } = yield* gate([{ match: "S.arch", min_budget: 99 }, { match: "sil?nt" }, { match: "search" }])
      assert.strictEqual(
        stderr,
        "warning: FILE: \"S.arch\" matches no SLO.\nwarning: FILE: \"sil?nt\" matches no SLO.\n"
      )
      assert.strictEqual((yield* gate([{ match: "nobody" }], "-q")).stderr, "")
    }))

  it.effect("that is wrong is told in a line, and judges nothing: 2", () =>
    Effect.gen(function*() {
      const wrong = [
        ["{", "FILE: it is no JSON."],
        [{ match: "a" }, "FILE: Expected array"],
        [[{ min_budget: 1 }], "FILE: [0].match: Missing key"],
        [[{ match: "a", minBudget: 1 }], "FILE: [0].minBudget: there is no such member"],
        [[{ match: "a", min_budget: 101 }], "FILE: [0].min_budget: Expected a value less than or equal to 100"],
        [[{ match: "a", min_budget: 1, min_status: 1 }], "FILE: [0]: Expected either min_budget or min_status"]
      ] as const
      for (const [policy, message] of wrong) {
        const { code, stderr, stdout } = yield* gate(policy)
        assert.deepStrictEqual([code, stdout, stderr], [2, "", `error: ${message}\n`])
      }
      const { code, stderr } = yield* run(["gate", "-", "--policy", Path.join(root, "none.json")], { stdin: table })
      assert.deepStrictEqual([code, stderr.endsWith("none.json: there is no such file\n")], [2, true])
    }))
})
