import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Esbuild from "esbuild"
import * as Fs from "node:fs"
import { createServer } from "node:http"
import * as Path from "node:path"
import { glob, node, read, type Run, runIn, write } from "../test/utils/workspace.ts"
import { type Background, background } from "./utils/background.ts"
import { compile, compilers } from "./utils/compilers.ts"
import { install, versionsOf } from "./utils/install.ts"
import { outside } from "./utils/packages.ts"

// What `tsc --init` writes, but for what it leaves open.
const strictly = {
  target: "es2024",
  lib: ["es2024", "esnext.disposable"],
  types: ["node"],
  rootDir: "src",
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noUncheckedSideEffectImports: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  declaration: true,
  rewriteRelativeImportExtensions: true,
  skipLibCheck: true
}

const resolutions = {
  nodenext: ["--module", "nodenext"],
  bundler: ["--module", "esnext", "--moduleResolution", "bundler"]
} as const

const keys = { API_KEY: "fake-api-key", APP_KEY: "fake-application-key" } as const
const running: Array<Background> = []

const variables = (prefix: string, url: string): Readonly<Record<string, string>> => ({
  [`${prefix}DD_HOST`]: url,
  [`${prefix}DD_API_KEY`]: keys.API_KEY,
  [`${prefix}DD_APP_KEY`]: keys.APP_KEY
})

describe("the newcomer's application", () => {
  const folder = outside()
  const names = glob("packages/checks/newcomer/*.ts").map((path) => Path.basename(path))
  let us = ""
  let eu = ""

  beforeAll(async () => {
    const packages = versionsOf("effect", "@effect/platform-node", "@effect/vitest", "@types/node", "vitest")
    const { code, errors, output } = await install("npm", folder, packages)
    assert.strictEqual(code, 0, `${errors}${output}`)
    write(folder, {
      ...Object.fromEntries(names.map((name) => [`src/${name}`, read(`packages/checks/newcomer/${name}`)])),
      "tsconfig.json": JSON.stringify({ include: ["src"], compilerOptions: strictly })
    })
    us = await fake(folder)
    eu = await fake(folder)
  })

  afterAll(async () => {
    await Promise.all(running.map(({ end }) => end("SIGKILL")))
  })

  const run = (...args: ReadonlyArray<string>): Promise<Run> =>
    runIn(variables("", us), folder, process.execPath, ...args)

  describe.each(Object.entries(resolutions))("as %s resolves", (resolution, options) => {
    it.each(compilers)("compiles with TypeScript %s, to the same program", async (version, path) => {
      const out = `out/${resolution}-${version}`
      assert.deepStrictEqual(await compile([version, path], folder, ...options, "--outDir", out), [])
      // What is run below is what the first of them has made.
      assert.deepStrictEqual(programs(Path.join(folder, out)), programs(Path.join(folder, "out/nodenext-5.9")))
    })

    it("has no error in the packages' declarations, nor in those of Effect", async () => {
      const all = ["--noEmit", "--skipLibCheck", "false", "--lib", "es2024,esnext.disposable,dom"]
      const found = await compile(compilers[2], folder, ...options, ...all)
      // Of these some contradict the compiler's own.
      assert.deepStrictEqual(found.filter((error) => !error.startsWith("node_modules/@types/node/")), [])
    })
  })

  it("streams progress from the organisation that is asked, and tells a collector", async () => {
    const collector = await collecting()
    const { end, found } = background(
      /^(http:\S+)$/m,
      folder,
      {
        PORT: "0",
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        ...variables("US_", us),
        ...variables("EU_", eu)
      },
      process.execPath,
      "out/nodenext-5.9/server.js"
    )
    running.push({ end, found })
    const [url] = await found
    const { report } = await ask(`${eu}/_fake/reports`, `{"timeline": [{"after": "1 hour", "status": "completed"}]}`)
    assert.deepInclude(
      await text(`${url}/us/reports/${report}/progress`),
      `event: failure\ndata: {"error":"DatadogNotFound"`
    )
    const seen = await text(
      `${url}/eu/reports/${report}/progress`,
      () => ask(`${eu}/_fake/clock`, `{"advance": "1 hour"}`)
    )
    const event = (status: string) => `event: progress\ndata: {"status":"${status}"}\n\n`
    assert.strictEqual(seen, event("in_progress") + event("completed"))
    await end("SIGTERM")
    assert.sameMembers([...new Set(collector.paths())], ["/v1/logs", "/v1/metrics", "/v1/traces"])
    for (const told of ["SloReportClient.waitForReport", "datadog.slo_report.requests", report]) {
      assert.include(collector.text(), told)
    }
    assert.notInclude(collector.text(), keys.API_KEY)
  })

  it("works off a queue without the report endpoints, and goes on after a job that is wrong", async () => {
    await ask(`${eu}/_fake/scenario`, "closed")
    const job = { file: "job.csv", query: "team:shop", from: "2026-01-01", to: "2026-04-01" }
    write(folder, { "jobs.jsonl": `{"file":"wrong.csv"}\n${JSON.stringify(job)}\n` })
    const work = `"${process.execPath}" out/nodenext-5.9/worker.js < jobs.jsonl`
    const { errors, output } = await runIn(variables("", eu), folder, "sh", "-c", work)
    assert.include(errors, `Missing key\\n  at ["query"]`)
    const table = Fs.readFileSync(Path.join(folder, "job.csv"), "utf8")
    assert.match(output, /WARN .* announces the end of POST/)
    assert.include(output, `\njob.csv: ${table.length} bytes\n`)
    assert.match(table, /^id,slo_type,name,target,export_error,2026-01-01,2026-02-01,2026-03-01\n.+\n/)
  })

  it("runs every night, without Effect", async () => {
    const { code, errors, output } = await run("out/nodenext-5.9/cron.js")
    assert.strictEqual(code, 0, errors)
    assert.match(output, /^slos\.csv: \d+ bytes\nFAIL {2}.*% of .*\n(.*\n)*fail: \d judged, \d failed/)
    assert.match(errors, /^SourceChosen\nCreated\n(Polled\n)+(Downloading\n)+Done\n$/)
    assert.include(Fs.readFileSync(Path.join(folder, "slos.html"), "utf8"), "Checkout")
  })

  it("runs every night, and says who may help where its keys are wrong", async () => {
    const environment = { ...variables("", us), DD_APP_KEY: "another" }
    const { code, errors } = await runIn(environment, folder, process.execPath, "out/nodenext-5.9/cron.js")
    assert.strictEqual(code, 1)
    assert.match(errors, /Ask the platform team for keys: POST .* 403 Forbidden/)
  })

  it("answers as a Lambda function does, from a bundle", async () => {
    await Esbuild.build({
      absWorkingDir: folder,
      entryPoints: ["src/lambda.ts"],
      outfile: "lambda.cjs",
      bundle: true,
      minify: true,
      platform: "node",
      target: "node22"
    })
    const { report } = await ask(`${us}/_fake/reports`, `{"timeline": [{"after": "0 seconds", "status": "completed"}]}`)
    const call = (id: string) =>
      `await handler({ pathParameters: { id: "${id}" } }, { getRemainingTimeInMillis: () => 9000 })`
    for (const file of ["lambda.cjs", "out/nodenext-5.9/lambda.js"]) {
      const { errors, output } = await run(
        "--input-type=module",
        "--eval",
        `import { handler } from "./${file}"
        console.log(JSON.stringify([${
          [report, "no report", "c0ffee00-e0af-11ee-af21-1feeaccaa3a3"].map(call).join()
        }]))`
      )
      assert.strictEqual(errors, "")
      const [found, ...others] = JSON.parse(output)
      assert.deepStrictEqual(found, { statusCode: 200, body: JSON.stringify({ id: report, status: "completed" }) })
      assert.deepStrictEqual(others.map(({ statusCode }: { readonly statusCode: number }) => statusCode), [400, 404])
    }
  })

  it("passes its own tests", async () => {
    const args = ["run", "--reporter", "json", "--outputFile", "tests.json", "src/app.test.ts"]
    const { code, errors, output } = await node(folder, "node_modules/vitest/vitest.mjs", ...args)
    assert.strictEqual(code, 0, `${errors}${output}`)
    assert.strictEqual(JSON.parse(Fs.readFileSync(Path.join(folder, "tests.json"), "utf8")).numPassedTests, 6)
  })
})

