/** Fresh processes, one for each measurement. */
import { type ChildProcess, execFile, fork } from "node:child_process"
import { once } from "node:events"
import * as Path from "node:path"

export const source = (path: string): string => Path.join(import.meta.dirname, path)

/** Runs a script of this folder to its end; its last line of output is JSON. */
export const run = (
  script: string,
  args: ReadonlyArray<string | number> = [],
  options: { readonly flags?: ReadonlyArray<string>; readonly cwd?: string } = {}
): Promise<unknown> =>
  new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [...options.flags ?? [], script, ...args.map(String)],
      { ...(options.cwd === undefined ? {} : { cwd: options.cwd }), maxBuffer: 2 ** 26 },
      (error, output, errors) => {
        if (error === null) resolve(JSON.parse(output.trim().split("\n").at(-1) ?? ""))
        else reject(new Error(`${script} ${args.join(" ")} ended with ${error.code}:\n${(output + errors).slice(-2000)}`))
      }
    )
  })

export interface Server extends AsyncDisposable {
  readonly url: string
}

/** Starts a script of this folder that sends its URL as a message, and ends it with the scope. */
export const serve = async (script: string, args: ReadonlyArray<string> = []): Promise<Server> => {
  const child: ChildProcess = fork(script, args)
  const [url]: ReadonlyArray<unknown> = await once(child, "message")
  return {
    url: String(url),
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await once(child, "exit")
    }
  }
}
