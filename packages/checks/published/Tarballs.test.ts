import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import { createServer } from "node:http"
import * as Path from "node:path"
import { publint } from "publint"
import { formatMessage } from "publint/utils"
import type { Packed } from "../../../scripts/pack.ts"
import { glob, node, root, runIn } from "../test/utils/workspace.ts"
import { command, packages, specifiersOf } from "./utils/packages.ts"

// A client that is larger than its README's promise is not small. Measured: 316 kB, of which 156 are code and 92 the
// documentation in the declarations; and 6 %.
const maxUnpackedBytes = 336_000

// Measured: 1863 kB, of which undici is 737, what --state needs, the engine, SQLite and Postgres, 330, and what commands
// over files have apart 252; and 15 %.
const maxCommandBytes = 2_140_000

const attw = Path.join(root, "packages/checks/node_modules/@arethetypeswrong/cli/dist/index.js")

describe.each(packages.map((one) => [one.manifest.name, one] as const))("%s", (name, one) => {
  it("holds the built modules, their declarations, its papers and nothing else", () => {
    const built = glob(`packages/${one.folder}/src/*.ts`).map((path) => Path.parse(path).name)
    const shared = /^dist\/internal\/\w+-[\w-]{8}\.js$/
    assert.sameMembers(Object.keys(one.files).filter((path) => !shared.test(path)), [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "package.json",
      ...built.flatMap((name) => [`dist/${name}.js`, `dist/${name}.d.ts`]),
      ...glob(`packages/${one.folder}/bin/*.ts`).map((path) => `dist/bin/${Path.basename(path, ".ts")}.js`)
    ])
  })

  it("has no word of its tests, its sources or their comments in its code", () => {
    for (const [path, text] of Object.entries(one.files).filter(([path]) => path.endsWith(".js"))) {
      assert.notMatch(text, /^\s*(?:\/\*\*|\/\/)|from "[^"]+\.ts"/m, path)
    }
  })

  it("depends on published versions, of its siblings on this one", () => {
    const { dependencies = {}, peerDependencies = {} } = one.manifest
    for (const [dependency, range] of Object.entries({ ...dependencies, ...peerDependencies })) {
      // What is stored is in a form that a minor version of effect may change.
      const isPinned = one.folder === "durable" && dependency === "effect"
      assert.match(range, isPinned ? /^~\d/ : /^\^\d/, dependency)
      if (dependency.startsWith("@effect-datadog/")) assert.strictEqual(range, `^${one.manifest.version}`)
    }
  })

  it("is what publint wants", async () => {
    const tarball = bytesOf(one)
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
    assert.deepStrictEqual(messages.map((message) => formatMessage(message, pkg, { color: false })), [])
  })

  it("has types that every ESM resolution finds, for every module", async () => {
    const entries = specifiersOf(one).map((specifier) => specifier.replace(name, "."))
    const args = [one.path, "--profile", "esm-only", "--format", "json", "--entrypoints", ...entries]
    const { code, errors, output } = await node(Path.dirname(one.path), attw, ...args)
    assert.strictEqual(code, 0, `${errors}${output}`)
    const { analysis } = JSON.parse(output)
    assert.sameMembers(Object.keys(analysis.entrypoints), entries)
  })
})

describe(command.manifest.name, () => {
  it("holds the bundle, its papers and nothing else, and depends on nothing", () => {
    const { files, manifest } = command
    const rest = Object.keys(files).filter((path) => !/^dist\/[\w-]+\.js$/.test(path))
    assert.sameMembers(rest, ["CHANGELOG.md", "LICENSE", "README.md", "dist/package.json", "package.json"])
    assert.isTrue(files["dist/bin.js"]?.startsWith("#!/usr/bin/env node\n"))
    assert.deepStrictEqual([manifest.dependencies, manifest.peerDependencies], [undefined, undefined])
    for (const [path, text] of Object.entries(files).filter(([path]) => path.endsWith(".js"))) {
      assert.notMatch(text, /(?:^|[;}])(?:import|export)\b[^"'();]*?(?:from)?"(?!node:|\.)/m, path)
    }
  })

  it(`has less than ${maxCommandBytes / 1000} kB, unpacked`, () => {
    assert.isBelow(command.unpackedSize, maxCommandBytes)
    assert.isAbove(command.unpackedSize, maxCommandBytes / 2)
  })

  it("is what publint wants", async () => {
    const tarball = bytesOf(command)
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
    assert.deepStrictEqual(messages.map((message) => formatMessage(message, pkg, { color: false })), [])
  })
})

describe("core and node", () => {
  it(`have less than ${maxUnpackedBytes / 1000} kB together, unpacked`, () => {
    const sizes = packages.filter(({ folder }) => ["core", "node"].includes(folder)).map(({ unpackedSize }) =>
      unpackedSize
    )
    assert.strictEqual(sizes.length, 2)
    assert.isBelow(sizes.reduce((sum, size) => sum + size, 0), maxUnpackedBytes)
  })
})

describe("publint", () => {
  it("would find a broken package", async () => {
    const manifest = { name: "a", version: "1.0.0", type: "module", exports: { ".": "./missing.js" } }
    const { messages } = await publint({
      pack: { files: [{ name: "/package.json", data: Buffer.from(JSON.stringify(manifest)) }] },
      pkgDir: "/"
    })
    assert.include(messages.map(({ code }) => code), "FILE_DOES_NOT_EXIST")
  })
})

describe("pnpm release", () => {
  const release = Path.join(root, "scripts/release.ts")

  it("shows with --dry-run what would be published, and sends nothing", async () => {
    let requests = 0
    const server = createServer((_, response) => {
      requests += 1
      response.end("{}")
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const registry = `http://127.0.0.1:${typeof address === "object" ? address?.port : address}/`
    const variables = { npm_config_registry: registry, NPM_CONFIG_REGISTRY: registry, pnpm_config_registry: registry }
    try {
      const { code, errors, output } = await runIn(
        variables,
        root,
        process.execPath,
        release,
        "--dry-run",
        "--no-build"
      )
      assert.strictEqual(code, 0, errors)
      for (const { files, manifest } of [...packages, command]) {
        assert.include(output, `${manifest.name} ${manifest.version}: ${manifest.description}\n`)
        for (const path of Object.keys(files)) assert.include(output, ` kB  ${path}\n`)
      }
      const count = packages.length + 1
      assert.match(
        output,
        new RegExp(`Would publish ${count} packages as \\d+\\.\\d+\\.\\d+\\. Nothing was sent\\.\n$`)
      )
      assert.strictEqual(requests, 0)
    } finally {
      server.close()
    }
  })

  it("publishes nothing where nobody can confirm it", async () => {
    const { code, errors, output } = await node(root, release)
    assert.strictEqual(code, 1)
    assert.strictEqual(errors, "publishing is confirmed by hand: there is no terminal\n")
    assert.strictEqual(output, "")
  })

  it("publishes nothing for a tag of another version", async () => {
    const { code, errors, output } = await node(root, release, "--tag", "v0.0.0")
    assert.strictEqual(code, 1)
    assert.match(errors, /^the tag v0\.0\.0 is not v\d+\.\d+\.\d+\n$/)
    assert.strictEqual(output, "")
  })

  it("publishes nothing that --no-build left unchecked, and knows no other option", async () => {
    assert.strictEqual((await node(root, release, "--no-build")).code, 1)
    assert.strictEqual((await node(root, release, "--dryrun")).code, 1)
  })
})

function bytesOf({ path }: Packed): ArrayBuffer {
  return new Uint8Array(Fs.readFileSync(path)).buffer
}
