import { assert, describe, it } from "@effect/vitest"
import * as Path from "node:path"
import { glob, read } from "./utils/workspace.ts"

/**
 * What may import what in node: a room, then the rooms and public modules that it may use; of public modules those
 * alone that are named. Types count.
 */
const directions: Readonly<Record<string, ReadonlyArray<string>>> = {
  "internal/file": [],
  "internal/http": ["DatadogConfig", "DatadogSettings", "RetryPolicy", "SloReportMetrics", "WaitEvent"],
  "internal/pacing": ["internal/http", "CallPacing"],
  "internal/polling": [
    "internal/http",
    "internal/pacing",
    "PollPolicy",
    "RetryPolicy",
    "SloReportError",
    "SloReportMetrics",
    "WaitOptions"
  ],
  "internal/report": [
    "internal/file",
    "internal/http",
    "internal/polling",
    "ExportProgress",
    "SloReportError"
  ],
  "internal/history": ["internal/http", "internal/pacing", "ExportProgress", "SloReportError", "TableOptions"],
  "internal/source": [
    "internal/http",
    "internal/history",
    "internal/report",
    "ExportProgress",
    "SloReportError",
    "TableOptions"
  ],
  "internal/export": ["internal/file", "internal/http", "AtomicFile", "ExportProgress", "SloReportError"],
  "internal/service": ["*"],
  SloReportClient: ["*"],
  NodeSloReportClient: ["internal/http", "ClientOptions", "DatadogConfig", "SloReportClient"],
  PromiseClient: ["ClientOptions", "ExportProgress", "TableOptions", "WaitEvent", "WaitOptions"],
  promise: ["ExportProgress", "NodeSloReportClient", "PromiseClient", "SloReportClient", "SloReportError"],
  // The words: what is told and set. They use the lowest room alone, for what they compute.
  AtomicFile: ["internal/file"],
  CallPacing: [],
  ClientOptions: ["DatadogSettings", "RetryPolicy"],
  DatadogConfig: [],
  DatadogSettings: ["DatadogConfig"],
  DatadogHttpClient: ["internal/http", "DatadogConfig"],
  ExportOptions: ["TableOptions", "WaitOptions"],
  ExportProgress: [],
  PollPolicy: ["internal/http"],
  RetryPolicy: ["internal/http"],
  SloReportError: [],
  SloReportMetrics: [],
  SloReportService: ["ExportOptions", "ExportProgress", "SloReportError", "TableOptions", "WaitEvent", "WaitOptions"],
  TableOptions: ["WaitOptions"],
  WaitEvent: ["SloReportError"],
  WaitOptions: ["PollPolicy", "WaitEvent"],
  index: ["*"]
}

const src = "packages/node/src/"

/** The room of a module, or its name. */
const roomOf = (path: string): string => {
  const [first, second, third] = path.slice(src.length).replace(/\.ts$/, "").split("/")
  return third === undefined && second === undefined ? first! : `${first}/${second!}`
}

interface Import {
  readonly from: string
  readonly to: string
}

const importsOf = (path: string, text: string): ReadonlyArray<Import> =>
  [...text.matchAll(/(?:from|import)\s*\(?"(\.[^"]+)"/g)].map(([, specifier]) => ({
    from: path,
    to: Path.posix.join(Path.posix.dirname(path), specifier!)
  }))

const wrongOf = (imports: ReadonlyArray<Import>): ReadonlyArray<string> =>
  imports.flatMap(({ from, to }) => {
    const [room, used] = [roomOf(from), roomOf(to)]
    const allowed = directions[room]
    if (allowed === undefined) return [`${from} is in no room of the table`]
    return room === used || allowed.includes(used) || allowed.includes("*") ? [] : [`${from} imports ${to}`]
  })

/** A way from a module back to itself, if there is one. */
const circleOf = (imports: ReadonlyArray<Import>): ReadonlyArray<string> => {
  const done = new Set<string>()
  const walk = (path: string, way: ReadonlyArray<string>): ReadonlyArray<string> => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path]
    if (done.has(path)) return []
    for (const { to } of imports.filter(({ from }) => from === path)) {
      const circle = walk(to, [...way, path])
      if (circle.length > 0) return circle
    }
    done.add(path)
    return []
  }
  for (const { from } of imports) {
    const circle = walk(from, [])
    if (circle.length > 0) return circle
  }
  return []
}

const all = (name: string) => glob(`packages/${name}/src/**/*.ts`).flatMap((path) => importsOf(path, read(path)))

describe("node", () => {
  it("has no import against the directions of its rooms, types included", () => {
    const imports = all("node")
    assert.isAbove(imports.length, 100)
    assert.deepStrictEqual(wrongOf(imports), [])
  })

  it("has a direction for each room and module, and none for what is gone", () => {
    const rooms = new Set(glob(`${src}**/*.ts`).map(roomOf))
    assert.sameMembers(Object.keys(directions), [...rooms])
  })
})

describe("the packages", () => {
  it.each(["core", "durable", "node", "render", "testing", "cli"])(
    "have no circle of imports, types included: %s",
    (name) => {
      assert.deepStrictEqual(circleOf(all(name)), [])
    }
  )
})

describe("the checks of directions", () => {
  it("find an import that goes up, of a type too", () => {
    const path = `${src}internal/http/request.ts`
    const text = "import type { Pacer } from \"../pacing/pacer.ts\"\nimport { a } from \"./attempt.ts\"\n"
    assert.deepStrictEqual(wrongOf(importsOf(path, text)), [`${path} imports ${src}internal/pacing/pacer.ts`])
    assert.deepStrictEqual(wrongOf([{ from: `${src}internal/new/a.ts`, to: path }]), [
      `${src}internal/new/a.ts is in no room of the table`
    ])
  })

  it("find a circle", () => {
    const circle = [{ from: "a", to: "b" }, { from: "b", to: "c" }, { from: "c", to: "b" }]
    assert.deepStrictEqual(circleOf(circle), ["b", "c", "b"])
    assert.deepStrictEqual(circleOf(circle.slice(0, 2)), [])
  })
})
