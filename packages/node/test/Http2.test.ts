import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Stream } from "effect"
import * as Http2 from "node:http2"
import { SloReportClient } from "../src/index.ts"
import { selfSigned, trusting } from "./utils/certificate.ts"
import { listen, makeProxy, ofNode, once, overTransport, withProxies } from "./utils/sockets.ts"
import { failureOf } from "./utils/wait.ts"

const { constants } = Http2

const line = "a,metric,n,99.9,,99.95\n"
const half = "id,slo_type,name,target,export_error,2024-01-01\n" + line.repeat(1000)
const rest = line.repeat(1000)

// How an answer ends whose first part is out already.
interface Ending {
  readonly headers?: Http2.OutgoingHttpHeaders
  readonly first?: string
  readonly http1: (response: Http2.Http2ServerResponse) => void
  readonly http2: (response: Http2.Http2ServerResponse) => void
}

const destroy = (response: Http2.Http2ServerResponse) => void response.socket.destroy()

const reset = (code: number): Ending => ({
  first: half + line.slice(0, 5),
  http1: destroy,
  http2: ({ stream }) => stream.close(code)
})

const end = (response: Http2.Http2ServerResponse) => void response.end(rest)

const endWithTrailer = (response: Http2.Http2ServerResponse) => {
  response.addTrailers({ "x-checksum": "1" })
  response.end(rest)
}

const headers = { "content-length": half.length + rest.length }

const endings: Readonly<Record<string, Ending>> = {
  "ends": { http1: end, http2: end },
  "ends with a trailer": { headers: { trailer: "x-checksum" }, http1: endWithTrailer, http2: endWithTrailer },
  "ends after a GOAWAY": {
    http1: end,
    http2: (response) => {
      response.stream.session?.goaway(constants.NGHTTP2_NO_ERROR)
      setTimeout(() => end(response), 30)
    }
  },
  "is reset with an error": reset(constants.NGHTTP2_INTERNAL_ERROR),
  "is reset as refused": reset(constants.NGHTTP2_REFUSED_STREAM),
  "is reset without an error": reset(constants.NGHTTP2_NO_ERROR),
  "is cancelled": reset(constants.NGHTTP2_CANCEL),
  "is reset without an error between two lines, but of a known length": {
    ...reset(constants.NGHTTP2_NO_ERROR),
    first: half,
    headers
  },
  "is cancelled between two lines, but of a known length": { ...reset(constants.NGHTTP2_CANCEL), first: half, headers },
  "is left behind by a GOAWAY": {
    http1: destroy,
    http2: ({ stream }) => {
      stream.session?.goaway(constants.NGHTTP2_NO_ERROR, 0)
      stream.session?.destroy()
    }
  },
  "loses its connection": { http1: destroy, http2: ({ stream }) => stream.session?.socket.destroy() }
}

// A server that speaks HTTP/2 to whoever does, and HTTP/1.1 to others; it notes which.
const serve = Effect.fnUntraced(function*(ending: Ending, host = "localhost") {
  const versions: Array<string> = []
  const certificate = selfSigned([host])
  const server = Http2.createSecureServer({ ...certificate, allowHTTP1: true }, (request, response) => {
    versions.push(request.httpVersion)
    response.writeHead(200, { "content-type": "text/csv", ...ending.headers })
    response.write(ending.first ?? half)
    setTimeout(() => request.httpVersionMajor === 2 ? ending.http2(response) : ending.http1(response), 50)
  })
  server.on("sessionError", () => {})
  const port = yield* listen(server)
  yield* trusting(certificate.cert)
  return { certificate, port, versions }
})

const download = SloReportClient.SloReportClient.use((client) =>
  Stream.runFold(client.downloadReport("x"), () => "", (text, chunk) => text + new TextDecoder().decode(chunk))
).pipe(Effect.exit)

const assertWhole = (exit: Exit.Exit<string, unknown>) => {
  assert.isTrue(Exit.isSuccess(exit) && exit.value === half + rest, "the whole file")
}

const assertLost = (exit: Exit.Exit<string, unknown>) => {
  assert.include(failureOf(exit), { _tag: "DatadogTransportError" })
}

const isWhole = (name: string) => name.startsWith("ends")

describe("a client of layerNode, of a server that offers HTTP/2", () => {
  for (const [name, ending] of Object.entries(endings)) {
    it.live(`speaks HTTP/1.1, and gives a file that ${name} ${isWhole(name) ? "whole" : "as an error"}`, () =>
      Effect.gen(function*() {
        const { port, versions } = yield* serve(ending)
        const exit = yield* Effect.provide(download, ofNode(`https://localhost:${port}`, once))
        if (isWhole(name)) assertWhole(exit)
        else assertLost(exit)
        assert.deepStrictEqual(versions, ["1.1"])
      }))

    it.live(`does the same through a proxy's tunnel, with a file that ${name}`, () =>
      Effect.gen(function*() {
        const { port, versions } = yield* serve(ending, "api.nothing.invalid")
        const proxy = yield* makeProxy(port)
        const exit = yield* download.pipe(
          Effect.provide(ofNode("https://api.nothing.invalid", once)),
          withProxies({ HTTPS_PROXY: proxy.url })
        )
        if (isWhole(name)) assertWhole(exit)
        else assertLost(exit)
        assert.deepStrictEqual(versions, ["1.1"])
        assert.strictEqual(proxy.seen.length, 1)
      }))
  }
})

describe("a proxy that is reached over TLS, and offers HTTP/2", () => {
  it.live("is asked for a tunnel in HTTP/1.1", () =>
    Effect.gen(function*() {
      const { certificate, port, versions } = yield* serve(endings["ends"]!, "api.nothing.invalid")
      const proxy = yield* makeProxy(port, certificate)
      const exit = yield* download.pipe(
        Effect.provide(ofNode("https://api.nothing.invalid", once)),
        withProxies({ HTTPS_PROXY: proxy.url })
      )
      assertWhole(exit)
      assert.deepStrictEqual(versions, ["1.1"])
      assert.match(proxy.seen.join(), /^CONNECT api\.nothing\.invalid:443 /)
    }))
})

// Where a server offers both, undici takes HTTP/1.1 unless HTTP/2 is the one that is asked for.
const overHttp2 = (url: string) =>
  overTransport(url, once).pipe(
    Layer.provide(NodeHttpClient.layerUndiciNoDispatcher),
    Layer.provide(NodeHttpClient.layerDispatcherOptions({ allowH2: true, connect: { ALPNProtocols: ["h2"] } }))
  )

describe("a client over an application's own dispatcher that speaks HTTP/2", () => {
  for (const [name, ending] of Object.entries(endings)) {
    it.live(`gives a file that ${name} ${isWhole(name) ? "whole" : "as an error"}`, () =>
      Effect.gen(function*() {
        const { port, versions } = yield* serve(ending)
        const exit = yield* Effect.provide(download, overHttp2(`https://localhost:${port}`))
        if (isWhole(name)) assertWhole(exit)
        else assertLost(exit)
        assert.deepStrictEqual(versions, ["2.0"])
      }))
  }

  it.live("can't see that a file is cut between two lines, where its length is unknown and the reset says no error", () =>
    Effect.gen(function*() {
      const { port } = yield* serve({ ...reset(constants.NGHTTP2_NO_ERROR), first: half })
      const exit = yield* Effect.provide(download, overHttp2(`https://localhost:${port}`))
      assert.isTrue(Exit.isSuccess(exit) && exit.value === half)
    }))
})
