import { type ChildProcess, spawn } from "node:child_process"

export interface Background {
  /** What its output was looked for, as soon as it is there. */
  readonly found: Promise<RegExpExecArray>
  /** Sends a signal to it and all that it has started, and gives all of its output once they have ended. */
  readonly end: (signal: NodeJS.Signals) => Promise<string>
}

/** Starts a program that goes on until it is ended. */
export const background = (
  look: RegExp,
  cwd: string,
  env: NodeJS.ProcessEnv,
  program: string,
  ...args: ReadonlyArray<string>
): Background => {
  const child: ChildProcess = spawn(program, args, { cwd, env, detached: true })
  let text = ""
  const closed = new Promise<string>((resolve) => child.once("close", () => resolve(text)))
  const found = new Promise<RegExpExecArray>((resolve, reject) => {
    const hear = (chunk: unknown) => {
      text += String(chunk)
      const match = look.exec(text)
      if (match !== null) resolve(match)
    }
    child.stdout?.on("data", hear)
    child.stderr?.on("data", hear)
    child.once("close", (code) => reject(new Error(`${program} ended with ${code}: ${text}`)))
  })
  // Who never asks for it is not told by a crash.
  found.catch(() => undefined)
  const end = (signal: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, signal)
    }
    return closed
  }
  return { found, end }
}
