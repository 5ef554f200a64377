/**
 * The fake's adapter to a loopback port, for clients that need a real socket.
 *
 * It binds 127.0.0.1 and nothing else. Faults are real here: a reset is an RST, a truncated body a closed
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
import * as Slo from "./Slo.ts"

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
  readonly port: number
  /** The system's code, such as `EADDRINUSE` or `EACCES`. */
  readonly code: string
}> {
  override get message(): string {
    const reason = this.code === "EADDRINUSE" ? "is in use" : `can't be listened on (${this.code})`
    return `Port ${this.port} of 127.0.0.1 ${reason}. Choose another one, or 0 for any that is free.`
  }
}

/**
 * Serves the fake until the scope closes, which closes all connections at once.
 *
 * @param options `port`: 0, the default, takes any that is free
 * @category constructors
 * @since 0.1.0
 */
export const make: (
  options?: { readonly port?: number | undefined }
) => Effect.Effect<Service, PortUnavailable, FakeDatadog.FakeDatadog | Scope.Scope> = Effect.fnUntraced(function*(
  options: { readonly port?: number | undefined } = {}
) {
  const fake = yield* FakeDatadog.FakeDatadog
  const run = yield* FiberSet.makeRuntime<never, void, never>()
  const server = Http.createServer((request, response) => {
    const fiber = run(respond(fake, request, response))
    response.once("close", () => fiber.interruptUnsafe())
  })
  const sockets = new Set<Socket>()
  server.on("connection", (socket) => {
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
  })
  const port = yield* Effect.acquireRelease(listen(server, options.port ?? 0), () => close(server, sockets))
  return { url: `http://127.0.0.1:${port}`, port, openSockets: Effect.sync(() => sockets.size) }
})

/**
 * The adapter to a loopback port.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: { readonly port?: number | undefined } = {}
): Layer.Layer<FakeDatadogServer, PortUnavailable, FakeDatadog.FakeDatadog> =>
  Layer.effect(FakeDatadogServer, make(options))

/**
 * The fake and its adapter to a free loopback port.
 *
 * **Details**
 *
 * It has the twelve SLOs of `Slo.standard` to search, unless it is given others. Reports that are created have made up
 * rows, whatever their query, unless it is given SLOs.
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

const listen = (server: Http.Server, port: number): Effect.Effect<number, PortUnavailable> =>
  Effect.callback((resume) => {
    const onError = (error: NodeJS.ErrnoException) =>
      resume(Effect.fail(new PortUnavailable({ port, code: error.code ?? error.message })))
    server.once("error", onError)
    server.listen({ port, host: "127.0.0.1" }, () => {
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
