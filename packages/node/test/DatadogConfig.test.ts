import { DatadogSite } from "@effect-datadog/slo-report"
import { Credentials, FakeDatadog, Fault } from "@effect-datadog/slo-report-testing"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Config, ConfigProvider, Effect, Exit, Layer, Option, Redacted, Schema } from "effect"
import { HttpClient } from "effect/http"
import { inspect } from "node:util"
import { DatadogConfig, RetryPolicy, SloReportClient } from "../src/index.ts"
import { addReport, call, getStatus, inject, reportId, requests } from "./utils/client.ts"

type Environment = Readonly<Record<string, string>>

const { accessToken, apiKey, applicationKey } = Credentials.standard

const keys: Environment = { DD_API_KEY: apiKey, DD_APP_KEY: applicationKey }

const withEnvironment = (environment: Environment) =>
  ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...environment }))

const read = (environment: Environment): Exit.Exit<DatadogConfig.DatadogConfig, Config.ConfigError> =>
  Effect.runSyncExit(
    Effect.provide(
      Effect.gen(function*() {
        return yield* DatadogConfig.config
      }),
      withEnvironment(environment)
    )
  )

const accepted = (environment: Environment): DatadogConfig.DatadogConfig => {
  const exit = read(environment)
  if (Exit.isFailure(exit)) throw new Error(`refused: ${Cause.pretty(exit.cause)}`)
  return exit.value
}

const refused = (environment: Environment): Config.ConfigError => {
  const exit = read(environment)
  assert.isTrue(Exit.isFailure(exit), "refused")
  const error = Option.getOrThrow(Exit.isFailure(exit) ? Cause.findErrorOption(exit.cause) : Option.none())
  assert.strictEqual(error._tag, "ConfigError")
  return error
}

const secretsOf = ({ credentials }: DatadogConfig.DatadogConfig): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(credentials).map(([name, secret]) => [name, Redacted.value(secret)]))

// The layer of an environment over the fake; rate limits and retries don't matter here.
const configured = (environment: Environment, options?: SloReportClient.ClientOptions) =>
  SloReportClient.layerConfig({ retry: RetryPolicy.none, ...options }).pipe(
    Layer.provide(withEnvironment(environment)),
    Layer.provideMerge(FakeDatadog.layerMemory({ rateLimit: false }))
  )

describe("DD_SITE", () => {
  it("is datadoghq.com where it is not set, or empty", () => {
    assert.strictEqual(accepted(keys).site, "datadoghq.com")
    assert.strictEqual(accepted({ ...keys, DD_SITE: "" }).site, "datadoghq.com")
  })

  const hosts = [
    ["datadoghq.com", "api.datadoghq.com"],
    ["us3.datadoghq.com", "api.us3.datadoghq.com"],
    ["us5.datadoghq.com", "api.us5.datadoghq.com"],
    ["datadoghq.eu", "api.datadoghq.eu"],
    ["ap1.datadoghq.com", "api.ap1.datadoghq.com"],
    ["ap2.datadoghq.com", "api.ap2.datadoghq.com"],
    ["uk1.datadoghq.com", "api.uk1.datadoghq.com"],
    ["ddog-gov.com", "api.ddog-gov.com"],
    ["us2.ddog-gov.com", "api.us2.ddog-gov.com"],
    ["https://app.datadoghq.eu/", "api.datadoghq.eu"],
    ["US3.datadoghq.com ", "api.us3.datadoghq.com"],
    ["app.datadoghq.com", "api.datadoghq.com"],
    ["https://api.us5.datadoghq.com/api/v2", "api.us5.datadoghq.com"],
    ["us9.datadoghq.com", "api.us9.datadoghq.com"]
  ] as const

  for (const [typed, host] of hosts) {
    it.effect(`"${typed}" sends requests to https://${host}`, () =>
      Effect.gen(function*() {
        yield* addReport
        yield* getStatus()
        assert.strictEqual(new URL((yield* requests)[0]!.url).origin, `https://${host}`)
      }).pipe(Effect.provide(configured({ ...keys, DD_SITE: typed }))))
  }

  for (
    const [typed, hint] of [
      ["datadoghq.con", "datadoghq.com"],
      ["us3.datadoghq.con", "us3.datadoghq.com"],
      ["evil.example", "datadoghq.eu"],
      ["datadoghq.com.evil.example", "datadoghq.com"],
      ["evildatadoghq.com", "datadoghq.com"],
      ["datadoghq.com@evil.example", "datadoghq.com"],
      ["https://datadoghq.com:8443@evil.example/", "datadoghq.com"],
      [" ", "datadoghq.com"]
    ] as const
  ) {
    it(`"${typed}" is refused with the variable's name and the sites`, () => {
      const { message } = refused({ ...keys, DD_SITE: typed })
      assert.include(message, "DD_SITE")
      assert.include(message, hint)
      for (const site of DatadogSite.known) assert.include(message, site)
    })
  }
})

