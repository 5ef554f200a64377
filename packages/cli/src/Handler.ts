/**
 * What runs a command.
 *
 * @since 0.1.0
 */
import type { Effect } from "effect/Effect"
import type { FileSystem } from "effect/FileSystem"
import type { Scope } from "effect/Scope"
import type { Stdio } from "effect/Stdio"
import type { CommandError } from "./CommandError.ts"
import type { Given } from "./Flag.ts"
import type { Services } from "./Session.ts"

/**
 * Runs a command with what it is given; its value is the exit code.
 *
 * @internal
 */
export type Handler = (given: Given) => Effect<number, CommandError, Services | FileSystem | Stdio | Scope>
