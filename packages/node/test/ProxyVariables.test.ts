import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import { inspect } from "node:util"
import { closedPort, makeProxy, ofNode, once, statusOf, withProxies } from "./utils/sockets.ts"

const target = "https://api.nothing.invalid"

const ask = (variables: Record<string, string>, url = target) =>
  statusOf("x").pipe(
    Effect.provide(ofNode(url, { attemptTimeout: "1 second", ...once })),
    Effect.exit,
    withProxies(variables)
  )

const authorization = (seen: ReadonlyArray<string>): string => {
  const token = /"proxy-authorization":"Basic ([^"]+)"/.exec(seen[0] ?? "")?.[1]
  return token === undefined ? "" : Buffer.from(token, "base64").toString()
}

// What an exit says of itself, in every way.
const print = (exit: Exit.Exit<unknown, unknown>): string =>
  [
    inspect(exit, { depth: Infinity, showHidden: true }),
    JSON.stringify(exit),
    ...(Exit.isFailure(exit) ? [Cause.pretty(exit.cause), String(Cause.squash(exit.cause))] : [])
  ].join("\n")

describe("a proxy's variable", () => {
  const forms: Record<string, (port: string) => string> = {
    "a URL": (port) => `http://127.0.0.1:${port}`,
    "a URL with a slash at its end": (port) => `http://127.0.0.1:${port}/`,
    "a scheme in capitals": (port) => `HTTP://127.0.0.1:${port}`,
    "host and port without a scheme": (port) => `127.0.0.1:${port}`,
    "host and port with a slash": (port) => `localhost:${port}/`,
    "a line break at its end, as files have": (port) => `http://127.0.0.1:${port}\n`,
    "spaces around it": (port) => `  127.0.0.1:${port} `
  }

  for (const [form, value] of Object.entries(forms)) {
    it.live(`may be ${form}`, () =>
      Effect.gen(function*() {
        const proxy = yield* makeProxy()
        yield* ask({ HTTPS_PROXY: value(new URL(proxy.url).port) })
        assert.match(proxy.seen.join(), /^CONNECT api\.nothing\.invalid:443 [^]*$/)
        assert.strictEqual(authorization(proxy.seen), "")
      }))
  }

  const users: ReadonlyArray<readonly [typed: string, sent: string]> = [
    ["user:secret", "user:secret"],
    ["user:s3cret#pw", "user:s3cret#pw"],
    ["user:s3cret%23pw", "user:s3cret#pw"],
    ["user:p@ss@word", "user:p@ss@word"],
    ["user:p%40ss", "user:p@ss"],
    ["user:a/b?c", "user:a/b?c"],
    ["user:100%pw", "user:100%pw"],
    ["user:100%25pw", "user:100%pw"],
    ["user:a:b", "user:a:b"],
    ["user:ü", "user:ü"],
    ["user:%C3%BC", "user:ü"],
    ["user:[x]", "user:[x]"],
    ["DOMAIN\\user:secret", "DOMAIN\\user:secret"],
    ["user", "user:"],
    ["user:", "user:"],
    [":secret", ":secret"]
  ]

  for (const [typed, sent] of users) {
    for (const scheme of ["http://", ""]) {
      it.live(`may have the user ${typed}, after "${scheme}"`, () =>
        Effect.gen(function*() {
          const proxy = yield* makeProxy()
          const exit = yield* ask({ HTTPS_PROXY: `${scheme}${typed}@127.0.0.1:${new URL(proxy.url).port}` })
          assert.strictEqual(authorization(proxy.seen), sent)
          assert.notMatch(print(exit), /s3cret|p@ss|100%|DOMAIN/)
        }))
    }
  }

  for (
    const [set, used] of [
      [["https_proxy", "HTTPS_PROXY"], "https_proxy"],
      [["HTTPS_PROXY", "all_proxy"], "HTTPS_PROXY"],
      [["all_proxy", "ALL_PROXY"], "all_proxy"],
      [["ALL_PROXY", "HTTP_PROXY"], "ALL_PROXY"],
      [["ALL_PROXY"], "ALL_PROXY"],
      [["http_proxy", "HTTP_PROXY"], "http_proxy"]
    ] as const
  ) {
    it.live(`${used} decides where ${set.join(" and ")} are set`, () =>
      Effect.gen(function*() {
        const right = yield* makeProxy()
        const wrong = yield* makeProxy()
        yield* ask(Object.fromEntries(set.map((name) => [name, name === used ? right.url : wrong.url])))
        assert.deepStrictEqual([right.seen.length, wrong.seen.length], [1, 0])
      }))
  }

  for (const blank of ["", " ", "\n"]) {
    it.live(`is as good as not set where it is ${JSON.stringify(blank)}`, () =>
      Effect.gen(function*() {
        const proxy = yield* makeProxy()
        assert.include(print(yield* ask({ https_proxy: blank, HTTPS_PROXY: blank })), "ENOTFOUND")
        yield* ask({ https_proxy: blank, HTTPS_PROXY: proxy.url })
        assert.strictEqual(proxy.seen.length, 1)
      }), 15_000)
  }

  const refused = [
    "none",
    "true",
    "hunter2",
    "squid.corp",
    "socks5h://user:hunter2@127.0.0.1:1080",
    "socks5://127.0.0.1:1080",
    "socks4://127.0.0.1:1080",
    "ftp://127.0.0.1:21",
    "http://",
    "http:///",
    "http://:3128",
    "http://user:hunter2@",
    "http://user:hunter2@:3128",
    "http://user:hunter2@proxy.example:port",
    "http://user:hunter2@proxy.example:",
    "http://proxy.example:0",
    "http://proxy.example:65536",
    "http://proxy.example:999999",
    "http://proxy.example/hunter2.pac",
    "http://proxy.example:3128?key=hunter2",
    "http://proxy.example:3128#hunter2",
    "http://proxy .example:3128",
    "http:/proxy.example:3128",
    "http://[::1:3128",
    "http://[zz]:3128",
    "http://1.2.3.4.5:3128",
    "\"http://proxy.example:3128\"",
    "'proxy.example:3128'",
    "${PROXY}:3128",
    "<proxy>:3128",
    "http://a.example:1,http://b.example:2"
  ]

  refused.forEach((value, index) => {
    const name = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "http_proxy"][index % 4]!
    it.effect(`${name}=${value} is a ConfigError that names the variable and doesn't repeat it`, () =>
      Effect.gen(function*() {
        const exit = yield* ask({ [name]: value })
        assert.isTrue(Exit.isFailure(exit) && exit.cause.reasons.every(Cause.isFailReason), print(exit))
        const printed = print(exit)
        assert.include(printed, "ConfigError")
        assert.include(printed, "Expected an HTTP proxy")
        assert.include(printed, `at ["${name}"]`)
        assert.notInclude(printed, "hunter2")
        if (value.length > 8) assert.notInclude(printed, value)
      }))
  })

  it.live("is not looked at where another decides, or the host needs none", () =>
    Effect.gen(function*() {
      const proxy = yield* makeProxy()
      yield* ask({ HTTPS_PROXY: proxy.url, ALL_PROXY: "none", HTTP_PROXY: "none" })
      assert.strictEqual(proxy.seen.length, 1)
      assert.include(print(yield* ask({ HTTPS_PROXY: "none", NO_PROXY: "*" })), "ENOTFOUND")
      const port = yield* closedPort
      assert.include(print(yield* ask({ HTTPS_PROXY: "none" }, `http://127.0.0.1:${port}`)), "ECONNREFUSED")
    }), 15_000)
})

