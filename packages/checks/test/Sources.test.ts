import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fencesOf } from "./utils/fences.ts"
import { glob, read, root, run } from "./utils/workspace.ts"

const maxLines = 250

const sources = glob("packages/{core,node,testing,render,durable,cli}/src/**/*.ts")
// Nothing of the command line can be imported.
const publicModules = sources.filter((path) =>
  !path.includes("/internal/") && !path.endsWith("/index.ts") && !path.startsWith("packages/cli/")
)

describe("the sources", () => {
  it(`have at most ${maxLines} lines each, without those of examples: a longer module is two nouns`, () => {
    const longer = sources.map((path) => ({ path, lines: linesOf(read(path)) }))
      .filter(({ lines }) => lines > maxLines)
    assert.deepStrictEqual(longer, [])
    assert.isAbove(sources.length, 30)
  })

  it("have no any and no casts around types, no async and try, no time or chance of their own, no barrel", () => {
    assert.deepStrictEqual(sources.flatMap((path) => lawBreaks(read(path)).map((found) => `${path}:${found}`)), [])
  })

  it("begin with a header", () => {
    assert.deepStrictEqual(sources.filter((path) => !hasHeader(read(path))), [])
  })

  it("say of every public export what it is, its category and since when", () => {
    const found = publicModules.flatMap((path) => undocumented(read(path)).map((line) => `${path}:${line}`))
    assert.deepStrictEqual(found, [])
  })

  it("have an example of every operation, layer, policy and fault, and of every function of core and render", () => {
    const found = publicModules.flatMap((path) => withoutExample(path, read(path)).map((line) => `${path}:${line}`))
    assert.deepStrictEqual(found, [])
  })

  it("have no example twice", () => {
    const codes = publicModules.flatMap((path) => fencesOf(path, read(path))).map(({ code }) => code)
    assert.deepStrictEqual(codes.filter((code, index) => codes.indexOf(code) !== index), [])
    assert.isAbove(codes.length, 100)
  })

  it.each(["core", "node", "testing", "render", "durable"])(
    "are all in the index, types alone as types: %s",
    (name) => {
      const lines = read(`packages/${name}/src/index.ts`).replace(/^\/\*\*[^]*?\*\/\n/, "").trimEnd().split("\n")
      const modules = publicModules.filter((path) => path.startsWith(`packages/${name}/`))
        .filter((path) => !doors.includes(Path.basename(path, ".ts")))
      const expected = modules.map((path) => {
        const module = Path.basename(path, ".ts")
        return `export ${hasValues(read(path)) ? "" : "type "}* as ${module} from "./${module}.ts"`
      })
      assert.isAbove(modules.length, 0)
      assert.deepStrictEqual(lines, expected)
    }
  )
})

/** Modules that are imported by their path alone, by those who don't want the rest. */
const doors = ["promise"]