describe("DATADOG_SITE and DATADOG_HOST, which other clients read", () => {
  for (
    const [other, set] of [
      [{ DATADOG_SITE: "datadoghq.eu" }, "DD_SITE"],
      [{ DATADOG_SITE: "https://app.us5.datadoghq.com" }, "DD_SITE"],
      [{ DATADOG_SITE: "EU" }, "DD_SITE"],
      [{ DATADOG_HOST: "https://api.datadoghq.eu" }, "DD_HOST"],
      [{ DATADOG_HOST: "https://proxy.internal" }, "DD_HOST"]
    ] as const
  ) {
    const [[name, value]] = Object.entries(other) as [[string, string]]
    it(`are an error where they name another site, and nothing of ours is set: ${name}=${value}`, () => {
      const { message } = refused({ ...keys, ...other })
      assert.include(message, `${name} is set, but not read. Set ${set} to the same, or DD_SITE to datadoghq.com`)
      assert.include(message, `at ["${name}"]`)
      assert.notInclude(message, value)
    })

    for (const ours of [{ DD_SITE: "us3.datadoghq.com" }, { DD_HOST: "https://api.us3.datadoghq.com" }]) {
      it(`are not looked at where ${Object.keys(ours).join()} is set: ${name}=${value}`, () => {
        const { apiUrl, site } = accepted({ ...keys, ...other, ...ours })
        assert.strictEqual(apiUrl ?? DatadogSite.apiUrl(site), "https://api.us3.datadoghq.com")
      })
    }
  }

  for (
    const same of [
      { DATADOG_SITE: "" },
      { DATADOG_SITE: " " },
      { DATADOG_SITE: "datadoghq.com" },
      { DATADOG_SITE: "https://app.datadoghq.com/" },
      { DATADOG_HOST: "https://api.datadoghq.com/" }
    ]
  ) {
    it(`do no harm where they name the default, or nothing: ${JSON.stringify(same)}`, () => {
      assert.strictEqual(accepted({ ...keys, ...same }).site, "datadoghq.com")
    })
  }
})

