/**
 * `pnpm build` of the command line: the bundle in `dist`.
 */
import { bundle } from "./bundle.ts"

await bundle("dist")
