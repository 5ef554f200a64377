/** Cold start: what importing a client costs in a fresh process, and what it takes on the disk. */
import { Schema } from "effect"
import * as Path from "node:path"
import * as Child from "./child.ts"
import type { Section } from "./report.ts"
import * as Installed from "./startup/installed.ts"
import * as Packages from "./startup/packages.ts"
import { median } from "./statistics.ts"

const rounds = 15
// It takes seconds.
const roundsOfDatadog = 5

const Run = Schema.Struct({ cpu: Schema.Finite, wall: Schema.Finite, rss: Schema.Finite })
type Run = typeof Run.Type

const bench = Path.join(import.meta.dirname, "..")
const http = ["effect/Effect", "effect/Schema", "effect/http/HttpClient", "effect/http/HttpClientRequest"]

const imports: Readonly<Record<string, ReadonlyArray<string>>> = {
  "this client": ["@effect-datadog/slo-report-node"],
  "the Effect modules that it needs": Packages.effectModules(),
  "bare Effect HttpClient": [
    ...http,
    "effect/http/HttpClientResponse",
    "@effect/platform-node/NodeHttpClient"
  ],
  "raw undici": ["undici"],
  "Datadog's client": ["@datadog/datadog-api-client"],
  "nothing": []
}

const dependencies: Readonly<Record<string, ReadonlyArray<string>>> = {
  "this client": ["@effect-datadog/slo-report-node"],
  "bare Effect HttpClient": ["effect", "@effect/platform-node"],
  "raw undici": ["undici"],
  "Datadog's client": ["@datadog/datadog-api-client"]
}

export const section = async (): Promise<Section> => {
  const names = Object.keys(imports)
  using built = await Packages.build(
    Object.fromEntries(names.map((name, index) => [`${index}.mjs`, script(imports[name] ?? [])]))
  )
  const runs = new Map<string, Array<Run>>(names.map((name) => [name, []]))
  // The first round fills the caches of the disk.
  for (let round = -1; round < rounds; round++) {
    for (const [index, name] of names.entries()) {
      if (name === "Datadog's client" && round >= roundsOfDatadog) continue
      const run = await Child.run(Run, `${index}.mjs`, [], { cwd: built.folder })
      if (round >= 0) runs.get(name)?.push(run)
    }
  }
  const of = (name: string, value: (run: Run) => number) => median((runs.get(name) ?? []).map(value))
  const cpu = (name: string) => of(name, ({ cpu }) => cpu)
  const rss = (name: string) => of(name, ({ rss }) => rss)
  const ratio = (value: (name: string) => number, name: string) => value("this client") / value(name)
  return {
    title: "Cold start, memory and size",
    table: {
      columns: ["import of", "CPU", "time", "memory after it", "installed", "files", "packages"],
      rows: names.map((name) => {
        const installed = Installed.measure((dependencies[name] ?? []).map((each) => `${bench}/node_modules/${each}`))
        const isInstalled = installed.packages > 0
        return [
          name,
          `${Math.round(cpu(name))} ms`,
          `${Math.round(of(name, ({ wall }) => wall))} ms`,
          `${Math.round(rss(name) / 2 ** 20)} MiB`,
          isInstalled ? `${(installed.bytes / 2 ** 20).toFixed(1)} MiB` : undefined,
          isInstalled ? installed.files : undefined,
          isInstalled ? installed.packages : undefined
        ]
      })
    },
    notes: [
      `Medians of ${rounds} alternating fresh processes (${roundsOfDatadog} for Datadog's client), after one to warm the disk's cache; CPU by \`process.cpuUsage\`. Memory is the whole process's, resident, after the import.`,
      "This client as it is published, built to JavaScript. Like NodeHttpClient it loads undici when its layer is built.",
      "Installed: the package with all that it depends on, its peers included, in whole blocks as `du` counts them."
    ],
    figures: [
      {
        name: "import, CPU / the Effect modules that it needs",
        value: ratio(cpu, "the Effect modules that it needs"),
        unit: "",
        atMost: 1.15
      },
      { name: "import, CPU / Datadog's client", value: ratio(cpu, "Datadog's client"), unit: "", atMost: 0.15 },
      {
        name: "memory after the import / Datadog's client",
        value: ratio(rss, "Datadog's client"),
        unit: "",
        atMost: 0.45
      }
    ]
  }
}

const script = (names: ReadonlyArray<string>): string => `
const before = process.cpuUsage()
const start = performance.now()
${names.map((name) => `await import(${JSON.stringify(name)})`).join("\n")}
const wall = performance.now() - start
const { system, user } = process.cpuUsage(before)
console.log(JSON.stringify({ cpu: (system + user) / 1000, wall, rss: process.memoryUsage.rss() }))
`
