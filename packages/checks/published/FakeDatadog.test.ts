import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import { onTestFinished } from "vitest"
import { node } from "../test/utils/workspace.ts"
import { background } from "./utils/background.ts"
import { environment } from "./utils/install.ts"
import { outside, packages } from "./utils/packages.ts"

const { files, manifest, path: tarball } = packages.find(({ folder }) => folder === "testing")!
// Measured: 391 kB, and 15 %.
const maxBytes = 450_000

const bin = "dist/bin/fake-datadog.js"
const keys = { "DD-API-KEY": "fake-api-key", "DD-APPLICATION-KEY": "fake-application-key" }

describe("the testing package's tarball", () => {
  it("needs Effect alone", () => {
    assert.deepStrictEqual(manifest.dependencies, undefined)
    assert.deepStrictEqual(Object.keys(manifest.peerDependencies ?? {}), ["effect"])
  })

  it("runs the fake by npx in an empty folder: health, a scenario, the journal, the clock", async () => {
    const folder = outside()
    const url = await start(folder)
    assert.deepStrictEqual(Fs.readdirSync(folder), [])
    const health = await ask(`${url}/_fake/health`)
    assert.deepInclude(health, { status: "ok", scenario: "happy", requests: 0 })
    const { report } = await ask(`${url}/_fake/scenario`, "slow")
    const status = async () => {
      const { data } = await ask(`${url}/api/v2/slo/report/${report}/status`)
      return data.attributes.status
    }
    assert.strictEqual(await status(), "in_progress")
    const before = Date.parse((await ask(`${url}/_fake/clock`)).now)
    const after = Date.parse((await ask(`${url}/_fake/clock`, `{"advance": "10 minutes"}`)).now)
    assert.isAtLeast(after - before, 600_000)
    assert.strictEqual(await status(), "completed")
    const { received, requests } = await ask(`${url}/_fake/requests?operation=status`)
    assert.strictEqual(received, 2)
    assert.deepStrictEqual(requests.map(({ status }: { readonly status: number }) => status), [200, 200])
  })

  it(`has a command of at most ${maxBytes / 1000} kB`, () => {
    assert.isBelow(Buffer.byteLength(files[bin]!), maxBytes)
  })

  it("tells its version", async () => {
    const folder = outside()
    Fs.writeFileSync(`${folder}/fake-datadog.js`, files[bin]!)
    Fs.writeFileSync(`${folder}/package.json`, `{ "type": "module" }`)
    const { code, output } = await node(folder, "fake-datadog.js", "--version")
    assert.deepStrictEqual([code, output.includes(manifest.version)], [0, true])
  })
})

/** By npx, with the tarball alone; ended with all that it started when the test is, and gives its URL. */
async function start(folder: string): Promise<string> {
  const args = ["--yes", "--prefer-offline", "--package", tarball, "fake-datadog", "--port", "0"]
  const { end, found } = background(/listens on (http:\S+)[^]*Requests:/, folder, environment, "npx", ...args)
  onTestFinished(() => void end("SIGKILL"))
  return (await found)[1]!
}

async function ask(url: string, body?: string) {
  const answer = await fetch(url, body === undefined ? { headers: keys } : { headers: keys, method: "POST", body })
  return JSON.parse(await answer.text())
}
