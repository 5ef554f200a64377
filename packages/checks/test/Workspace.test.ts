import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import vitestConfig from "../../../vitest.config.ts"
import workspace from "../../../vitest.workspace.ts"
import { glob, node, read, root, vitest } from "./utils/workspace.ts"

// packages/bench is a workspace of its own, without tests.
const folders = glob("packages/!(bench)/package.json", "examples/package.json").map((path) => Path.dirname(path))

describe("vitest.workspace.ts", () => {
  it("is what vitest.config.ts gives", () => {
    assert.strictEqual(vitestConfig, workspace)
  })

  it("makes a project of every folder with tests, and vitest runs every test file in it", async () => {
    const tested = folders.filter((folder) => Fs.existsSync(Path.join(root, folder, "test")))
    assert.includeMembers(tested, ["packages/core", "packages/node", "packages/testing", "packages/checks", "examples"])
    const { code, errors, output } = await node(root, vitest, "list", "--filesOnly", "--json")
    assert.strictEqual(code, 0, errors)
    const listed: ReadonlyArray<{ readonly file: string; readonly projectName: string }> = JSON.parse(output)
    assert.sameMembers(
      listed.map(({ file, projectName }) => `${projectName} ${Path.relative(root, file).replaceAll("\\", "/")}`),
      tested.flatMap((folder) => glob(`${folder}/test/**/*.test.ts`).map((path) => `${Path.basename(folder)} ${path}`))
    )
    const projects = new Set(listed.map(({ projectName }) => projectName))
    assert.sameMembers([...projects], tested.map((folder) => Path.basename(folder)))
  }, 30_000)

  it("is what the test script of every package runs", () => {
    for (const folder of folders) {
      const { scripts } = JSON.parse(read(`${folder}/package.json`))
      const up = Path.relative(folder, ".").replaceAll("\\", "/")
      assert.strictEqual(scripts?.test, `vitest run --root ${up} --project ${Path.basename(folder)}`, folder)
    }
  })
})
