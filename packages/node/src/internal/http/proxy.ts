/**
 * Which proxy leads to a URL: what the environment's variables say, read as curl reads them.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Net from "node:net"

/** @internal */
export interface Proxy {
  readonly uri: string
  /** The value of `Proxy-Authorization`. */
  readonly token?: string
}

// The first that is set decides. curl has no fallback to HTTP_PROXY; undici has.
const proxyVariables = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy", "HTTP_PROXY"]

const exceptionVariables = ["no_proxy", "NO_PROXY"]

/**
 * Of an https URL; `undefined` where it is reached without one.
 *
 * @internal
 */
export const of = Effect.fnUntraced(function*(
  url: string
): Effect.fn.Return<Proxy | undefined, Config.ConfigError> {
  const exceptions = yield* firstOf(exceptionVariables, Schema.Trim)
  if (exceptions !== undefined && isException(new URL(url), exceptions)) return undefined
  const value = yield* firstOf(proxyVariables, ProxyText)
  return value === undefined ? undefined : parse(value)
})

const firstOf = Effect.fnUntraced(function*(
  names: ReadonlyArray<string>,
  schema: Schema.Codec<string>
): Effect.fn.Return<string | undefined, Config.ConfigError> {
  const environment = ConfigProvider.fromEnv()
  for (const name of names) {
    const value = yield* Config.option(Config.schema(schema, name)).parse(environment)
    if (Option.isSome(value) && value.value !== "") return value.value
  }
  return undefined
})

// A password may have an `@`, a `/` or a `#` in it, encoded or not: the host begins after the last `@`.
const parts = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:(.*)@)?(\[[0-9a-f:.]+\]|[\p{L}\p{N}._-]+)(?::(\d{1,5}))?\/*$/isu

const parse = (text: string): Proxy | undefined => {
  const [, scheme, userInfo, host = "", port] = parts.exec(text) ?? []
  if (scheme === undefined && port === undefined) return undefined
  const uri = `${scheme?.toLowerCase() ?? "http"}://${host}${port === undefined ? "" : `:${port}`}`
  if (!/^https?:/.test(uri) || !URL.canParse(uri) || port === "0") return undefined
  return userInfo === undefined ? { uri } : { uri, token: `Basic ${credentials(userInfo)}` }
}

const credentials = (userInfo: string): string => {
  const [, user = "", password = ""] = /^([^:]*):?(.*)$/s.exec(userInfo) ?? []
  return Buffer.from(`${decode(user)}:${decode(password)}`).toString("base64")
}

// A `%` that begins no escape is one.
const decode = (text: string): string =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => Buffer.from(escapes.replaceAll("%", ""), "hex").toString())

const ProxyText = Schema.Trim.check(Schema.makeFilter((text) =>
  text === "" || parse(text) !== undefined
    ? undefined
    : "Expected an HTTP proxy and its port, such as http://user:password@proxy.example:3128 or proxy.example:3128; " +
      "other kinds, such as SOCKS, are not supported"
))

const isException = (url: URL, exceptions: string): boolean => {
  const host = bare(url.hostname)
  const port = url.port === "" ? "443" : url.port
  return exceptions.split(/[\s,]+/).some((exception) => {
    const [, name = exception, ofPort = port] = /^(\[.+\]|[^:]+):(\d+)$/.exec(exception) ?? []
    return ofPort === port && (name === "*" || isWithin(host, bare(name)) || isInSubnet(host, bare(name)))
  })
}

const bare = (host: string): string => host.toLowerCase().replace(/^\[(.+)\]$/, "$1").replace(/\.$/, "")

// `.example` is example with all below, as is `example`; `*.example` is only what is below.
const isWithin = (host: string, name: string): boolean => {
  const domain = name.replace(/^\*?\./, "")
  return domain !== "" && (host.endsWith(`.${domain}`) || (host === domain && !name.startsWith("*")))
}

const isInSubnet = (host: string, name: string): boolean => {
  const [, address = "", prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(name) ?? []
  const version = Net.isIP(address)
  const bits = version === 4 ? 32 : 128
  const length = Number(prefix ?? bits)
  if (version === 0 || version !== Net.isIP(host) || length > bits) return false
  const family = version === 4 ? "ipv4" : "ipv6"
  const subnet = new Net.BlockList()
  subnet.addSubnet(address, length, family)
  return subnet.check(host, family)
}