/** A fake of the tarball's; gives its URL. */
async function fake(folder: string): Promise<string> {
  const { PATH } = process.env
  const one = background(/listens on (http:\S+)/, folder, { PATH }, "node_modules/.bin/fake-datadog", "--port", "0")
  running.push(one)
  return (await one.found)[1]!
}

async function ask(url: string, body: string) {
  const answer = await fetch(url, { method: "POST", body })
  assert.isTrue(answer.ok, `${url}: ${answer.status}`)
  return JSON.parse(await answer.text())
}

/** What is streamed to the end; `onFirst` is called once something is there. */
async function text(url: string, onFirst: () => Promise<unknown> = () => Promise.resolve()): Promise<string> {
  const { body } = await fetch(url)
  let text = ""
  for await (const part of body!.pipeThrough(new TextDecoderStream())) {
    if (text === "") await onFirst()
    text += part
  }
  return text
}

/** The programs in a folder by name. */
function programs(folder: string): Readonly<Record<string, string>> {
  const names = Fs.globSync("*.js", { cwd: folder }).sort()
  return Object.fromEntries(names.map((name) => [name, Fs.readFileSync(Path.join(folder, name), "utf8")]))
}

/** A collector of OpenTelemetry, which keeps what it is sent. */
async function collecting() {
  const requests: Array<readonly [path: string, body: string]> = []
  const server = createServer((request, response) => {
    let body = ""
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text
    })
    request.on("end", () => {
      requests.push([request.url ?? "", body])
      response.writeHead(200, { "content-type": "application/json" }).end("{}")
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  server.unref()
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : address}`,
    paths: () => requests.map(([path]) => path),
    text: () => requests.map(([, body]) => body).join("\n")
  }
}
