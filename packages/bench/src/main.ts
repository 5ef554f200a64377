/**
 * Makes the figures: all sections and a report of them, or the sections named, on the console only.
 */
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import * as Machine from "./machine.ts"
import * as Report from "./report.ts"

const sections: Readonly<Record<string, () => Promise<{ readonly section: () => Promise<Report.Section> }>>> = {
  request: () => import("./request.ts"),
  startup: () => import("./startup.ts"),
  command: () => import("./command.ts"),
  waits: () => import("./waits.ts"),
  arrivals: () => import("./arrivals.ts"),
  scale: () => import("./scale.ts"),
  alone: () => import("./alone.ts"),
  size: () => import("./size.ts"),
  rows: () => import("./rows.ts"),
  tables: () => import("./tables.ts"),
  durable: () => import("./durable.ts"),
  conformance: () => import("./conformance.ts")
}

const asked = process.argv.slice(2)
const strange = asked.filter((name) => !(name in sections))
if (strange.length > 0) {
  console.error(`No section ${strange.join(", ")}. There are ${Object.keys(sections).join(", ")}.`)
  process.exit(1)
}

const secondsSince = (start: number): number => Math.round((performance.now() - start) / 1000)

const started = performance.now()
const done: Array<Report.Section> = []
for (const [name, load] of Object.entries(sections)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const start = performance.now()
  const section = await (await load()).section()
  done.push(section)
  console.log(Report.sectionLines(section).join("\n"))
  console.log(`\n${Report.table(Report.targets(section.figures)).join("\n")}`)
  console.log(`\n${name}: ${secondsSince(start)} s\n`)
}

if (asked.length === 0) {
  const date = new Date().toISOString().slice(0, 10)
  const report = { date, machine: Machine.words(), seconds: secondsSince(started), sections: done }
  const root = Path.join(import.meta.dirname, "../../..")
  const files = [`packages/bench/report/${date}.json`, "packages/bench/report/latest.md"]
  const texts = [JSON.stringify(report, undefined, 2), Report.toMarkdown(report)]
  Fs.mkdirSync(Path.join(root, "packages/bench/report"), { recursive: true })
  for (const [index, file] of files.entries()) Fs.writeFileSync(Path.join(root, file), texts[index] ?? "")
  execFileSync("node_modules/.bin/dprint", ["fmt", ...files], { cwd: root, stdio: "inherit" })
  console.log(files.join("\n"))
}
