/** One peer in a process of its own: microseconds on the processor for a request, by concurrency. */
import { peers } from "./peers.ts"

const [, , name = "", url = ""] = process.argv
const peer = Object.entries(peers).find(([key]) => key === name)?.[1]
if (peer === undefined) throw new Error(`No peer ${name}`)
const send = await peer(url)

const measure = async (requests: number, concurrency: number): Promise<{ cpu: number; wall: number }> => {
  const before = process.cpuUsage()
  const start = performance.now()
  await send(requests, concurrency)
  const wall = (performance.now() - start) * 1000
  const { system, user } = process.cpuUsage(before)
  return { cpu: (system + user) / requests, wall: wall / requests }
}

await send(2000, 50)
await send(500, 1)
const fifty = await measure(5000, 50)
const one = await measure(2000, 1)
console.log(JSON.stringify({ one, fifty }))
process.exit()
