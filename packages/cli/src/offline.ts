/**
 * A command over a file, which asks nobody: the bundle has it without what it takes to ask, and it starts the sooner.
 *
 * @since 0.1.0
 */

/** @internal */
export { start } from "./process.ts"
