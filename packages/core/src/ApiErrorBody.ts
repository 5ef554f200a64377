/**
 * The bodies of Datadog's error answers, brought to one form.
 *
 * Datadog documents `{"errors": ["text"]}` and sends at least six other forms: JSON:API objects, an edge
 * proxy's status object, a single `error` object, a map of errors, HTML pages and nothing at all.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

const text = Schema.optionalKey(Schema.String)

/**
 * One error of a JSON:API answer, as Datadog sent it.
 *
 * **Details**
 *
 * Every member may be absent. `status` and `code` are texts; `source` names the part of the request that
 * is wrong. Texts longer than 500 characters are cut.
 *
 * @category models
 * @since 0.1.0
 */
export class ApiErrorDetail extends Schema.Class<ApiErrorDetail>("@effect-datadog/slo-report/ApiErrorDetail")({
  title: text,
  detail: text,
  status: text,
  code: text,
  id: text,
  source: Schema.optionalKey(Schema.Struct({ pointer: text, parameter: text, header: text }))
}) {}

/**
 * What an error answer said: its messages for people, and its details where they were structured.
 *
 * **Details**
 *
 * `messages` are single lines of at most 500 characters, at most 32 of them; control characters and the
 * tags of HTML are replaced by spaces. `details` holds the JSON:API objects, at most 32.
 *
 * @category models
 * @since 0.1.0
 */
export class ApiErrorBody extends Schema.Class<ApiErrorBody>("@effect-datadog/slo-report/ApiErrorBody")({
  messages: Schema.Array(Schema.String),
  details: Schema.Array(ApiErrorDetail)
}) {}

/**
 * Reads the text of any error answer.
 *
 * **Details**
 *
 * Total: no text makes it fail. An empty body has no messages, an HTML page gives its title, a text that
 * is not JSON gives itself.
 *
 * **Example** (Two families of bodies)
 *
 * ```ts
 * import { ApiErrorBody } from "@effect-datadog/slo-report"
 *
 * ApiErrorBody.fromText(`{"errors": ["Forbidden"]}`).messages // => ["Forbidden"]
 * ApiErrorBody.fromText("<html><title>502 Bad Gateway</title></html>").messages // => ["an HTML page: 502 Bad Gateway"]
 * ```
 *
 * @param body the body's text, of any length and any content type
 * @category constructors
 * @since 0.1.0
 */
export const fromText = (body: string): ApiErrorBody => {
  const parts = read(body.trim())
  return new ApiErrorBody({
    messages: parts.map((part) => clean(part.message)).filter((message) => message !== "").slice(0, maxEntries),
    details: parts.flatMap((part) => part.detail ?? []).slice(0, maxEntries)
  })
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

// Bounds of the normal form, so that an error stays printable however large its body was.
const maxEntries = 32
const maxLength = 500

interface Part {
  readonly message: string
  readonly detail?: ApiErrorDetail
}

const clean = (message: string): string =>
  message.slice(0, maxLength).replace(/[\s\p{C}]+/gu, " ").replace(tag, " ").replace(/ {2,}/g, " ").trim()

// Known names only: a message may speak of `<service>`.
const tag =
  /<(?:\/?(?:html|head|body|title|meta|link|style|script|div|span|p|br|hr|h[1-6]|b|i|a|em|strong|center|pre|code|ul|ol|li|table|tr|td|th|img|font)\b|!doctype|!--)[^<>]*>?/gi

const parseJson = Option.liftThrowable((body: string): unknown => JSON.parse(body))

const read = (body: string): ReadonlyArray<Part> =>
  /^[\s\p{C}]*</u.test(body)
    ? [{ message: pageTitle(body) }]
    : Option.match(parseJson(body), { onNone: () => [{ message: body }], onSome: fromJson })

const pageTitle = (page: string): string => {
  const heading = /<(title|h1)[^>]{0,200}>([^<]{1,1000})/i.exec(page)?.[2] ?? ""
  return clean(heading) === "" ? "an HTML page" : `an HTML page: ${heading.trim()}`
}

const fromJson = (json: unknown): ReadonlyArray<Part> => {
  if (!Predicate.isObject(json)) return fromEntries(json)
  if (Predicate.isObject(json.errors)) return fromMap(json.errors)
  return fromEntries(json.errors ?? json.error ?? json)
}

const fromEntries = (value: unknown): ReadonlyArray<Part> =>
  Array.isArray(value) ? value.slice(0, maxEntries).flatMap(fromEntry) : fromEntry(value)

const fromMap = (errors: object): ReadonlyArray<Part> =>
  Object.entries(errors).slice(0, maxEntries).flatMap(([key, value]) =>
    fromEntries(value).map((part) => ({ ...part, message: part.message === "" ? key : `${key}: ${part.message}` }))
  )

const fromEntry = (entry: unknown): ReadonlyArray<Part> => {
  const word = scalar(entry)
  if (word !== undefined) return [{ message: word }]
  if (!Predicate.isObject(entry)) return []
  const detail = detailOf(entry)
  const named = [detail.title, detail.detail ?? scalar(entry.message)].filter(Predicate.isNotUndefined)
  const words = named.length > 0 ? named : [detail.code ?? detail.status ?? detail.id ?? ""]
  const message = [...new Set(words)].join(": ")
  return Object.keys(detail).length === 0 ? [{ message }] : [{ message, detail }]
}

const detailOf = (entry: { readonly [name: PropertyKey]: unknown }): ApiErrorDetail => {
  const source = entry.source
  return new ApiErrorDetail({
    ...pick(entry, ["title", "detail", "status", "code", "id"]),
    ...(Predicate.isObject(source) ? { source: pick(source, ["pointer", "parameter", "header"]) } : {})
  })
}

const pick = <Name extends string>(
  from: { readonly [name: PropertyKey]: unknown },
  names: ReadonlyArray<Name>
): { readonly [K in Name]?: string } => {
  const picked: { [K in Name]?: string } = {}
  for (const name of names) {
    const value = scalar(from[name])
    if (value !== undefined) picked[name] = value
  }
  return picked
}

const scalar = (value: unknown): string | undefined =>
  Predicate.isString(value)
    ? value.slice(0, maxLength)
    : Predicate.isNumber(value) || Predicate.isBoolean(value)
    ? String(value)
    : undefined
