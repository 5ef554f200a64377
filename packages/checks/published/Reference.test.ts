import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as Path from "node:path"
import { node, read, remove, root, temporary } from "../test/utils/workspace.ts"
import { packages } from "./utils/packages.ts"

const checks = Path.join(root, "packages/checks")
const typedoc = Path.join(checks, "node_modules/typedoc/bin/typedoc")

interface Entry {
  readonly name: string
  readonly children?: ReadonlyArray<Entry>
}

describe("the reference", () => {
  let reference: Entry

  beforeAll(async () => {
    const folder = temporary()
    const json = Path.join(folder, "reference.json")
    const { code, errors, output } = await node(checks, typedoc, "--options", "reference", "--json", json)
    assert.strictEqual(code, 0, output + errors)
    reference = JSON.parse(read(Path.relative(root, json)))
    remove(folder)
  })

  it.each(packages.map(({ folder, manifest }) => [manifest.name, folder] as const))(
    "lists every export of %s",
    (name, folder) => {
      const expected = exportsOf(read(`packages/checks/published/api/${folder}.d.txt`))
      assert.isAbove(expected.length, 0)
      const modules = [...childrenOf(reference, name), ...doorsOf(reference, name)]
      const listed = modules.flatMap((module) => (module.children ?? []).map((child) => `${module.name}.${child.name}`))
      assert.deepStrictEqual(expected.filter((one) => !listed.includes(one)), [])
    }
  )

  it("reads declarations as they are written", () => {
    const declarations =
      "// A\nexport declare const a: 1;\nexport interface B {\n}\n// C\nexport type D = 1;\nexport {};\n"
    assert.deepStrictEqual(exportsOf(declarations), ["A.a", "A.B", "C.D"])
  })
})

function childrenOf(entry: Entry, name: string): ReadonlyArray<Entry> {
  return entry.children?.find((child) => child.name === name)?.children ?? []
}

/** The modules beside the index that have names of their own to import. */
function doorsOf(entry: Entry, name: string): ReadonlyArray<Entry> {
  const doors = entry.children?.filter((child) => child.name.startsWith(`${name}/`)) ?? []
  return doors.map((door) => ({ ...door, name: door.name.slice(name.length + 1) }))
}

function exportsOf(declarations: string): ReadonlyArray<string> {
  let module = ""
  return declarations.split("\n").flatMap((line) => {
    module = /^\/\/ (\w+)$/.exec(line)?.[1] ?? module
    const name = /^export (?:declare )?(?:abstract )?(?:const|class|function|interface|type|namespace) (\w+)/.exec(line)
      ?.[1]
    return name === undefined ? [] : [`${module}.${name}`]
  })
}
