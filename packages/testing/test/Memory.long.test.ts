import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import * as Http from "node:http"
import * as Path from "node:path"
import { createBody, createPath, keys, statusPath, unknownId } from "./support.ts"

const program = Path.join(import.meta.dirname, "../bin/fake-datadog.ts")

// In the program's process: collects garbage when it is told to, and tells what is left.
const meter = `data:text/javascript,${
  encodeURIComponent(`process.on("message", () => {
    gc(); gc()
    process.send(process.memoryUsage().heapUsed)
  })`)
}`

const requests = 32_000
const warmUp = 4_000

// Compiled code and the tables of hot paths are left; a leak of 100 bytes a request would be 2.8 MB.
const maxGrowth = 2_000_000

describe("the fake by hand", () => {
  it.live(`has as much memory after ${requests} requests as after the first ${warmUp}`, () =>
    Effect.gen(function*() {
      const { child, url } = yield* start
      const agent = yield* Effect.acquireRelease(
        Effect.sync(() => new Http.Agent({ keepAlive: true, maxSockets: 8 })),
        (agent) => Effect.sync(() => agent.destroy())
      )
      const ask = (index: number) =>
        index % 100 === 0
          ? send(agent, `${url}/_fake/requests?limit=1000`)
          : index % 10 === 1
          ? send(agent, `${url}${createPath}`, createBody())
          : index % 10 === 0
          ? send(agent, `${url}/api/v1/slo/search?query=service:checkout`)
          : send(agent, `${url}${statusPath(unknownId)}`)
      const run = (from: number, to: number) =>
        Effect.forEach(Array.from({ length: to - from }, (_, index) => from + index), ask, {
          concurrency: 8,
          discard: true
        })
      yield* run(0, warmUp)
      const before = yield* heapOf(child)
      yield* run(warmUp, requests)
      const growth = (yield* heapOf(child)) - before
      assert.isBelow(growth, maxGrowth)
    }).pipe(Effect.scoped), 300_000)
})

const start = Effect.gen(function*() {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, ["--expose-gc", "--import", meter, program, "--port", "0", "--limit", "1000000"], {
        stdio: ["ignore", "pipe", "inherit", "ipc"]
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  const url = yield* Effect.callback<string>((resume) => {
    let text = ""
    child.stdout?.on("data", (chunk) => {
      if (text.includes("Requests:")) return
      text += chunk
      const [, url] = /listens on (http:\S+)[^]*Requests:/.exec(text) ?? []
      if (url !== undefined) resume(Effect.succeed(url))
    })
  })
  return { child, url }
})

const heapOf = (child: ChildProcess) =>
  Effect.callback<number>((resume) => {
    child.once("message", (heap) => resume(Effect.succeed(Number(heap))))
    child.send("measure")
  })

const send = (agent: Http.Agent, url: string, body?: string) =>
  Effect.callback<void, Error>((resume) => {
    const method = body === undefined ? "GET" : "POST"
    const request = Http.request(url, { agent, headers: keys, method }, (response) => {
      response.resume()
      response.once("end", () => resume(Effect.void))
    })
    request.once("error", (error) => resume(Effect.fail(error)))
    request.end(body)
  })
