/** One reader in a process of its own: how fast it reads a table when cold and when warm, and in what memory. */
import { peers } from "./peers.ts"
import { shapes, table } from "./shapes.ts"

const [, , name = "", shapeName = ""] = process.argv
const peer = peers[name]
const shape = shapes[shapeName]
if (peer === undefined || shape === undefined) throw new Error(`No reader ${name}, or no table ${shapeName}`)

let bytes = 0
let peak = 0
let given = 0

function* counted(parts: Iterable<Buffer>): Generator<Buffer> {
  for (const part of parts) {
    bytes += part.length
    if (given++ % 8 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed)
    yield part
  }
}

const parts = await table(shape)

const measure = async (rows: number) => {
  globalThis.gc?.()
  bytes = 0
  peak = 0
  const before = process.memoryUsage().heapUsed
  const cpuBefore = process.cpuUsage()
  const start = performance.now()
  const total = await peer(counted(parts(rows)))
  const seconds = (performance.now() - start) / 1000
  const { system, user } = process.cpuUsage(cpuBefore)
  return {
    ...total,
    speed: bytes / 1e6 / seconds,
    cpu: 1000 * (system + user) / total.cells,
    heap: (peak - before) / 2 ** 20
  }
}

const cold = await measure(shape.coldRows)
await peer(parts(4 * shape.coldRows))
const warm = await measure(shape.rows)
console.log(JSON.stringify({ cold, warm }))
process.exit()