describe("the checks of the sources", () => {
  it("find what is forbidden in code, not in comments and texts", () => {
    const source = `
// any text, async, try { }
/** Date.now and Math.random as any. */
import { Effect } from "effect"
import * as Schema from "effect/Schema"
export const words = "any of these" + 'as any' + \`Date.now() any \${1}\`
export const quote = /["'\`]/.test("any") // any
export const url = "https://example.com" as unknown as URL
export const value = (input: any) => input
export const cast = words as any
export const later = async () => {
  try {
    return Date.now() + Math.random()
  } catch {}
}
export const fine = Effect.try({ try: () => 1, catch: () => 2 })
`
    assert.deepStrictEqual(lawBreaks(source), [
      `4: from "effect"`,
      "8: as unknown as",
      "9: any",
      "10: any",
      "11: async ",
      "12: try {",
      "13: Date.now",
      "13: Math.random"
    ])
  })

  it("find a module without a header", () => {
    const header = "/**\n * Waits.\n *\n * @since 0.1.0\n */\n"
    assert.isTrue(hasHeader(`${header}import * as A from "a"\n`))
    assert.isTrue(hasHeader(`${header}\n/** @internal */\nexport const a = 1\n`))
    assert.isFalse(hasHeader(`${header}export const a = 1\n`))
    assert.isFalse(hasHeader(`import * as A from "a"\n${header}\nexport const a = 1\n`))
    assert.isFalse(hasHeader("/**\n * Waits.\n */\nexport const a = 1\n"))
  })

  it("find an export without a docstring, its sentence, a category or a version", () => {
    const source = `
/**
 * Waits, for as long as
 * it takes.
 *
 * More of it. And more.
 *
 * @category waits
 * @since 0.1.0
 */
export const wait = 1

/** @internal */
export const hidden = 1

export const bare = 1

/**
 * No category.
 *
 * @since 0.1.0
 */
export class NoCategory {}

/**
 * No version.
 *
 * @category models
 */
export interface NoVersion {}

/**
 * @category waits
 * @since 0.1.0
 */
export type NoSentence = 1

/**
 * Waits. It takes long.
 *
 * @category waits
 * @since 0.1.0
 */
export function twoSentences() {}

/**
 * Waits.
 *
 * @category waits
 * @since 0.1.0
 */

export type Apart = 1

export {
  /**
   * Always.
   *
   * @category waits
   * @since 0.1.0
   */
  always_ as always,
  never_ as never
}

export { once }

export type {
  /**
   * Once.
   *
   * @category waits
   * @since 0.1.0
   */
  Once,
  Never
}
`
    assert.deepStrictEqual(undocumented(source), [
      "16: export const bare = 1",
      "23: export class NoCategory {}",
      "30: export interface NoVersion {}",
      "36: export type NoSentence = 1",
      "44: export function twoSentences() {}",
      "53: export type Apart = 1",
      "63: never_ as never",
      "66: export { once }",
      "76: Never"
    ])
  })

  it("find an operation, a layer, a policy, a fault or a function that has no example", () => {
    const doc = (category: string, example: string) => `/**\n * Waits.\n *\n${example} * @category ${category}\n */\n`
    const example = " * **Example** (Waiting)\n *\n * ```ts\n * wait()\n * ```\n *\n"
    const layers = ["", " * **Example** (Waiting)\n *\n", example].map((each) =>
      `${doc("layers", each)}export const a = 1`
    )
    const found = (path: string, source: string) => withoutExample(path, source).map((line) => line.split(":")[0])
    assert.deepStrictEqual(found("packages/testing/src/A.ts", layers.join("\n\n")), ["6", "15"])
    assert.deepStrictEqual(found("packages/testing/src/A.ts", `${doc("faults", "")}export const a = 1`), ["6"])
    const getter = `${doc("getters", "")}export const a = (b: string) => b\n\n${doc("getters", "")}export const b = 1`
    assert.deepStrictEqual(
      ["core", "node", "render"].map((name) => found(`packages/${name}/src/A.ts`, getter).length),
      [
        1,
        0,
        1
      ]
    )
    assert.deepStrictEqual(found("packages/node/src/PollPolicy.ts", `${doc("constants", "")}export const a = 1`), ["6"])
    const policy = `export {\n  /**\n   * Always.\n   *\n   * @category constants\n   */\n  a_ as a\n}`
    assert.deepStrictEqual(found("packages/node/src/RetryPolicy.ts", policy), ["7"])
    const service = `export interface Service {\n  /**\n   * Waits.\n   */\n  readonly wait: () => void\n}`
    assert.deepStrictEqual(found("packages/node/src/SloReportService.ts", service), ["5"])
  })

  it("count no line of an example", () => {
    assert.strictEqual(
      linesOf("/**\n * Waits.\n *\n * **Example** (A)\n *\n * ```ts\n * a\n * ```\n *\n * @since\n */\n"),
      5
    )
  })

  it("find what belongs to one machine", () => {
    // In pieces, since this file is checked too.
    const paths = [["", "work", "a"], ["", "root", "a"], ["", "tmp", "team", "a"], ["..", "shared", "a"]]
    const others = [["registry.npm", "js.org"], ["www.npm", "js.com"], ["sub", "agent"]]
    const words = [...paths.map((parts) => parts.join("/")), ...others.map((parts) => parts.join(""))]
    assert.deepStrictEqual(words.map((word) => foreignWords(`first\n${word}\n`).length), words.map(() => 1))
    const inside = [["frame", "work", "a"], ["packages", "root", "a"]].map((parts) => parts.join("/"))
    assert.deepStrictEqual(foreignWords([...inside, "npm install effect"].join("\n")), [])
  })
})

