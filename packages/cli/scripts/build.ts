/**
 * `pnpm build` of the command line: the bundle in `dist`.
 */
import * as Fs from "node:fs"
import * as Path from "node:path"
import { bundle } from "./bundle.ts"

// The names of its files have hashes in them: old ones would stay.
Fs.rmSync(Path.join(import.meta.dirname, "../dist"), { recursive: true, force: true })
await bundle("dist")
