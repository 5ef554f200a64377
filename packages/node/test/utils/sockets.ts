import { Credentials, FakeDatadogServer } from "@effect-datadog/slo-report-testing"
import { NodeHttpClient } from "@effect/platform-node"
import { ConfigProvider, Effect, Layer, Schema } from "effect"
import type { Config, Scope } from "effect"
import { FetchHttpClient } from "effect/http"
import { spawn } from "node:child_process"
import * as Http from "node:http"
import * as Http2 from "node:http2"
import * as Net from "node:net"
import { DatadogConfig, NodeSloReportClient, RetryPolicy, SloReportClient } from "../../src/index.ts"
import type { SelfSigned } from "./certificate.ts"
import { credentials as keyPair, site } from "./wait.ts"

export type ClientLayer = (
  url: string,
  options?: SloReportClient.ClientOptions,
  credentials?: DatadogConfig.Credentials
) => Layer.Layer<SloReportClient.SloReportClient, Config.ConfigError | NodeSloReportClient.UndiciUnavailable>

// A client with explicit options over whatever transport.
export const overTransport = (
  url: string,
  options?: SloReportClient.ClientOptions,
  credentials: DatadogConfig.Credentials = keyPair
) => SloReportClient.layer({ site, apiUrl: Schema.decodeSync(DatadogConfig.ApiUrl)(url), credentials, ...options })

export const environment = (url: string): Record<string, string> => ({
  DD_HOST: url,
  DD_API_KEY: Credentials.standard.apiKey,
  DD_APP_KEY: Credentials.standard.applicationKey
})

export const overUndici: ClientLayer = (url, options, credentials) =>
  Layer.provide(overTransport(url, options, credentials), NodeHttpClient.layerUndici)

export const overFetch: ClientLayer = (url, options, credentials) =>
  Layer.provide(overTransport(url, options, credentials), FetchHttpClient.layer)

export const overNodeHttp: ClientLayer = (url, options, credentials) =>
  Layer.provide(overTransport(url, options, credentials), NodeHttpClient.layerNodeHttp)

export const ofNode: ClientLayer = (url, options) =>
  Layer.provide(
    NodeSloReportClient.layerNode(options),
    ConfigProvider.layer(ConfigProvider.fromEnvRecord(environment(url)))
  )

export const clients: Record<string, ClientLayer> = {
  "over undici": overUndici,
  "over fetch": overFetch,
  "of layerNode": ofNode
}

export const transports: Record<string, ClientLayer> = { ...clients, "over node:http": overNodeHttp }

// The server that a test runs.
export const { FakeDatadogServer: Running } = FakeDatadogServer

// Gives an effect a client of the running server.
export const withClientOf =
  (client: ClientLayer) =>
  (options?: SloReportClient.ClientOptions) =>
  <A, E, R>(self: Effect.Effect<A, E, R | SloReportClient.SloReportClient>) =>
    Effect.flatMap(Running, ({ url }) => Effect.provide(self, client(url, options)))

export const quick = RetryPolicy.make({ base: "10 millis" })

export const once = { retry: RetryPolicy.none }

export const statusOf = (id: string) => SloReportClient.SloReportClient.use((client) => client.getReportStatus(id))

export const until = <E, R>(condition: Effect.Effect<boolean, E, R>): Effect.Effect<void, E, R> =>
  Effect.flatMap(condition, (isMet) => isMet ? Effect.void : Effect.andThen(Effect.sleep(5), until(condition)))

// Any server of Node's on a free port of 127.0.0.1, closed with the scope, connections included.
export const listen = <S extends Net.Server>(server: S): Effect.Effect<number, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<{ readonly port: number; readonly sockets: Set<Net.Socket> }>((resume) => {
      const sockets = new Set<Net.Socket>()
      server.on("connection", (socket: Net.Socket) => {
        sockets.add(socket)
        socket.on("error", () => {})
        socket.once("close", () => sockets.delete(socket))
      })
      server.listen(0, "127.0.0.1", () => {
        resume(Effect.succeed({ port: (server.address() as Net.AddressInfo).port, sockets }))
      })
    }),
    ({ sockets }) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        for (const socket of sockets) socket.destroy()
      })
  ).pipe(Effect.map(({ port }) => port))

// A port that nothing listens on.
export const closedPort = Effect.scoped(Effect.suspend(() => listen(Net.createServer())))

export interface Proxy {
  readonly url: string
  // The first line of each request, such as "CONNECT api.datadoghq.com:443".
  readonly seen: ReadonlyArray<string>
}

// A proxy that leads every tunnel to one port, whatever host it is asked for; without a port it refuses. With a
// certificate it speaks TLS, and offers HTTP/2 in it, in which it knows no CONNECT.
export const makeProxy = (tunnelTo?: number, certificate?: SelfSigned): Effect.Effect<Proxy, never, Scope.Scope> =>
  Effect.suspend(() => {
    const seen: Array<string> = []
    const server = certificate === undefined
      ? Http.createServer()
      : Http2.createSecureServer({ ...certificate, allowHTTP1: true })
    server.on("request", (request: Http.IncomingMessage, response: Http.ServerResponse) => {
      seen.push(`${request.method} ${request.url}`)
      response.writeHead(502).end()
    })
    server.on("connect", (request: Http.IncomingMessage, socket: Net.Socket, head: Buffer) => {
      seen.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`)
      socket.on("error", () => {})
      if (tunnelTo === undefined) {
        socket.end("HTTP/1.1 403 Forbidden\r\n\r\n")
        return
      }
      const upstream = Net.connect(tunnelTo, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
        upstream.write(head)
        upstream.pipe(socket).pipe(upstream)
      })
      upstream.on("error", () => socket.destroy())
      socket.once("close", () => upstream.destroy())
    })
    const scheme = certificate === undefined ? "http" : "https"
    return Effect.map(listen(server), (port) => ({ url: `${scheme}://127.0.0.1:${port}`, seen }))
  })

export const proxyVariables = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"].flatMap((name) => [
  name,
  name.toUpperCase()
])

export const withoutProxies = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !proxyVariables.includes(name)))

// Sets the process's proxy variables for as long as an effect runs, and leaves out those that it had.
export const withProxies =
  (variables: Record<string, string>) => <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const before = Object.fromEntries(proxyVariables.map((name) => [name, process.env[name]]))
        for (const name of proxyVariables) delete process.env[name]
        Object.assign(process.env, variables)
        return before
      }),
      () => self,
      (before) =>
        Effect.sync(() => {
          for (const name of proxyVariables) {
            const value = before[name]
            if (value === undefined) delete process.env[name]
            else process.env[name] = value
          }
        })
    )

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  // Milliseconds from the last output to the exit.
  readonly lingered: number
}

// Runs a module's text as a program of its own, from this package's folder.
export const runProgram = (
  source: string,
  environment: Record<string, string>,
  ...args: ReadonlyArray<string>
): Effect.Effect<Finished> =>
  Effect.callback<Finished>((resume) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", source, ...args], {
      cwd: new URL("../..", import.meta.url),
      env: { ...withoutProxies(process.env), NODE_OPTIONS: "", ...environment },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let stdout = ""
    let stderr = ""
    let spokeAt = performance.now()
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString()
      spokeAt = performance.now()
    })
    child.stderr.on("data", (chunk: Buffer) => stderr += chunk.toString())
    child.once("close", (code) => {
      resume(Effect.succeed({ code, stdout, stderr, lingered: performance.now() - spokeAt }))
    })
    return Effect.sync(() => child.kill("SIGKILL"))
  })
