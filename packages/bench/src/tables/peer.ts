/** Reads as many years' histories with nothing but `fetch`, and tells how much the process grew. */
const [, , url = "", slos = "", atOnce = ""] = process.argv

const headers = { "DD-API-KEY": "fake-api-key", "DD-APPLICATION-KEY": "fake-application-key" }
const json = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`, { headers })).json()

const found = await (await fetch(`${url}/api/v1/slo/search?query=size:small&page[size]=20`, { headers })).text()
const ids = [...new Set([...found.matchAll(/"id":"([0-9a-f]{32})"/g)].map(([, id]) => id))]

/** Histories of a year, each parsed and forgotten. */
const read = async (histories: number, year: number): Promise<void> => {
  const period = `from_ts=${Date.UTC(year, 0, 1) / 1000}&to_ts=${Date.UTC(year + 1, 0, 1) / 1000}`
  let next = 0
  const one = async (): Promise<void> => {
    while (next < histories) await json(`/api/v1/slo/${ids[next++ % ids.length]}/history?${period}`)
  }
  await Promise.all(Array.from({ length: Number(atOnce) }, one))
}

await read(20, 2022)
const before = process.memoryUsage.rss()
let peak = before
const timer = setInterval(() => void (peak = Math.max(peak, process.memoryUsage.rss())), 20)
await read(Number(slos), 2023)
clearInterval(timer)
console.log(JSON.stringify({ resident: peak - before }))
