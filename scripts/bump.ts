/**
 * After `changeset version`: gives the version of package.json to the source that sends it as the user agent.
 */
import * as Fs from "node:fs"
import * as Path from "node:path"

const node = Path.join(import.meta.dirname, "../packages/node")
const source = Path.join(node, "src/internal/http/version.ts")
const { version } = JSON.parse(Fs.readFileSync(Path.join(node, "package.json"), "utf8"))
const text = Fs.readFileSync(source, "utf8")
Fs.writeFileSync(source, text.replace(/(?<=^export const version = )".*"/m, JSON.stringify(version)))
