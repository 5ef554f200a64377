/** Answers every status request alike, with the real headers; its processor time is its own. */
import * as Http from "node:http"

const body = JSON.stringify({
  data: {
    id: "dc8d92aa-e0af-11ee-af21-1feeaccaa3a3",
    type: "report_id",
    attributes: { status: "in_progress" }
  }
})

const server = Http.createServer((request, response) => {
  request.resume()
  response.writeHead(200, {
    "content-type": "application/vnd.api+json",
    "content-length": body.length,
    "x-ratelimit-limit": "1000000",
    "x-ratelimit-period": "60",
    "x-ratelimit-remaining": "999999",
    "x-ratelimit-reset": "30",
    "x-ratelimit-name": "slo_report"
  })
  response.end(body)
})
server.keepAliveTimeout = 60_000
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  if (address !== null && typeof address !== "string") process.send?.(`http://127.0.0.1:${address.port}`)
})
process.once("disconnect", () => process.exit())