describe("DD_HOST", () => {
  it("is not set by default", () => assert.isUndefined(accepted(keys).apiUrl))

  it("is as good as not set where it is empty", () => assert.isUndefined(accepted({ ...keys, DD_HOST: "" }).apiUrl))

  const path = `/api/v2/slo/report/${reportId}/status`

  for (
    const [typed, base] of [
      ["https://api.us3.datadoghq.com", "https://api.us3.datadoghq.com"],
      ["https://api.us3.datadoghq.com/", "https://api.us3.datadoghq.com"],
      [" https://api.us3.datadoghq.com//\n", "https://api.us3.datadoghq.com"],
      ["https://proxy.internal:8443/datadog", "https://proxy.internal:8443/datadog"],
      ["https://proxy.internal:8443/datadog/", "https://proxy.internal:8443/datadog"],
      ["http://localhost:8126", "http://localhost:8126"],
      ["http://LOCALHOST:8126/", "http://localhost:8126"],
      ["http://127.0.0.1:8126", "http://127.0.0.1:8126"],
      ["http://127.255.3.9", "http://127.255.3.9"],
      ["https://api.us3.datadoghq.com/api/v2", "https://api.us3.datadoghq.com"],
      ["https://api.us3.datadoghq.com//api/v1//", "https://api.us3.datadoghq.com"],
      ["https://proxy.internal/datadog/API/v2/", "https://proxy.internal/datadog"],
      ["https://proxy.internal/api", "https://proxy.internal/api"],
      ["https://proxy.internal/api/v2x", "https://proxy.internal/api/v2x"],
      ["http://[::1]:8126", "http://[::1]:8126"]
    ] as const
  ) {
    it.effect(`${JSON.stringify(typed)} takes the place of the site's URL`, () =>
      Effect.gen(function*() {
        yield* getStatus().pipe(Effect.ignore)
        assert.strictEqual(new URL((yield* requests)[0]!.url).href, base + path)
      }).pipe(Effect.provide(configured({ ...keys, DD_SITE: "datadoghq.eu", DD_HOST: typed }))))
  }

  for (
    const typed of [
      "http://evil.example",
      "http://api.datadoghq.com",
      "HTTP://api.datadoghq.com",
      "http://localhost.evil.example",
      "http://127.0.0.1.evil.example",
      "http://127.0.0.1@evil.example",
      "http://evil.example#@localhost",
      "http://evil.example/localhost",
      "http://0.0.0.0:8126",
      "http://10.0.0.1",
      "http://192.168.0.1",
      "http://[::]",
      "http://[::ffff:10.0.0.1]",
      "ftp://localhost",
      "ws://localhost",
      "file:///etc/passwd",
      "javascript:alert(1)",
      "data:text/plain,x",
      "api.datadoghq.com",
      "//api.datadoghq.com",
      "localhost:8126",
      "https://",
      "https://api.datadoghq.com/api/v2/api/v2",
      "https://user@api.datadoghq.com",
      "https://user:hunter2@api.datadoghq.com",
      "https://:hunter2@api.datadoghq.com",
      "https://api.datadoghq.com?key=hunter2",
      "https://api.datadoghq.com/?",
      "https://api.datadoghq.com?",
      "https://api.datadoghq.com/#hunter2",
      "https://api.datadoghq.com/#",
      "  ",
      "not a url"
    ]
  ) {
    it(`${JSON.stringify(typed)} is refused with the variable's name, and isn't repeated`, () => {
      const error = refused({ ...keys, DD_HOST: typed })
      assert.include(error.message, "DD_HOST")
      assert.include(error.message, "URL")
      assert.notInclude(inspect(error, { depth: Infinity, showHidden: true }) + error.message, "hunter2")
    })
  }

  it.effect("sends nothing and builds no client where it is refused", () =>
    Effect.gen(function*() {
      const sent: Array<string> = []
      const spy = HttpClient.make((request) => {
        sent.push(request.url)
        return Effect.never
      })
      const layer = SloReportClient.layerConfig().pipe(
        Layer.provide(withEnvironment({ ...keys, DD_HOST: "http://evil.example" })),
        Layer.provide(Layer.succeed(HttpClient.HttpClient, spy))
      )
      const error = yield* Effect.flip(Effect.provide(getStatus(), layer))
      assert.strictEqual(error._tag, "ConfigError")
      assert.deepStrictEqual(sent, [])
    }))

  it("as a schema accepts what it made, unchanged", () => {
    for (const url of ["https://api.datadoghq.com", "http://127.0.0.1:8126/x"]) {
      const decoded = Schema.decodeSync(DatadogConfig.ApiUrl)(` ${url}/ `)
      assert.strictEqual(decoded, url)
      assert.strictEqual(Schema.encodeSync(DatadogConfig.ApiUrl)(decoded), url)
      assert.strictEqual(DatadogConfig.ApiUrl.make(url), decoded)
    }
    assert.throws(() => DatadogConfig.ApiUrl.make("http://evil.example"))
    assert.throws(() => DatadogConfig.ApiUrl.make("https://api.datadoghq.com/api/v2"))
  })

  it("is read within a second where it is a hundred thousand characters long", () => {
    for (const piece of ["/", "/api", "/api/v2"]) {
      const typed = `https://api.datadoghq.com${piece.repeat(100_000 / piece.length)}x`
      const begun = performance.now()
      accepted({ ...keys, DD_HOST: typed })
      assert.isBelow(performance.now() - begun, 1000, piece)
    }
  })
})

