import { execFile } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"

export const root = Path.join(import.meta.dirname, "../../../..")

export const tsc = Path.join(root, "node_modules/typescript/bin/tsc")
export const vitest = Path.join(root, "node_modules/vitest/vitest.mjs")
export const oxlint = Path.join(root, "node_modules/oxlint/bin/oxlint")

export const read = (path: string): string => Fs.readFileSync(Path.join(root, path), "utf8")

/** Where the repository is, without a slash at the end: the workspace's manifest says it, and all others repeat it. */
export const repositoryUrl = (): string => {
  const { repository }: { readonly repository: { readonly url: string } } = JSON.parse(read("package.json"))
  return repository.url.replace(/^git\+/, "").replace(/\.git$/, "")
}

/** The files that match, with `/`, from the root of the workspace. */
export const glob = (...patterns: ReadonlyArray<string>): ReadonlyArray<string> =>
  Fs.globSync(patterns, { cwd: root, exclude: ["**/node_modules/**"] }).map((path) => path.replaceAll("\\", "/")).sort()

/** Writes files by their path below a folder. */
export const write = (folder: string, files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) {
    const file = Path.join(folder, path)
    Fs.mkdirSync(Path.dirname(file), { recursive: true })
    Fs.writeFileSync(file, text)
  }
}

/** A new folder below packages/checks/tmp, which git, lint and format ignore. From it the packages can be imported. */
export const temporary = (): string => {
  const parent = Path.join(import.meta.dirname, "../../tmp")
  Fs.mkdirSync(parent, { recursive: true })
  return Fs.mkdtempSync(Path.join(parent, "check-"))
}

export const remove = (folder: string): void => Fs.rmSync(folder, { recursive: true, force: true })

export interface Run {
  readonly code: number
  readonly output: string
  readonly errors: string
}

/** Runs a program in an environment without vitest's variables. */
export const run = (cwd: string, program: string, ...args: ReadonlyArray<string>): Promise<Run> =>
  runIn({}, cwd, program, ...args)

/** The same with these variables beside `PATH`. */
export const runIn = (
  variables: NodeJS.ProcessEnv,
  cwd: string,
  program: string,
  ...args: ReadonlyArray<string>
): Promise<Run> =>
  new Promise((resolve) => {
    const { PATH = "" } = process.env
    const options = { cwd, env: { PATH, ...variables }, maxBuffer: 2 ** 26 }
    const child = execFile(program, args, options, (_, output, errors) => {
      resolve({ code: child.exitCode ?? 1, output, errors })
    })
  })

/** Runs a script by this Node. */
export const node = (cwd: string, ...args: ReadonlyArray<string>): Promise<Run> => run(cwd, process.execPath, ...args)