describe("NO_PROXY", () => {
  const isAsked = (url: string, variables: Record<string, string>) =>
    Effect.gen(function*() {
      const proxy = yield* makeProxy()
      yield* ask({ HTTPS_PROXY: proxy.url, ...variables }, url)
      return proxy.seen.length > 0
    })

  // Nothing answers at 192.0.2.x and 2001:db8::x (RFC 5737, RFC 3849), nor at .invalid.
  const excepted: ReadonlyArray<readonly [url: string, noProxy: string]> = [
    [target, "*"],
    [target, "other.example, *"],
    [target, "API.Nothing.Invalid"],
    [target, "api.nothing.invalid."],
    [target, "nothing.invalid:443"],
    [target, "*.nothing.invalid"],
    [target, "a.example b.example\tnothing.invalid"],
    [`${target}:8443`, "nothing.invalid:8443"],
    ["https://[2001:db8::1]", "2001:db8:0::1"],
    ["https://[2001:db8::1]:8443", "[2001:db8::1]:8443"],
    ["https://[2001:db8::1]", "2001:db8::/32"],
    ["https://192.0.2.7", "192.0.2.7"],
    ["https://192.0.2.7", "10.0.0.0/8,192.0.2.0/24"]
  ]

  for (const [url, noProxy] of excepted) {
    it.live(`${noProxy} leads to ${url} without the proxy`, () =>
      Effect.gen(function*() {
        assert.isFalse(yield* isAsked(url, { NO_PROXY: noProxy }))
      }), 15_000)
  }

  const proxied: ReadonlyArray<readonly [url: string, noProxy: string]> = [
    [target, ""],
    [target, ","],
    [target, "."],
    [target, "invalid.example"],
    [target, "thing.invalid"],
    [target, "nothing.invalid:8443"],
    ["https://nothing.invalid", "*.nothing.invalid"],
    ["https://192.0.2.7", "192.0.3.0/24"],
    ["https://192.0.2.7", "192.0.2.0/99"],
    ["https://192.0.2.7", "2001:db8::/32"],
    ["https://192.0.2.7", "192.0.2.0/x"]
  ]

  for (const [url, noProxy] of proxied) {
    it.live(`"${noProxy}" does not except ${url}`, () =>
      Effect.gen(function*() {
        assert.isTrue(yield* isAsked(url, { NO_PROXY: noProxy }))
      }))
  }

  it.live("gives way to no_proxy", () =>
    Effect.gen(function*() {
      assert.isTrue(yield* isAsked(target, { no_proxy: "other.example", NO_PROXY: "*" }))
      assert.isFalse(yield* isAsked(target, { no_proxy: " ", NO_PROXY: "*" }))
    }), 15_000)
})