describe("the repository", () => {
  // Without git there is no telling what belongs to it.
  it.skipIf(!Fs.existsSync(Path.join(root, ".git")))("says nothing of the machines that it is made on", async () => {
    const { code, errors, output } = await run(
      root,
      "git",
      "ls-files",
      "--cached",
      "--others",
      "--exclude-standard",
      "-z"
    )
    assert.strictEqual(code, 0, errors)
    const paths = output.split("\0").filter((path) =>
      Fs.lstatSync(Path.join(root, path), { throwIfNoEntry: false })?.isFile() === true
    )
    assert.includeMembers(paths, ["README.md", "pnpm-lock.yaml", ".ci/run"])
    assert.deepStrictEqual(paths.flatMap((path) => foreignWords(read(path)).map((found) => `${path}:${found}`)), [])
  })
})

function linesOf(source: string): number {
  const examples = / *\* \*\*Example\*\*.*\n *\*\n *\* ```ts\n[^]*?\n *\* ```\n(?: *\*\n)?/g
  return source.replaceAll(examples, "").trimEnd().split("\n").length
}

/** What an example must be there for, and is not, as `line: text`. */
function withoutExample(path: string, source: string): ReadonlyArray<string> {
  const lines = source.split("\n")
  return lines.flatMap((line, index) => {
    const doc = docBefore(lines, index)
    const isMissing = needsExample(path, lines, index, doc) &&
      !/^\*\*Example\*\* \(.+\)\n\n```ts$/m.test(doc.join("\n"))
    return isMissing ? [`${index + 1}: ${line.trim()}`] : []
  })
}

function needsExample(path: string, lines: ReadonlyArray<string>, index: number, doc: ReadonlyArray<string>): boolean {
  if (path === "packages/node/src/SloReportService.ts") return lines[index]!.startsWith("  readonly ")
  if (!isExport(lines, index) || doc.some((line) => line.startsWith("@internal"))) return false
  const category = doc.findLast((line) => line.startsWith("@category "))?.slice("@category ".length) ?? ""
  if (["layers", "faults"].includes(category)) return true
  if (/\/(?:RetryPolicy|PollPolicy|Fault)\.ts$/.test(path)) return category !== "models"
  const isFunction = /^export (?:function \w+|const \w+(?: =|:) [({]|const \w+ = (?:dual\b|<))/.test(lines[index]!)
  return /^packages\/(?:core|render)\//.test(path) && isFunction
}

/** The places that match, as `line: text`. */
function matches(text: string, ...patterns: ReadonlyArray<RegExp>): ReadonlyArray<string> {
  return text.split("\n").flatMap((line, index) =>
    patterns.flatMap((pattern) => {
      const found = pattern.exec(line)
      return found === null ? [] : [`${index + 1}: ${found[0]}`]
    })
  )
}

function foreignWords(text: string): ReadonlyArray<string> {
  return matches(
    text,
    /(?<![\w.*}-])\/(?:work|root|tmp\/team)\/\S*/,
    /sub-?agent/i,
    /\.\.\/shared\b/,
    /\bnpmjs\.(?:org|com)\b|\btarball: \S/
  )
}

function lawBreaks(source: string): ReadonlyArray<string> {
  return matches(
    codeOf(source),
    /from "effect"/,
    /\bas unknown as\b/,
    /(?<![.\w])any\b/,
    /\basync\s/,
    /\btry \{/,
    /\bDate\.now\b/,
    /\bMath\.random\b/
  )
}

/** A source on the same lines, without its comments and without the content of its texts, but for what it imports. */
function codeOf(source: string): string {
  const regExp = /(?<=[=(,:[!&|?{}>]\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//
  const comment = /\/\*[^]*?\*\/|\/\/.*/
  const text = /(?<!\b(?:from|import)\s*\(?)"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/
  return source.replaceAll(
    new RegExp([regExp, comment, text].map((pattern) => pattern.source).join("|"), "g"),
    (found) => found.replaceAll(/[^\n]/g, " ")
  )
}

/** Whether a comment with a version comes first, and is not the docstring of the first declaration. */
function hasHeader(source: string): boolean {
  const [, header = "", next] = /^(?:#!.*\n)?(\/\*\*\n[^]*?\*\/)\n(.*)/.exec(source) ?? []
  if (!/^ \* @since \d/m.test(header)) return false
  return next === "" || next?.startsWith("import ") === true || /^export (?:type )?\* as /.test(next ?? "")
}

function hasValues(source: string): boolean {
  return /^export (?!type\b|interface\b|declare\b)/m.test(source)
}

function undocumented(source: string): ReadonlyArray<string> {
  const lines = source.split("\n")
  return lines.flatMap((line, index) =>
    isExport(lines, index) && !isDocumented(docBefore(lines, index)) ? [`${index + 1}: ${line.trim()}`] : []
  )
}

/** An exporting declaration, or a name in a list of several lines. */
function isExport(lines: ReadonlyArray<string>, index: number): boolean {
  const line = lines[index]!
  const isList = (line: string | undefined) => line === "export {" || line === "export type {"
  if (line.startsWith("export ")) return !isList(line)
  return /^ {2}\w/.test(line) && isList(lines.findLast((other, at) => at < index && /^\S/.test(other)))
}

/** The lines of the doc comment that ends on the line before `index`, without their stars. */
function docBefore(lines: ReadonlyArray<string>, index: number): ReadonlyArray<string> {
  if (lines[index - 1]?.endsWith("*/") !== true) return []
  const start = lines.findLastIndex((line, at) => at < index && line.trimStart().startsWith("/**"))
  return lines.slice(start, index).join("\n").replace(/^\s*\/\*\*/, "").replace(/\*\/$/, "").trim().split("\n")
    .map((line) => line.replace(/^\s*\* ?/, ""))
}

function isDocumented(doc: ReadonlyArray<string>): boolean {
  if (doc.some((line) => line.startsWith("@internal"))) return true
  const end = doc.findIndex((line) => line === "" || line.startsWith("@"))
  const sentence = doc.slice(0, end === -1 ? doc.length : end).join(" ")
  const isOneSentence = /[.!?]$/.test(sentence) && !/[.!?]\s/.test(sentence)
  return isOneSentence && doc.some((line) => /^@category \S/.test(line)) && doc.some((line) => /^@since \d/.test(line))
}

describe("a duration", () => {
  it("is documented wherever one may be given: that a number is milliseconds", () => {
    const silent = publicModules.flatMap((path) =>
      read(path).split(/^(?=\/\*\*$)/m).map((block) => block.split("\n\n")[0]!)
        .filter((block) => /^export .*/m.test(block) && block.includes("Duration.Input"))
        .filter((block) => !/\bnumber\b[^.]*\bmilliseconds\b/.test(block.replace(/\n \* +/g, " ")))
        .map((block) => `${path}: ${/^export .*/m.exec(block)?.[0]}`)
    )
    assert.deepStrictEqual(silent, [])
  })
})
