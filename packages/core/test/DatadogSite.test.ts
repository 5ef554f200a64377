import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { DatadogSite } from "../src/index.ts"

const hosts = {
  "datadoghq.com": "https://api.datadoghq.com",
  "us3.datadoghq.com": "https://api.us3.datadoghq.com",
  "us5.datadoghq.com": "https://api.us5.datadoghq.com",
  "datadoghq.eu": "https://api.datadoghq.eu",
  "ap1.datadoghq.com": "https://api.ap1.datadoghq.com",
  "ap2.datadoghq.com": "https://api.ap2.datadoghq.com",
  "uk1.datadoghq.com": "https://api.uk1.datadoghq.com",
  "ddog-gov.com": "https://api.ddog-gov.com",
  "us2.ddog-gov.com": "https://api.us2.ddog-gov.com"
}

describe("DatadogSite", () => {
  describe("the known sites", () => {
    it("are the nine of Datadog's table", () => {
      assert.sameMembers([...DatadogSite.known], Object.keys(hosts))
      assert.strictEqual(DatadogSite.known.length, 9)
    })

    for (const [site, url] of Object.entries(hosts)) {
      it.effect(`${site} has the API at ${url}`, () =>
        Effect.gen(function*() {
          const decoded = yield* decode(site)
          assert.strictEqual(decoded, site)
          assert.strictEqual(DatadogSite.apiUrl(decoded), url)
        }))

      it.effect(`${site} is understood in every form that people copy`, () =>
        Effect.gen(function*() {
          for (const form of formsOf(site)) {
            assert.strictEqual(yield* decode(form), site, form)
          }
        }))
    }
  })

  describe("decoding forgives what people type", () => {
    const forgiven: ReadonlyArray<readonly [input: string, site: string]> = [
      ["https://app.datadoghq.eu/", "datadoghq.eu"],
      ["US3.datadoghq.com ", "us3.datadoghq.com"],
      ["app.datadoghq.com", "datadoghq.com"],
      ["api.us5.datadoghq.com", "us5.datadoghq.com"],
      ["https://us3.datadoghq.com/slo?x=1", "us3.datadoghq.com"],
      ["  APP.DATADOGHQ.COM\n", "datadoghq.com"],
      ["HTTPS://API.AP2.DATADOGHQ.COM/", "ap2.datadoghq.com"],
      ["http://datadoghq.com", "datadoghq.com"],
      ["datadoghq.com/", "datadoghq.com"],
      ["datadoghq.com.", "datadoghq.com"],
      ["https://app.ddog-gov.com/slo/manage#top", "ddog-gov.com"],
      ["https://app.datadoghq.com/account/login?next=%2Fslo", "datadoghq.com"]
    ]
    for (const [input, site] of forgiven) {
      it.effect(`${JSON.stringify(input)} is ${site}`, () =>
        Effect.gen(function*() {
          assert.strictEqual(yield* decode(input), site)
        }))
    }
  })

  describe("a region that is added tomorrow", () => {
    for (const site of ["eu2.datadoghq.eu", "us7.datadoghq.com", "us3.ddog-gov.com", "a.b.datadoghq.com"]) {
      it.effect(`${site} is accepted and has its own API host`, () =>
        Effect.gen(function*() {
          const decoded = yield* decode(site)
          assert.strictEqual(decoded, site)
          assert.strictEqual(DatadogSite.apiUrl(decoded), `https://api.${site}`)
        }))
    }
  })

  describe("what could send keys to a stranger is refused", () => {
    const refused = [
      "",
      " ",
      ".",
      "/",
      "https://",
      "https:///",
      "com",
      "datadoghq",
      "datadoghq.con",
      "datadoghq.co",
      "datadoghq.net",
      "datadog.com",
      "evil.example",
      "https://evil.example/",
      "datadoghq.com.evil.example",
      "app.datadoghq.com.evil.example",
      "datadoghq.com@evil.example",
      "https://datadoghq.com@evil.example/",
      "https://datadoghq.com:x@evil.example/",
      "evil.example/datadoghq.com",
      "evil.example/.datadoghq.com",
      "https://evil.example/datadoghq.com",
      "https://evil.example/@datadoghq.com",
      "evil.example#.datadoghq.com",
      "evil.example?.datadoghq.com",
      "evil.example?x=datadoghq.com",
      "evil.example\\.datadoghq.com",
      "evil.example;.datadoghq.com",
      "evil.example,datadoghq.com",
      "evil.example%2f.datadoghq.com",
      "evil.example%23.datadoghq.com",
      "evil.example .datadoghq.com",
      "evil.example\t.datadoghq.com",
      "evil.example\n.datadoghq.com",
      "evil.example\u{0}.datadoghq.com",
      "evil.example:80#.datadoghq.com",
      "evil.example:443.datadoghq.com",
      "datadoghq.com\nevil.example",
      "data doghq.com",
      "datadoghq.com:443",
      "datadoghq.com:8443",
      "https://datadoghq.com:443/",
      "us3.datadoghq.com:80",
      "datadoghq.com:evil",
      "xdatadoghq.com",
      "my-datadoghq.com",
      "notddog-gov.com",
      "xdatadoghq.eu",
      "datadoghq.eu.com",
      "ddog-gov.com.evil.example",
      "ddog-gov.eu",
      ".datadoghq.com",
      "us3..datadoghq.com",
      "datadoghq..com",
      "datadoghq。com",
      "us3。datadoghq.com",
      "datadoghq．com",
      "ｄatadoghq.com",
      "dаtadoghq.com",
      "evil。example．datadoghq.com",
      "datadoghq\u{200b}.com",
      "us3\u{ad}.datadoghq.com",
      "é.datadoghq.com",
      "*.datadoghq.com",
      "${SITE}.datadoghq.com",
      "<site>.datadoghq.com",
      "[::1].datadoghq.com",
      "127.0.0.1",
      "localhost",
      "javascript:datadoghq.com",
      "app.",
      "api.",
      "app.com"
    ]
    for (const input of refused) {
      it.effect(`${JSON.stringify(input)} is refused with the known sites`, () =>
        Effect.gen(function*() {
          const message = yield* refusal(input)
          for (const site of DatadogSite.known) {
            assert.include(tokensOf(message), site)
          }
        }))
    }

    for (const input of [undefined, null, 1, true, {}, [], ["datadoghq.com"], { toString: () => "datadoghq.com" }]) {
      it.effect(`a value that is no string is refused: ${JSON.stringify(input)}`, () =>
        Effect.gen(function*() {
          yield* refusal(input)
        }))
    }
  })

  describe("the hosts app. and api. are no sites", () => {
    for (const site of Object.keys(hosts)) {
      it(`so every site under ${site} is what its own text decodes to`, () => {
        for (const host of ["", "app.", "api.", "app.api.", "api.app.", "api.api."]) {
          const name = host + site
          if (Schema.is(DatadogSite.DatadogSite)(name)) {
            assert.strictEqual(Schema.decodeUnknownSync(DatadogSite.DatadogSite)(name), name)
          }
          const decoded = Schema.decodeUnknownOption(DatadogSite.DatadogSite)(name)
          if (decoded._tag === "Some") {
            assert.notMatch(decoded.value, /^(?:app|api)\./)
            assert.strictEqual(Schema.decodeUnknownSync(DatadogSite.DatadogSite)(decoded.value), decoded.value)
          }
        }
      })
    }
  })

  describe("the refusal names the nearest site", () => {
    const misspelt: ReadonlyArray<readonly [input: string, nearest: string]> = [
      ["datadoghq.con", "datadoghq.com"],
      ["https://app.datadoghq.con/", "datadoghq.com"],
      ["datadohq.com", "datadoghq.com"],
      ["datadohq.eu", "datadoghq.eu"],
      ["datadog.eu", "datadoghq.eu"],
      ["us3.datadoghq.con", "us3.datadoghq.com"],
      ["us5.datadog.com", "us5.datadoghq.com"],
      ["UK1.datadoghq.co", "uk1.datadoghq.com"],
      ["ddog-gov.co", "ddog-gov.com"],
      ["us2.ddoggov.com", "us2.ddog-gov.com"]
    ]
    for (const [input, nearest] of misspelt) {
      it.effect(`${input} is answered with ${nearest}`, () =>
        Effect.gen(function*() {
          const tokens = tokensOf(yield* refusal(input))
          const mentions = (site: string) => tokens.filter((token) => token === site).length
          for (const other of DatadogSite.known.filter((site) => site !== nearest)) {
            assert.isAbove(mentions(nearest), mentions(other), `${nearest} against ${other}`)
          }
        }))
    }
  })

  describe("a region's name is no site, and is answered with the site that it stands for", () => {
    const regions: ReadonlyArray<readonly [input: string, hint: string]> = [
      ["US1", "the region US1 is datadoghq.com"],
      ["US3", "the region US3 is us3.datadoghq.com"],
      ["us5", "the region US5 is us5.datadoghq.com"],
      [" Eu1 ", "the region EU1 is datadoghq.eu"],
      ["EU", "the region EU is datadoghq.eu"],
      ["AP1", "the region AP1 is ap1.datadoghq.com"],
      ["AP2", "the region AP2 is ap2.datadoghq.com"],
      ["UK1", "the region UK1 is uk1.datadoghq.com"],
      ["US1-FED", "the region US1-FED is ddog-gov.com"],
      ["us1_fed", "the region US1-FED is ddog-gov.com"],
      ["US2 FED", "the region US2-FED is us2.ddog-gov.com"],
      ["GOV", "the region GOV is ddog-gov.com"],
      ["https://US3/", "the region US3 is us3.datadoghq.com"]
    ]
    for (const [input, hint] of regions) {
      it.effect(`"${input}": ${hint}`, () =>
        Effect.gen(function*() {
          assert.include(yield* refusal(input), `Expected a Datadog site (${hint}); the known sites are`)
        }))
    }

    it.effect("which the properties that every object has are not", () =>
      Effect.gen(function*() {
        for (const input of ["constructor", "toString", "__proto__"]) {
          assert.notInclude(yield* refusal(input), "the region")
        }
      }))
  })

  it.effect("a text of a megabyte is refused within a second, with a short message", () =>
    Effect.gen(function*() {
      for (const piece of ["a", ".", "/", " ", "@", "app.", "https://"]) {
        const input = `${piece.repeat(1_000_000 / piece.length)}x`
        const start = Date.now()
        const message = yield* refusal(input)
        assert.isBelow(Date.now() - start, 1000, JSON.stringify(piece))
        assert.isBelow(message.length, 2000, JSON.stringify(piece))
      }
    }))

  const pieces = Arbitrary.array(
    Arbitrary.schema(Schema.Literals([
      "datadoghq.com",
      "datadoghq.eu",
      "ddog-gov.com",
      "us3.",
      "US5.",
      "app.",
      "api.",
      "https://",
      "//",
      "evil.example",
      "evil",
      ".",
      "@",
      "/",
      "\\",
      "?",
      "#",
      ":",
      "443",
      "%2f",
      " ",
      "\t",
      "\n",
      "。",
      "-"
    ])),
    { maxLength: 6 }
  )

  it.prop("nothing is accepted but a host name under Datadog's three domains", { pieces }, ({ pieces }) => {
    const decoded = Schema.decodeUnknownOption(DatadogSite.DatadogSite)(pieces.join(""))
    if (decoded._tag === "Some") {
      assert.match(decoded.value, /^(?:[a-z0-9-]+\.)*(?:datadoghq\.com|datadoghq\.eu|ddog-gov\.com)$/)
      assert.strictEqual(DatadogSite.apiUrl(decoded.value), `https://api.${decoded.value}`)
      assert.notMatch(decoded.value, /^(?:app|api)\./)
    }
  }, { arbitrary: { runs: 2000 } })

  it.effect.prop(
    "any string is decoded or refused, never a defect",
    { input: Schema.String },
    ({ input }) =>
      Effect.exit(decode(input)).pipe(
        Effect.map((exit) => exit._tag === "Success" || exit.cause.reasons.every((reason) => reason._tag === "Fail"))
      )
  )
})

const decode = Schema.decodeUnknownEffect(DatadogSite.DatadogSite)

const refusal = (input: unknown) => Effect.map(Effect.flip(decode(input)), (error) => error.message)

const tokensOf = (message: string): ReadonlyArray<string> => message.match(/[a-z0-9-]+(?:\.[a-z0-9-]+)+/g) ?? []

const formsOf = (site: string): ReadonlyArray<string> => [
  site,
  site.toUpperCase(),
  ` ${site} `,
  `${site}/`,
  `${site}.`,
  `app.${site}`,
  `api.${site}`,
  `https://${site}`,
  `https://${site}/`,
  `https://app.${site}/slo?tab=list#x`,
  `https://api.${site}/api/v2/slo/report`
]
