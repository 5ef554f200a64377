import { Effect } from "effect"
import * as Collector from "./collector.ts"
import { run } from "./run.ts"

/** A collector for as long as a test runs. */
export const collecting = (answer?: number | "none") =>
  Effect.acquireRelease(Effect.promise(() => Collector.start(answer)), ({ close }) => Effect.promise(close))

/** Runs the example. */
export const observe = (environment: Readonly<Record<string, string>>) =>
  Effect.promise(() => run("observe", environment))
