/**
 * Makes the figures: all sections into a report, or the sections named, on the console.
 */
import * as Machine from "./machine.ts"
import * as Report from "./report.ts"

const sections: Readonly<Record<string, () => Promise<{ readonly section: () => Promise<Report.Section> }>>> = {
  request: () => import("./request.ts"),
  startup: () => import("./startup.ts"),
  waits: () => import("./waits.ts"),
  alone: () => import("./alone.ts")
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in sections))
if (unknown.length > 0) {
  console.error(`No section ${unknown.join(", ")}. There are ${Object.keys(sections).join(", ")}.`)
  process.exit(1)
}

const started = performance.now()
const done: Array<Report.Section> = []
for (const [name, load] of Object.entries(sections)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const start = performance.now()
  const section = await (await load()).section()
  done.push(section)
  console.log(Report.sectionLines(section).join("\n"))
  if (section.figures.length > 0) console.log(`\n${Report.table(Report.targets(section.figures)).join("\n")}`)
  console.log(`\n${name}: ${Math.round((performance.now() - start) / 1000)} s\n`)
}
