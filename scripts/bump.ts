/**
 * After `changeset version`: gives the version of package.json to the sources that tell it: as the user agent, and for `--version`.
 */
import * as Fs from "node:fs"
import * as Path from "node:path"

const packages = Path.join(import.meta.dirname, "../packages")
const { version } = JSON.parse(Fs.readFileSync(Path.join(packages, "node/package.json"), "utf8"))
for (const name of ["node/src/internal/http/version.ts", "cli/src/version.ts"]) {
  const source = Path.join(packages, name)
  const text = Fs.readFileSync(source, "utf8")
  Fs.writeFileSync(source, text.replace(/(?<=^export const version = )".*"/m, JSON.stringify(version)))
}
