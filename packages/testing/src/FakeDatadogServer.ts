/**
 * The fake's adapter to a loopback port, for clients that need a real socket.
 *
 * It binds 127.0.0.1 and nothing else, unless it is told a host. What is under `/_fake` controls the fake, for suites in
 * other languages; `GET /_fake` lists the routes. Faults are real here: a reset is an RST, a truncated body a closed
 * connection, a header sent twice two lines on the wire.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import type { AddressInfo, Socket } from "node:net"
import * as FakeDatadog from "./FakeDatadog.ts"
import { respond } from "./internal/adapter/socket.ts"
import * as Environment from "./internal/environment.ts"
import * as Control from "./internal/control/routes.ts"
import type { Scenario } from "./Scenario.ts"
import * as Slo from "./Slo.ts"

/**
 * Where to listen.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** 0 takes any that is free. @default 0 */
  readonly port?: number | undefined
  /** A name or an address of this machine; `0.0.0.0` is all of them, for containers. @default "127.0.0.1" */
  readonly host?: string | undefined
  /** What a reset over HTTP returns to. It isn't set up at the beginning. @default as the fake was made */
  readonly scenario?: Scenario | undefined
}

/**
 * A server that runs.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Such as `http://127.0.0.1:8126`, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** How many connections are open, idle ones too. */
  readonly openSockets: Effect.Effect<number>
}

/**
 * The server as a service.
 *
 * @category services
 * @since 0.1.0
 */
export class FakeDatadogServer extends Context.Service<FakeDatadogServer, Service>()(
  "@effect-datadog/slo-report-testing/FakeDatadogServer"
) {}

/**
 * The port can't be listened on.
 *
 * @category errors
 * @since 0.1.0
 */
export class PortUnavailable extends Data.TaggedError("PortUnavailable")<{
  readonly host: string
  readonly port: number
  /** The system's code, such as `EADDRINUSE`, `EACCES` or, of a host that isn't this machine's, `EADDRNOTAVAIL`. */
  readonly code: string
}> {
  override get message(): string {
    const reason = this.code === "EADDRINUSE" ? "is in use" : `can't be listened on (${this.code})`
    return `Port ${this.port} of ${this.host} ${reason}. Choose another one, or 0 for any that is free.`
  }
  override toJSON(): object {
    return Object.assign({}, this, { message: this.message })
  }
}

/**
 * Serves the fake until the scope closes, which closes all connections at once.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: (
  options?: Options
) => Effect.Effect<Service, PortUnavailable, FakeDatadog.FakeDatadog | Scope.Scope> = Effect.fnUntraced(function*(
  options: Options = {}
) {
  const { host = "127.0.0.1", scenario } = options
  const fake = yield* FakeDatadog.FakeDatadog
  const control = Control.make(fake, scenario)
  const run = yield* FiberSet.makeRuntime<never, void, never>()
  const server = Http.createServer((request, response) => {
    const fiber = run(respond(fake, control, request, response))
    response.once("close", () => fiber.interruptUnsafe())
  })
  const sockets = new Set<Socket>()
  server.on("connection", (socket) => {
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
  })
  const port = yield* Effect.acquireRelease(listen(server, host, options.port ?? 0), () => close(server, sockets))
  return { url: urlOf(host, port), port, openSockets: Effect.sync(() => sockets.size) }
})

/**
 * The adapter to a loopback port.
 *
 * **Example** (On a port that a configuration knows)
 *
 * ```ts
 * import { FakeDatadog, FakeDatadogServer } from "@effect-datadog/slo-report-testing"
 * import { Effect, Layer } from "effect"
 *
 * const live = Layer.provide(FakeDatadogServer.layer({ port: 8126 }), FakeDatadog.layer())
 * const program = FakeDatadogServer.FakeDatadogServer.use(({ url }) => Effect.logInfo(`export DD_HOST=${url}`)).pipe(
 *   Effect.andThen(Effect.never),
 *   Effect.provide(live)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: Options = {}
): Layer.Layer<FakeDatadogServer, PortUnavailable, FakeDatadog.FakeDatadog> =>
  Layer.effect(FakeDatadogServer, make(options))

/**
 * The `DD_*` variables of a client of this server, which is configured by the environment.
 *
 * **Details**
 *
 * It has the URL as `DD_HOST` and the key pair, and hides all of Datadog's variables that are really set. Others are
 * read as before.
 *
 * **Example** (The client over a real socket)
 *
 * ```ts
 * import { NodeSloReportClient } from "@effect-datadog/slo-report-node"
 * import { FakeDatadogServer } from "@effect-datadog/slo-report-testing"
 * import { Layer } from "effect"
 *
 * const live = NodeSloReportClient.layerNode().pipe(
 *   Layer.provide(FakeDatadogServer.layerEnvironment),
 *   Layer.provideMerge(FakeDatadogServer.layerTest())
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerEnvironment: Layer.Layer<never, never, FakeDatadog.FakeDatadog | FakeDatadogServer> = Environment
  .layer(
    Effect.gen(function*() {
      const { credentials } = yield* FakeDatadog.FakeDatadog
      const { url } = yield* FakeDatadogServer
      return { ...Environment.variablesOf(credentials), DD_HOST: url }
    })
  )

/**
 * The fake and its adapter to a free loopback port.
 *
 * **Details**
 *
 * It has the twelve SLOs of `Slo.standard` to search, unless it is given others. Reports that are created have made up
 * rows, whatever their query, unless it is given SLOs.
 *
 * **Example** (A server for one program)
 *
 * ```ts
 * import { FakeDatadogServer } from "@effect-datadog/slo-report-testing"
 * import { Console, Effect } from "effect"
 *
 * const program = FakeDatadogServer.FakeDatadogServer.use(({ url }) =>
 *   Effect.andThen(Effect.promise(() => fetch(`${url}/_fake/health`)), ({ status }) => Console.log(status))
 * )
 * await Effect.runPromise(Effect.provide(program, FakeDatadogServer.layerTest()))
 * // => 200
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerTest = (
  options: FakeDatadog.Options = {}
): Layer.Layer<FakeDatadog.FakeDatadog | FakeDatadogServer> =>
  Layer.provideMerge(Layer.orDie(layer()), FakeDatadog.layer(withSlos(options)))

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const withSlos = (options: FakeDatadog.Options): FakeDatadog.Options =>
  options.slos === undefined
    ? { ...options, slos: Slo.standard, sloApi: { inReports: false, ...options.sloApi } }
    : options

// Of all addresses, the one that this machine reaches itself by.
const urlOf = (host: string, port: number): string => {
  const name = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`
}

const listen = (server: Http.Server, host: string, port: number): Effect.Effect<number, PortUnavailable> =>
  Effect.callback((resume) => {
    const onError = (error: NodeJS.ErrnoException) =>
      resume(Effect.fail(new PortUnavailable({ host, port, code: error.code ?? error.message })))
    server.once("error", onError)
    server.listen({ port, host }, () => {
      server.off("error", onError)
      resume(Effect.succeed(portOf(server.address(), port)))
    })
  })

const portOf = (address: AddressInfo | string | null, port: number): number =>
  address === null || typeof address === "string" ? port : address.port

const close = (server: Http.Server, sockets: Set<Socket>): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => {
      sockets.clear()
      resume(Effect.void)
    })
    for (const socket of sockets) socket.destroy()
  })
