/** Fresh processes, one for each measurement. */
import { Schema } from "effect"
import { type ChildProcess, execFile, fork } from "node:child_process"
import { once } from "node:events"
import * as Path from "node:path"

export const source = (path: string): string => Path.join(import.meta.dirname, path)

/** Runs a script to its end; the last line of its output is JSON of this schema. */
export const run = <A>(
  output: Schema.ConstraintDecoder<A>,
  script: string,
  args: ReadonlyArray<string | number> = [],
  options: { readonly flags?: ReadonlyArray<string>; readonly cwd?: string } = {}
): Promise<A> =>
  new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [...options.flags ?? [], script, ...args.map(String)],
      { ...(options.cwd === undefined ? {} : { cwd: options.cwd }), maxBuffer: 2 ** 26 },
      (error, printed, errors) => {
        if (error === null) resolve(decode(output, printed.trim().split("\n").at(-1) ?? ""))
        else {reject(
            new Error(`${script} ${args.join(" ")} ended with ${error.code}:\n${(printed + errors).slice(-2000)}`)
          )}
      }
    )
  })

const decode = <A>(output: Schema.ConstraintDecoder<A>, text: string): A =>
  Schema.decodeUnknownSync(Schema.fromJsonString(output))(text)

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
