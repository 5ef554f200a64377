import { Effect, Stream } from "effect"
import { Csv } from "effect/encoding"
import { fromMarkdown } from "mdast-util-from-markdown"
import { gfmFromMarkdown } from "mdast-util-gfm"
import { gfm } from "micromark-extension-gfm"
import { SaxesParser } from "saxes"

export const csvRecords = (text: string): ReadonlyArray<ReadonlyArray<string>> =>
  Effect.runSync(Stream.make(text).pipe(Stream.pipeThroughChannel(Csv.decodeString()), Stream.runCollect))

export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Array<Element>
  text: string
}

/** The root of an XML document; throws where it is not well-formed. */
export const xml = (text: string): Element => {
  const root: Element = { name: "", attributes: {}, children: [], text: "" }
  const open = [root]
  const parser = new SaxesParser()
  parser.on("opentag", ({ attributes, name }) => {
    const element: Element = { name, attributes, children: [], text: "" }
    open.at(-1)!.children.push(element)
    open.push(element)
  })
  parser.on("closetag", () => {
    open.pop()
  })
  parser.on("text", (text) => {
    open.at(-1)!.text += text
  })
  parser.on("error", (error) => {
    throw error
  })
  parser.write(text).close()
  return root.children[0]!
}

interface Node {
  readonly type: string
  readonly value?: string
  readonly children?: ReadonlyArray<Node>
}

export interface Markdown {
  /** The texts of the headings and paragraphs. */
  readonly texts: ReadonlyArray<string>
  readonly tables: ReadonlyArray<ReadonlyArray<ReadonlyArray<string>>>
  /** The types of all that is in the cells. */
  readonly inCells: ReadonlySet<string>
}

/** What GitHub's Markdown sees in a text. */
export const markdown = (text: string): Markdown => {
  const root: Node = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
  const inCells = new Set<string>()
  const tables = all(root, "table").map((table) =>
    table.children!.map((row) =>
      row.children!.map((cell) => {
        for (const { type, value } of flat(cell).slice(1)) inCells.add(type === "html" ? `html ${value}` : type)
        return contentOf(cell)
      })
    )
  )
  const texts = root.children!.filter(({ type }) => type !== "table").map(contentOf)
  return { texts, tables, inCells }
}

const flat = (node: Node): ReadonlyArray<Node> => [node, ...(node.children ?? []).flatMap(flat)]

const all = (node: Node, type: string): ReadonlyArray<Node> => flat(node).filter((one) => one.type === type)

const contentOf = (node: Node): string =>
  flat(node).map(({ type, value }) => type === "html" ? "" : value ?? "").join("")

export interface Command {
  readonly command: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

/** The commands that GitHub's runner sees in a step's output: what actions/runner parses in ActionCommand.cs. */
export const workflowCommands = (output: string): ReadonlyArray<Command | undefined> =>
  // .NET's ReadLine.
  output.split(/\r\n|\r|\n/).filter((line) => line !== "").map((line) => {
    const message = line.trimStart()
    if (!message.startsWith("::")) return undefined
    const end = message.indexOf("::", 2)
    if (end < 0) return undefined
    const info = message.slice(2, end)
    const space = info.indexOf(" ")
    const command = space < 0 ? info : info.slice(0, space)
    const pairs = space < 0 ? [] : info.slice(space + 1).trim().split(",").filter((pair) => pair !== "")
    const properties = pairs.map((pair) => pair.split(/=(.*)/s, 2)).filter(([, value = ""]) => value !== "")
      .map(([key, value]) => [key, unescape(value!, [["%3A", ":"], ["%2C", ","]])] as const)
    return { command, properties: Object.fromEntries(properties), data: unescape(message.slice(end + 2)) }
  })

const unescape = (text: string, more: ReadonlyArray<readonly [string, string]> = []): string => {
  const mappings = [["%0D", "\r"], ["%0A", "\n"], ...more, ["%25", "%"]] as const
  return mappings.reduce((text, [escaped, character]) => text.replaceAll(escaped, character), text)
}
