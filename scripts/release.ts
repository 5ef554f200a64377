/**
 * `pnpm release --dry-run` shows what would be published, and sends nothing anywhere.
 *
 * `pnpm release` tests and checks everything, shows the same, and publishes when the version is typed. It refuses a
 * tree that is not committed, changesets that wait for `pnpm bump`, and a terminal that nobody sits at.
 *
 * `pnpm release --tag v0.1.0` publishes without asking if that is the version, with its provenance: a workflow is what
 * runs it, for a tag that somebody has pushed.
 */
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { createInterface } from "node:readline/promises"
import { parseArgs } from "node:util"
import { pack, type Packed } from "./pack.ts"

const root = Path.join(import.meta.dirname, "..")
const { values } = parseArgs({
  options: { "dry-run": { type: "boolean" }, "no-build": { type: "boolean" }, tag: { type: "string" } }
})
const isDryRun = values["dry-run"] === true
const { version: next }: { version: string } = JSON.parse(
  Fs.readFileSync(Path.join(root, "packages/core/package.json"), "utf8")
)

const run = (program: string, ...args: ReadonlyArray<string>): unknown =>
  execFileSync(program, args, { cwd: root, stdio: "inherit" })

const pending = Fs.globSync(".changeset/*.md", { cwd: root }).filter((path) => Path.basename(path) !== "README.md")

const uncommitted = (): string => execFileSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8" })

const refusal = (): string | undefined => {
  if (values["no-build"] === true) return "--no-build is for --dry-run"
  if (values.tag === undefined && !process.stdin.isTTY) return "publishing is confirmed by hand: there is no terminal"
  if (values.tag !== undefined && values.tag !== `v${next}`) return `the tag ${values.tag} is not v${next}`
  if (pending.length > 0) return `run pnpm bump first, for ${pending.join(", ")}`
  if (uncommitted() !== "") return "commit first: the tree has changes"
  return undefined
}

const publish = (...flags: ReadonlyArray<string>): unknown =>
  run("pnpm", "publish", "--recursive", "--access", "public", ...flags)

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`

const show = ({ files, manifest, size, unpackedSize }: Packed): void => {
  const count = Object.keys(files).length
  console.log(`\n${manifest.name} ${manifest.version}: ${manifest.description}`)
  console.log(`  ${count} files, ${kilobytes(unpackedSize)} unpacked, ${kilobytes(size)} packed`)
  for (const [kind, names] of [["needs", manifest.dependencies], ["beside", manifest.peerDependencies]] as const) {
    for (const [name, range] of Object.entries(names ?? {})) console.log(`  ${kind} ${name} ${range}`)
  }
  for (const path of Object.keys(files).sort()) {
    console.log(`  ${kilobytes(Buffer.byteLength(files[path]!)).padStart(9)}  ${path}`)
  }
}

const main = async (): Promise<void> => {
  const reason = isDryRun ? undefined : refusal()
  if (reason !== undefined) throw new Error(reason)

  if (!isDryRun) {
    run("pnpm", "test")
    run("pnpm", "check")
    run("pnpm", "long")
  } else if (values["no-build"] !== true) run("pnpm", "build")

  const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "release-"))
  try {
    const packages = pack(folder)
    packages.forEach(show)
    const versions = new Set(packages.map(({ manifest }) => manifest.version))
    if (versions.size !== 1) throw new Error(`the packages move together, but have ${[...versions].join(", ")}`)
    const [version = ""] = versions

    console.log("")
    for (const path of pending) console.log(`${path} waits for pnpm bump.`)
    if (isDryRun) {
      console.log(`Would publish ${packages.length} packages as ${version}. Nothing was sent.`)
      return
    }
    if (values.tag !== undefined) {
      publish("--provenance", "--no-git-checks")
      return
    }
    const terminal = createInterface({ input: process.stdin, output: process.stdout })
    const answer = await terminal.question(`Type ${version} to publish: `)
    terminal.close()
    if (answer.trim() !== version) throw new Error("not published")
    publish()
    run("pnpm", "changeset", "tag")
  } finally {
    Fs.rmSync(folder, { recursive: true, force: true })
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
