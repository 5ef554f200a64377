/** Runs of so many durable steps over a store of exports, one after the other: what a step costs. */
import { type ExportStore, MemoryStore, SqliteStore } from "@effect-datadog/slo-report-durable"
import { Effect, type Layer, Schema } from "effect"
import { Activity, Workflow } from "effect/workflow"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"

const [, , name = "", count = "", repeats = ""] = process.argv
const steps = Number(count)
const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "bench-durable-"))
const filename = Path.join(folder, "exports.db")

const stores: Readonly<Record<string, () => Layer.Layer<ExportStore.Services, { readonly message: string }>>> = {
  memory: () => MemoryStore.layer,
  NORMAL: () => SqliteStore.layer({ filename, synchronous: "NORMAL" }),
  FULL: () => SqliteStore.layer({ filename })
}

const workflow = Workflow.make("Bench/1", {
  payload: { run: Schema.Finite },
  success: Schema.Finite,
  idempotencyKey: ({ run }) => String(run)
})

const body = Effect.fnUntraced(function*() {
  let sum = 0
  for (let step = 0; step < steps; step++) {
    sum += yield* Activity.make({ name: `step/${step}`, success: Schema.Finite, execute: Effect.succeed(step) })
  }
  return sum
})

const program = Effect.gen(function*() {
  yield* workflow.execute({ run: 0 })
  const started = performance.now()
  const before = process.cpuUsage()
  for (let run = 1; run <= Number(repeats); run++) yield* workflow.execute({ run })
  const { system, user } = process.cpuUsage(before)
  const all = steps * Number(repeats)
  return { milliseconds: (performance.now() - started) / all, cpu: (system + user) / 1000 / all }
})

const store = stores[name]
if (store === undefined) throw new Error(`no store ${name}`)
const figures = await Effect.runPromise(
  program.pipe(Effect.provide(workflow.toLayer(body)), Effect.provide(store()))
)
Fs.rmSync(folder, { recursive: true, force: true })
console.log(JSON.stringify(figures))
