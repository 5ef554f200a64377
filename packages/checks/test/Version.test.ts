import { assert, describe, it } from "@effect/vitest"
import { createRequire } from "node:module"
import * as Path from "node:path"
import { version as commandVersion } from "../../cli/src/version.ts"
import { version } from "../../node/src/internal/http/version.ts"
import { glob, read, repositoryUrl, root } from "./utils/workspace.ts"

interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly keywords: ReadonlyArray<string>
  readonly license: string
  readonly homepage: string
  readonly bugs: { readonly url: string }
  readonly repository: { readonly type: string; readonly url: string; readonly directory?: string }
  readonly sideEffects: boolean
  readonly type: string
  readonly private?: boolean
  readonly engines: unknown
  readonly files: ReadonlyArray<string>
  readonly exports: Readonly<Record<string, string | null>>
  readonly publishConfig: { readonly bin?: Readonly<Record<string, string>>; readonly exports: Manifest["exports"] }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const published = ["core", "node", "testing", "render", "durable"]
const commands = ["cli"]
const require = createRequire(import.meta.url)
const manifestOf = (folder: string): Manifest => JSON.parse(read(`${folder}/package.json`))
const node = manifestOf("packages/node")
const catalog = catalogOf(read("pnpm-workspace.yaml"))

describe.each(published)("packages/%s", (name) => {
  const manifest = manifestOf(`packages/${name}`)

  it("has the version that all the packages have", () => {
    assert.match(manifest.version, /^\d+\.\d+\.\d+$/)
    assert.strictEqual(manifest.version, node.version)
  })

  it("says what it is, who may use it, and where it runs", () => {
    assert.match(manifest.description, /^(?=.*\bDatadog)[A-Z].*[^.]$/)
    assert.includeMembers([...manifest.keywords], ["effect", "datadog", "slo"])
    assert.strictEqual(manifest.license, "MIT")
    assert.deepStrictEqual(manifest.engines, manifestOf(".").engines)
    assert.strictEqual(manifest.type, "module")
    assert.isFalse(manifest.sideEffects)
    assert.isUndefined(manifest.private)
  })

  it("exports its modules and keeps its internals", () => {
    assert.deepStrictEqual(manifest.exports, {
      "./package.json": "./package.json",
      ".": "./src/index.ts",
      "./*": "./src/*.ts",
      // A command is run, not imported.
      ...(manifest.publishConfig.bin === undefined ? {} : { "./bin/*": null }),
      "./internal/*": null,
      "./index": null
    })
    const src = `packages/${name}/src/`
    for (const path of glob(`${src}**/*.ts`)) {
      const module = path.slice(src.length, -".ts".length)
      const specifier = `${manifest.name}/${module}`
      if (module === "index" || module.startsWith("internal/")) {
        assert.throws(() => require.resolve(specifier), /not defined by "exports"/)
      } else {
        assert.strictEqual(require.resolve(specifier), Path.join(root, path))
      }
    }
    assert.strictEqual(require.resolve(manifest.name), Path.join(root, src, "index.ts"))
  })

  it("exports the same from dist where it is published", () => {
    const built = Object.entries(manifest.exports).map(([key, target]) => [
      key,
      target?.replace("./src/", "./dist/").replace(/\.ts$/, ".js") ?? null
    ])
    assert.deepStrictEqual(manifest.publishConfig.exports, Object.fromEntries(built))
    // Without the sources, their maps and their comments in the code: core and node stay below 150 kB.
    assert.deepStrictEqual(manifest.files, [
      "dist/**/*.js",
      "dist/**/*.d.ts",
      "!dist/internal/**/*.d.ts",
      "CHANGELOG.md"
    ])
  })

  it("takes the consumer's Effect, of the major version that it is tested with", () => {
    assert.property(manifest.peerDependencies, "effect")
    assert.notProperty(manifest.dependencies ?? {}, "effect")
    for (const [peer, range] of Object.entries(manifest.peerDependencies ?? {})) {
      // What durable stores is in a form that a minor version of effect may change.
      const isPinned = manifest.name.endsWith("-durable") && peer === "effect"
      assert.match(range, isPinned ? /^~\d+\.\d+\.\d+$/ : /^\^\d+\.\d+\.\d+$/, peer)
      assert.strictEqual(range.slice(1).split(".")[0], catalog[peer]?.split(".")[0], peer)
    }
  })
})

