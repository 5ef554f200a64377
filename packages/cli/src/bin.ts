#!/usr/bin/env node
/**
 * The beginning: it runs on any Node, and says so where that is too old for the rest.
 *
 * @since 0.1.0
 */
import * as Module from "node:module"
import { version } from "./version.ts"

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`error: datadog-slo needs Node 22.19 or newer, and this is ${process.versions.node}.\n`)
  process.exitCode = 2
} else {
  // What nobody has caught is a bug, which Node's own code, 1, would take for a verdict.
  process.on("uncaughtException", (error) => {
    process.stderr.write(`error: this is a bug of datadog-slo ${version}.\n${error.stack ?? String(error)}\n`)
    process.exit(70)
  })
  // What is compiled once is kept for the next time.
  Module.enableCompileCache?.()
  void import("./main.ts")
}
