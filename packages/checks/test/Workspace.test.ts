import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import vitestConfig from "../../../vitest.config.ts"
import workspace from "../../../vitest.workspace.ts"
import { glob, node, read, root, vitest } from "./utils/workspace.ts"

// packages/bench is a workspace of its own, without tests.
const folders = glob("packages/!(bench)/package.json", "examples/package.json").map((path) => Path.dirname(path))

const tested = folders.filter((folder) => Fs.existsSync(Path.join(root, folder, "test")))

/** The test files that a configuration has, each with its project. */
const listed = async (config: string): Promise<Array<readonly [project: string, path: string]>> => {
  const { code, errors, output } = await node(root, vitest, "list", "--config", config, "--filesOnly", "--json")
  assert.strictEqual(code, 0, errors)
  const files: ReadonlyArray<{ readonly file: string; readonly projectName: string }> = JSON.parse(output)
  return files.map(({ file, projectName }) => [projectName, Path.relative(root, file).replaceAll("\\", "/")])
}

describe("vitest.workspace.ts", () => {
  it("is what vitest.config.ts gives", () => {
    assert.strictEqual(vitestConfig, workspace)
  })

  it(
    "makes a project of every folder with tests, with all its files; the long ones by name are vitest.long.ts's",
    async () => {
      assert.includeMembers(tested, [
        "packages/core",
        "packages/node",
        "packages/testing",
        "packages/render",
        "packages/durable",
        "packages/cli",
        "packages/checks",
        "examples"
      ])
      const files = tested.flatMap((folder) =>
        glob(`${folder}/test/**/*.test.ts`).map((path) => [Path.basename(folder), path] as const)
      )
      const isLong = ([, path]: readonly [string, string]) => path.endsWith(".long.test.ts")
      const short = await listed("vitest.config.ts")
      assert.sameDeepMembers(short, files.filter((file) => !isLong(file)))
      assert.sameDeepMembers(await listed("vitest.long.ts"), files.filter(isLong))
      assert.isTrue(files.some(isLong))
      assert.sameMembers([...new Set(short.map(([project]) => project))], tested.map((folder) => Path.basename(folder)))
    },
    30_000
  )

  it("is what the test script of every package runs", () => {
    for (const folder of folders) {
      const { scripts } = JSON.parse(read(`${folder}/package.json`))
      const up = Path.relative(folder, ".").replaceAll("\\", "/")
      assert.strictEqual(scripts?.test, `vitest run --root ${up} --project ${Path.basename(folder)}`, folder)
    }
  })
})
