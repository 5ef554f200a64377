import { read, type Run, runIn, write } from "../../test/utils/workspace.ts"
import { packages } from "./packages.ts"

export type Installer = "npm" | "pnpm"

/** The environment of this process without what vitest and the package manager added for this process alone. */
export const environment: Readonly<Record<string, string | undefined>> = Object.fromEntries(
  Object.entries(process.env).filter(([name]) =>
    !/^(VITEST|NODE_ENV$|NODE_OPTIONS$|npm_(lifecycle|package)_)/.test(name)
  )
)

const commands: Readonly<Record<Installer, ReadonlyArray<string>>> = {
  npm: ["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"],
  pnpm: ["install", "--prefer-offline", "--ignore-scripts", "--no-frozen-lockfile"]
}

/** The versions of packages that the workspace has. */
export const versionsOf = (...names: ReadonlyArray<string>): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, JSON.parse(read(`node_modules/${name}/package.json`)).version]))

/** Makes a project in an empty folder that depends on the tarballs and on these packages, and installs it. */
export const install = (
  installer: Installer,
  folder: string,
  dependencies: Readonly<Record<string, string>>
): Promise<Run> => {
  const tarballs = Object.fromEntries(packages.map(({ manifest, path }) => [manifest.name, `file:${path}`]))
  const overrides = Object.entries(tarballs).map(([name, file]) => `  "${name}": "${file}"\n`).join("")
  write(folder, {
    "package.json": JSON.stringify({
      name: "consumer",
      private: true,
      type: "module",
      dependencies: { ...tarballs, ...dependencies }
    }),
    // The tarballs name each other by version, and no registry has that version yet.
    "pnpm-workspace.yaml": `overrides:\n${overrides}`
  })
  return runIn(environment, folder, installer, ...commands[installer])
}