describe("the keys", () => {
  for (
    const [given, missing] of [[{}, "DD_API_KEY"], [{ DD_API_KEY: "" }, "DD_API_KEY"], [
      { DD_API_KEY: "abc" },
      "DD_APP_KEY"
    ]] as const
  ) {
    it(`of ${JSON.stringify(given)} lack ${missing}, which the error names`, () => {
      assert.include(refused(given).message, missing)
    })
  }

  for (
    const [given, missing, hint] of [
      [{}, "DD_API_KEY", ""],
      [{ DD_API_KEY: apiKey }, "DD_APP_KEY", ""],
      [
        { DATADOG_API_KEY: "c0ffee", DATADOG_APP_KEY: "c0ffee" },
        "DD_API_KEY",
        " (not read: DATADOG_API_KEY, DATADOG_APP_KEY)"
      ],
      [{ DD_API_KEY: apiKey, DD_APPLICATION_KEY: "c0ffee" }, "DD_APP_KEY", " (not read: DD_APPLICATION_KEY)"],
      [{ DD_APIKEY: "c0ffee" }, "DD_API_KEY", " (not read: DD_APIKEY)"],
      [{ DATADOG_ACCESS_TOKEN: "c0ffee" }, "DD_API_KEY", " (not read: DATADOG_ACCESS_TOKEN)"],
      [{ DD_BEARER_TOKEN: "c0ffee", DATADOG_API_KEY: " " }, "DD_API_KEY", " (not read: DD_BEARER_TOKEN)"]
    ] as const
  ) {
    it(`that are missing are told with what to set${hint}: ${Object.keys(given).join()}`, () => {
      const error = refused(given)
      assert.strictEqual(
        error.cause.message,
        `${missing} is not set. Set DD_API_KEY and DD_APP_KEY, or DD_ACCESS_TOKEN${hint}\n  at ["${missing}"]`
      )
      assert.notInclude(inspect(error, { depth: Infinity, showHidden: true }), "c0ffee")
    })
  }

  it("that are missing can be done without, by what an application falls back to", () => {
    const provider = ConfigProvider.fromEnvRecord({ DATADOG_API_KEY: apiKey })
    assert.isTrue(Option.isNone(Effect.runSync(Config.option(DatadogConfig.config).parse(provider))))
  })

  for (const nothing of ["undefined", "null"]) {
    it(`that are the word "${nothing}", which programs make of nothing, are refused`, () => {
      assert.include(refused({ ...keys, DD_APP_KEY: nothing }).message, "DD_APP_KEY")
    })
  }

  it("and tokens may have all letters that a bearer token has", () => {
    const token = "eyJhbGciOiJIUzI1NiJ9.e30.Et9H_F-t~V/x+y=="
    assert.deepStrictEqual(secretsOf(accepted({ DD_ACCESS_TOKEN: token })), { accessToken: token })
  })

  it("lack DD_API_KEY where only the application key is given", () => {
    assert.include(refused({ DD_APP_KEY: applicationKey }).message, "DD_API_KEY")
  })

  it("may end in a newline, as files do", () => {
    const config = accepted({ DD_API_KEY: `${apiKey}\n`, DD_APP_KEY: ` ${applicationKey}\r\n` })
    assert.deepStrictEqual(secretsOf(config), { apiKey, appKey: applicationKey })
  })

  for (const variable of ["DD_API_KEY", "DD_APP_KEY", "DD_ACCESS_TOKEN"]) {
    for (
      const [slip, value] of Object.entries({
        "a newline inside": "c0ffee\nc0ffee",
        "a carriage return inside": "c0ffee\r\nx-evil: c0ffee",
        "a space inside": "c0ffee c0ffee",
        "a tab inside": "c0ffee\tc0ffee",
        "a zero inside": "c0ffee\0c0ffee",
        "an umlaut": "c0ffeeäc0ffee",
        "a zero-width space": "c0ffee\u200bc0ffee",
        "a name before it": "DD_API_KEY = c0ffee",
        "a name before it, without spaces": "DD_API_KEY=c0ffee",
        "quotes around it": "\"c0ffee\"",
        "single quotes around it": "'c0ffee'",
        "quotes and a newline": "\"c0ffee\"\n",
        "a quote at its end": "c0ffee'",
        "typographic quotes": "“c0ffee”",
        "a template of the shell": "${c0ffee}",
        "a template without braces": "$c0ffee",
        "a command of the shell": "$(cat c0ffee)",
        "a template of GitHub's": "${{ secrets.c0ffee }}",
        "a template of Helm's": "{{.Values.c0ffee}}",
        "a template of Windows": "%c0ffee%",
        "a placeholder": "<c0ffee>",
        "a secret that the Agent would resolve": "ENC[c0ffee]",
        "a reference into a vault": "op://c0ffee/key",
        "the name of a secret": "arn:aws:secretsmanager:c0ffee",
        "Bearer before it": "Bearer c0ffee",
        "a comma": "c0ffee,c0ffee"
      })
    ) {
      it(`${variable} with ${slip} is refused by name, and isn't printed`, () => {
        const environment = { ...keys, [variable]: value }
        const error = refused(environment)
        assert.include(error.message, variable)
        const exit = read(environment)
        const printed = [
          String(error),
          error.message,
          JSON.stringify(error),
          inspect(error, { depth: Infinity, showHidden: true }),
          inspect(exit, { depth: Infinity, showHidden: true }),
          JSON.stringify(exit),
          Exit.isFailure(exit) ? Cause.pretty(exit.cause) : ""
        ]
        for (const text of printed) assert.notInclude(text, "c0ffee")
      })
    }
  }

  it.effect("are sent as exactly their two headers", () =>
    Effect.gen(function*() {
      yield* addReport
      yield* getStatus()
      const { headers } = (yield* requests)[0]!
      assert.strictEqual(headers["dd-api-key"], apiKey)
      assert.strictEqual(headers["dd-application-key"], applicationKey)
      assert.notProperty(headers, "authorization")
      assert.deepStrictEqual(
        Object.keys(headers).filter((name) =>
          headers[name]!.includes(apiKey) || headers[name]!.includes(applicationKey)
        ),
        ["dd-api-key", "dd-application-key"]
      )
    }).pipe(Effect.provide(configured(keys))))
})

