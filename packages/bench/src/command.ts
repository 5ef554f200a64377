/** What the command line costs to run, beside a Node that does nothing and Datadog's own command line. */
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { bundle } from "../../cli/scripts/bundle.ts"
import type { Section } from "./report.ts"
import { median } from "./statistics.ts"

const rounds = 30
const roundsOfDatadog = 10

const table = `id,slo_type,name,target,export_error,2026-09-01,2026-10-01
1,metric,Checkout availability,99.9,,99.95,99.966393
2,monitor,Search latency,99,,99.5,99.5
`

const commands: Readonly<Record<string, ReadonlyArray<string>>> = {
  "node -e 0": ["-e", "0"],
  "datadog-slo --help": ["bin.js", "--help"],
  "datadog-slo gate report.csv": ["bin.js", "gate", "report.csv"],
  "datadog-ci version": [
    Path.join(import.meta.dirname, "../node_modules/@datadog/datadog-ci/dist/bundle.js"),
    "version"
  ]
}

export const section = async (): Promise<Section> => {
  const folder = Path.join(import.meta.dirname, "../tmp/command")
  Fs.rmSync(folder, { recursive: true, force: true })
  Fs.mkdirSync(folder, { recursive: true })
  await bundle(folder)
  Fs.writeFileSync(Path.join(folder, "report.csv"), table)
  const runs = new Map<string, Array<number>>(Object.keys(commands).map((name) => [name, []]))
  // The first round fills Node's compile cache.
  for (let round = -1; round < rounds; round++) {
    for (const [name, args] of Object.entries(commands)) {
      if (name.startsWith("datadog-ci") && round >= roundsOfDatadog) continue
      const millis = cpuOf(folder, args)
      if (round >= 0) runs.get(name)?.push(millis)
    }
  }
  Fs.rmSync(folder, { recursive: true })
  const cpu = (name: string): number => median(runs.get(name) ?? [])
  const ratio = (name: string): number => cpu(name) / cpu("node -e 0")
  const ceilings = { "datadog-slo --help": 2.3, "datadog-slo gate report.csv": 2.5 }
  return {
    title: "The command line",
    table: {
      columns: ["command", "CPU", "beside node -e 0"],
      rows: Object.keys(commands).map((name) => [name, `${Math.round(cpu(name))} ms`, `${ratio(name).toFixed(2)} ×`])
    },
    notes: [
      `Medians of ${rounds} alternating runs (${roundsOfDatadog} of datadog-ci), after one that fills Node's compile cache: user and system time of the whole process, as bash's \`time\` tells it.`,
      "`datadog-slo` is the bundle as it is published; `datadog-ci version` reads no file, and asks nobody."
    ],
    figures: Object.entries(ceilings).map(([name, atMost]) => ({
      name: `${name}, CPU / node -e 0`,
      value: ratio(name),
      unit: "",
      atMost
    }))
  }
}

const cpuOf = (folder: string, args: ReadonlyArray<string>): number => {
  const script = "TIMEFORMAT='%U %S'; { time \"$@\" >/dev/null 2>&1; } 2>&1"
  const output = execFileSync("bash", ["--norc", "-c", script, "bash", process.execPath, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: Path.join(folder, "compiled") }
  })
  return output.trim().split(" ").reduce((sum, seconds) => sum + Number(seconds) * 1000, 0)
}
