import * as Path from "node:path"
import { node, root } from "../../test/utils/workspace.ts"

/** The compilers that users have: their versions, and their folders below the root. */
export const compilers = [
  ["5.9", "packages/checks/node_modules/typescript-5.9"],
  ["6.0", "packages/checks/node_modules/typescript-6.0"],
  ["7.0", "node_modules/typescript"]
] as const

/** What a compiler finds in the project of a folder, as `file code`; none but one of this version. */
export const compile = async (
  [version, path]: readonly [version: string, path: string],
  folder: string,
  ...options: ReadonlyArray<string>
): Promise<ReadonlyArray<string>> => {
  const tsc = Path.join(root, path, "bin/tsc")
  const told = (await node(folder, tsc, "--version")).output
  if (!told.startsWith(`Version ${version}.`)) throw new Error(`${path} is no TypeScript ${version}: ${told}`)
  const { code, errors, output } = await node(folder, tsc, "--pretty", "false", ...options)
  const found = [...output.matchAll(/^(\S[^(]*)\(\d+,\d+\): error (TS\d+)/gm)].map(([, file, name]) =>
    `${file} ${name}`
  )
  if (found.length === 0 && code !== 0) throw new Error(`${output}${errors}`)
  return found
}