describe("DD_ACCESS_TOKEN", () => {
  it("wins alone, also where a key is missing or malformed", () => {
    for (const others of [{}, keys, { DD_API_KEY: apiKey }, { DD_API_KEY: "with a space" }]) {
      assert.deepStrictEqual(secretsOf(accepted({ ...others, DD_ACCESS_TOKEN: `${accessToken}\n` })), { accessToken })
    }
  })

  it("is as good as not set where it is empty", () => {
    assert.deepStrictEqual(secretsOf(accepted({ ...keys, DD_ACCESS_TOKEN: "" })), { apiKey, appKey: applicationKey })
  })

  it("is not replaced by the keys where it is malformed", () => {
    assert.include(refused({ ...keys, DD_ACCESS_TOKEN: "two words" }).message, "DD_ACCESS_TOKEN")
  })

  it.effect("is sent alone, as a bearer token", () =>
    Effect.gen(function*() {
      yield* addReport
      yield* getStatus()
      const { headers } = (yield* requests)[0]!
      assert.strictEqual(headers["authorization"], `Bearer ${accessToken}`)
      assert.notProperty(headers, "dd-api-key")
      assert.notProperty(headers, "dd-application-key")
    }).pipe(Effect.provide(configured({ ...keys, DD_ACCESS_TOKEN: accessToken }))))
})

describe("layerConfig", () => {
  it.effect("takes the client's options", () =>
    Effect.gen(function*() {
      yield* inject(Fault.status(503), 2)
      yield* call()
      assert.strictEqual((yield* requests).length, 2)
    }).pipe(Effect.provide(configured(keys, { retry: RetryPolicy.make({ times: 1 }) }))))

  it.effect("does without options", () =>
    Effect.gen(function*() {
      yield* addReport
      yield* getStatus()
    }).pipe(Effect.provide(
      SloReportClient.layerConfig().pipe(
        Layer.provide(withEnvironment(keys)),
        Layer.provideMerge(FakeDatadog.layerMemory())
      )
    )))

  it.effect("reads through any ConfigProvider, nested ones too", () =>
    Effect.gen(function*() {
      const provider = ConfigProvider.fromUnknown({ datadog: { ...keys, DD_SITE: "datadoghq.eu" } }).pipe(
        ConfigProvider.nested("datadog")
      )
      const config = yield* Effect.provide(
        Effect.gen(function*() {
          return yield* DatadogConfig.config
        }),
        ConfigProvider.layer(provider)
      )
      assert.strictEqual(config.site, "datadoghq.eu")
      assert.deepStrictEqual(secretsOf(config), { apiKey, appKey: applicationKey })
    }))
})
