import { describe, expect, it } from "@effect/vitest"
import { modulesOf, packages } from "./utils/packages.ts"

/** After a change that is meant: `pnpm packages -u`. */
describe("the public declarations", () => {
  it.each(packages.map((one) => [one.folder, one] as const))("are those of api/%s.d.txt", async (folder, one) => {
    const modules = modulesOf(one).map((module) =>
      `// ${module}\n${withoutComments(one.files[`dist/${module}.d.ts`]!)}`
    )
    await expect(modules.join("\n")).toMatchFileSnapshot(`api/${folder}.d.txt`)
  })

  it("are compared without their comments, and by every other character", () => {
    const declaration = `/**\n * A docstring.\n */\nexport declare const a: "/** b */";\n    /** Of c. */\n    c: 1;\n`
    expect(withoutComments(declaration)).toBe(`export declare const a: "/** b */";\n    c: 1;\n`)
  })
})

function withoutComments(declarations: string): string {
  return declarations.replaceAll(/^[ \t]*\/\*\*[^]*?\*\/\n/gm, "")
}
