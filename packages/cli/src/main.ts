/**
 * The arguments of the process: what there is to say at once is said, and the rest is loaded for what there is to do.
 *
 * @since 0.1.0
 */
import * as V8 from "node:v8"
import * as CommandLine from "./CommandLine.ts"

const line = CommandLine.parse(process.argv.slice(2))

if (line._tag === "Run") {
  // Node keeps of a file what is compiled when it is loaded: all of it, where a function doesn't wait until it is called.
  V8.setFlagsFromString("--no-lazy")
  const isOffline = (line.name === "gate" || line.name === "convert") && line.given.argument !== undefined
  const loaded = isOffline ? import("./offline.ts") : import("./process.ts")
  void loaded.then(({ start }) => {
    V8.setFlagsFromString("--lazy")
    start(line.name, line.given)
  })
} else if (line._tag === "Complete") {
  process.stdout.on("error", () => {})
  void import("./Completions.ts").then(({ script }) => process.stdout.write(script(line.shell)))
} else {
  process.stdout.on("error", () => {})
  process.stderr.on("error", () => {})
  process.stdout.write(line.stdout)
  process.stderr.write(line.stderr)
  process.exitCode = line.code
}
