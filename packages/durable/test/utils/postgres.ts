import { Effect, type Scope } from "effect"
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Net from "node:net"
import * as Path from "node:path"
import { temporaryFolder, until } from "./processes.ts"

/** Where Postgres is installed: `POSTGRES_BIN`, Debian's folder, or the path. */
const bin = (): string | undefined => {
  const debian = "/usr/lib/postgresql"
  const versions = Fs.existsSync(debian) ? Fs.readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  return [
    ...process.env.POSTGRES_BIN === undefined ? [] : [process.env.POSTGRES_BIN],
    ...versions.map((version) => Path.join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(Path.delimiter)
  ].find((folder) => Fs.existsSync(Path.join(folder, "initdb")))
}

const folder = bin()

/** Postgres refuses to run as root. */
const user = (): { readonly uid: number; readonly gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const line = /^(?:postgres|nobody):.*$/m.exec(Fs.readFileSync("/etc/passwd", "utf8"))?.[0].split(":")
  return line === undefined ? undefined : { uid: Number(line[2]), gid: Number(line[3]) }
}

/** Why there is no Postgres here; `undefined` where there is one. In CI it must be there. */
export const missing: string | undefined = folder !== undefined || process.env.CI !== undefined
  ? undefined
  : "Postgres is not installed (Debian: apt-get install postgresql)"

export interface Postgres {
  readonly url: string
  /** Stops it as a crash does. */
  readonly crash: Effect.Effect<void>
  readonly restart: Effect.Effect<void>
  /** What a program of Postgres prints, such as `psql`, which it tells where the server is. */
  readonly tool: (name: string, args: ReadonlyArray<string>, input?: string) => Effect.Effect<string>
}

const freePort: Effect.Effect<number> = Effect.callback((resume) => {
  const server = Net.createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    server.close(() => resume(Effect.succeed(port)))
  })
})

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = Net.connect(port, "127.0.0.1", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })

/** A server of its own, on a loopback port, in a temporary folder. */
export const postgres: Effect.Effect<Postgres, never, Scope.Scope> = Effect.gen(function*() {
  if (folder === undefined) return yield* Effect.die(new Error("Postgres is not installed"))
  const root = yield* temporaryFolder
  const data = Path.join(root, "data")
  const port = yield* freePort
  const as = user()
  if (as !== undefined) Fs.chownSync(root, as.uid, as.gid)
  const options = { cwd: root, env: { PATH: process.env.PATH, LC_ALL: "C" }, ...as }
  const initdb = ["-D", data, "-U", "exports", "--auth=trust", "--encoding=UTF8", "--no-sync"]
  execFileSync(Path.join(folder, "initdb"), initdb, { ...options, stdio: "ignore" })
  let server: ChildProcess | undefined
  const restart = Effect.gen(function*() {
    server = spawn(
      Path.join(folder, "postgres"),
      ["-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
      { ...options, stdio: "ignore" }
    )
    yield* until(() => accepts(port))
    // It accepts before it has recovered.
    yield* Effect.sleep("300 millis")
  })
  const stop = (signal: NodeJS.Signals) =>
    Effect.andThen(
      Effect.sync(() => server?.kill(signal)),
      until(() => server === undefined || server.exitCode !== null || server.signalCode !== null)
    )
  yield* Effect.acquireRelease(restart, () => stop("SIGQUIT"))
  return {
    url: `postgres://exports@127.0.0.1:${port}/postgres`,
    // An immediate shutdown: no checkpoint, all sessions cut.
    crash: stop("SIGQUIT"),
    restart,
    tool: (name, args, input = "") =>
      Effect.sync(() =>
        execFileSync(Path.join(folder, name), args, {
          env: { PATH: process.env.PATH, PGHOST: "127.0.0.1", PGPORT: String(port), PGUSER: "exports" },
          input,
          encoding: "utf8",
          stdio: ["pipe", "pipe", "inherit"],
          maxBuffer: 2 ** 30
        })
      )
  }
})
