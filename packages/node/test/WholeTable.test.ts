import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer } from "effect"
import * as Net from "node:net"
import { text } from "./utils/flow.ts"
import { type ClientLayer, clients, listen, once, overTransport } from "./utils/sockets.ts"
import { failureOf } from "./utils/wait.ts"

const table = "id,slo_type,name,target,export_error\na,metric,n,99.9,"
const inChunks = `${table.length.toString(16)}\r\n${table}\r\n0\r\n\r\n`

const overNodeHttp: ClientLayer = (url, options) =>
  Layer.provide(overTransport(url, options), NodeHttpClient.layerNodeHttp)

const downloadOf = (client: ClientLayer, header: string, body: string) =>
  Effect.gen(function*() {
    const port = yield* listen(Net.createServer((socket) => {
      socket.once("data", () => socket.end(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n${body}`))
    }))
    return yield* Effect.exit(Effect.provide(text("x"), client(`http://127.0.0.1:${port}`, once)))
  })

for (const [name, client] of Object.entries({ ...clients, "over node:http": overNodeHttp })) {
  describe(`a table without a last line break, of a client ${name}`, () => {
    for (
      const [how, header, body] of [
        ["its length is known", `Content-Length: ${table.length}`, table],
        ["it comes in chunks", "Transfer-Encoding: chunked", inChunks]
      ] as const
    ) {
      it.live(`is whole where ${how}`, () =>
        Effect.gen(function*() {
          const exit = yield* downloadOf(client, header, body)
          assert.isTrue(Exit.isSuccess(exit) && exit.value === table, String(exit))
        }))
    }

    it.live("is cut short where only the connection's end tells that it ends", () =>
      Effect.gen(function*() {
        const error = failureOf(yield* downloadOf(client, "Connection: close", table))
        assert.include(error, { _tag: "DatadogTransportError", reason: "reset" })
        const whole = yield* downloadOf(client, "Connection: close", `${table}\n`)
        assert.isTrue(Exit.isSuccess(whole), String(whole))
      }))
  })
}