describe("the packages", () => {
  it("move together from version to version", () => {
    const { fixed } = JSON.parse(read(".changeset/config.json"))
    assert.deepStrictEqual(fixed, [[...published, ...commands].map((name) => manifestOf(`packages/${name}`).name)])
  })

  it.each([...published, ...commands])("have a change log that begins with the present version: %s", (name) => {
    const { name: title, version } = manifestOf(`packages/${name}`)
    assert.isTrue(read(`packages/${name}/CHANGELOG.md`).startsWith(`# ${title}\n\n## ${version}\n`))
  })
})

describe("the first version", () => {
  const isPublished = !/\bnot published yet\b/.test(read("README.md"))
  const pending = glob(".changeset/*.md")
  const versions = [...read("packages/core/CHANGELOG.md").matchAll(/^## (\S+)$/gm)].map(([, version]) => version!)
  const since = new Set(
    glob("packages/{core,node,testing,render,durable,cli}/src/**/*.ts").flatMap((path) =>
      [...read(path).matchAll(/@since (\S+)$/gm)].map(([, version]) => version!)
    )
  )

  // Once it is published, changesets are what is right.
  it.skipIf(isPublished)("holds all that there is until it is published: nothing waits for a second one", () => {
    const message = "write into the 0.1.0 of each package's CHANGELOG.md, and delete the changeset"
    assert.deepStrictEqual(pending, [], message)
    assert.deepStrictEqual(versions, [node.version])
    assert.isTrue(read("packages/cli/README.md").includes("not published yet"))
  })

  // A version that changesets wait for has no number yet.
  it.skipIf(pending.length > 0)("is told wherever something is new, or a later one that there is", () => {
    assert.deepStrictEqual([...since].filter((version) => !versions.includes(version)), [])
    assert.isAbove(since.size, 0)
  })
})

describe.each([...published, ...commands])("packages/%s", (name) => {
  const { bugs, homepage, repository } = manifestOf(`packages/${name}`)

  it("says where it comes from and where to complain, as the workspace does", () => {
    const directory = `packages/${name}`
    const url = repositoryUrl()
    assert.deepStrictEqual(repository, { type: "git", url: `git+${url}.git`, directory })
    assert.deepStrictEqual(bugs, { url: `${url}/issues` })
    assert.strictEqual(homepage, `${url}/tree/main/${directory}#readme`)
  })
})

describe("packages/cli", () => {
  const manifest = manifestOf("packages/cli")

  it("has the version that all the packages have, and says it", () => {
    assert.strictEqual(manifest.version, node.version)
    assert.strictEqual(commandVersion, node.version)
  })

  it("says what it is, and needs nothing where it is published", () => {
    assert.match(manifest.description, /^(?=.*\bDatadog)[A-Z].*[^.]$/)
    assert.deepStrictEqual(manifest.engines, manifestOf(".").engines)
    assert.deepStrictEqual([manifest.dependencies, manifest.peerDependencies], [undefined, undefined])
  })
})

describe("the client's user agent", () => {
  it("has the package's version", () => {
    assert.strictEqual(version, node.version)
  })
})

describe("the catalog", () => {
  it("has exact versions", () => {
    assert.include(Object.keys(catalog), "effect")
    for (const [name, range] of Object.entries(catalog)) {
      assert.match(range, /^(npm:typescript@)?\d+\.\d+\.\d+(-[\w.]+)?$/, name)
    }
  })

  it("is where every package takes its versions from", () => {
    const packages = glob("packages/!(bench)/package.json").map((path) => Path.dirname(path))
    for (const path of [".", "examples", ...packages]) {
      const { dependencies, devDependencies } = manifestOf(path)
      for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies })) {
        assert.strictEqual(range, name.startsWith("@effect-datadog/") ? "workspace:^" : "catalog:", `${path} ${name}`)
      }
    }
  })
})

function catalogOf(yaml: string): Readonly<Record<string, string>> {
  const [, block = ""] = /^catalog:\n((?: {2}.*\n?)*)/m.exec(yaml) ?? []
  return Object.fromEntries(
    [...block.matchAll(/^ {2}"?([^":#]+)"?: *"?([^"\n]+?)"?$/gm)].map(([, name, range]) => [name, range])
  )
}
