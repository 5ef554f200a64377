/**
 * The seven forms in which Datadog's API words an error.
 *
 * Datadog documents the first. Of 1,243 different error answers recorded with its clients 611 had it, 404
 * were JSON:API objects, 206 came from the edge proxy, and the rest had one of the others.
 *
 * @since 0.1.0
 */

/**
 * A form of error body.
 *
 * **Details**
 *
 * - `strings`: `{"errors":["text"]}`, the documented one
 * - `objects`: `{"errors":[{"title":…,"detail":…}]}`, which the report endpoints really send
 * - `nested`: `{"error":{"code":…,"message":…}}`
 * - `edge`: `{"status":"error","code":403,"errors":["Forbidden"],"statuspage":…}` and a newline
 * - `map`: `{"errors":{"some-id":["text"]}}`
 * - `html`: a page of 27 kB that starts with blank lines
 * - `empty`: nothing
 *
 * @category models
 * @since 0.1.0
 */
export type Family = typeof families[number]

/**
 * All seven forms.
 *
 * @category models
 * @since 0.1.0
 */
export const families = ["strings", "objects", "nested", "edge", "map", "html", "empty"] as const

/**
 * A body's text with the content type that goes with it.
 *
 * @category models
 * @since 0.1.0
 */
export interface ErrorBody {
  readonly text: string
  readonly contentType: string | undefined
}

/**
 * Words an error in a form of body.
 *
 * @param family the form
 * @param status the HTTP status, which some forms repeat
 * @param messages what is to be said, by default the status's own phrase, for 429 Datadog's message
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  family: Family,
  status: number,
  messages: ReadonlyArray<string> = [usualMessages[status] ?? phrase(status)]
): ErrorBody => {
  switch (family) {
    case "strings":
      return json({ errors: messages })
    case "objects":
      return { text: objects(phrase(status), messages), contentType: jsonApi }
    case "nested":
      return json({
        error: {
          code: phrase(status).toUpperCase().replaceAll(" ", "_"),
          message: messages[0] ?? "",
          ...(messages.length > 1 ? { details: messages.slice(1) } : {})
        }
      })
    case "edge":
      return {
        text: `${
          JSON.stringify({
            status: "error",
            code: status,
            errors: messages,
            statuspage: "http://status.datadoghq.com",
            twitter: "http://twitter.com/datadogops",
            email: "support@datadoghq.com"
          })
        }\n`,
        contentType: "application/json"
      }
    case "map":
      return json({ data: [], errors: { "2b468c54f2a711eeb0b4ffe56bb6ad43": messages } })
    case "html":
      return { text: page(status, messages), contentType: "text/html; charset=utf-8" }
    case "empty":
      return { text: "", contentType: undefined }
  }
}

/**
 * The content type of every JSON answer of the report endpoints.
 *
 * @category models
 * @since 0.1.0
 */
export const jsonApi = "application/vnd.api+json"

/**
 * A JSON:API error as the report endpoints word it: a title, and a detail for each message.
 *
 * @category constructors
 * @since 0.1.0
 */
export const objects = (title: string, details: ReadonlyArray<string>): string =>
  JSON.stringify({ errors: details.map((detail) => ({ title, detail })) })

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const json = (body: unknown): ErrorBody => ({ text: JSON.stringify(body), contentType: "application/json" })

// "Invalid Argument" is what the report endpoints were recorded with; the others are the usual phrases.
const phrases: Readonly<Record<number, string>> = {
  400: "Invalid Argument",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  408: "Request Timeout",
  418: "I'm a Teapot",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout"
}

const usualMessages: Readonly<Record<number, string>> = {
  429: "Rate limit of 100 requests in 10 seconds reached. Please try again later."
}

const phrase = (status: number): string => phrases[status] ?? `Status ${status}`

const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)

const page = (status: number, messages: ReadonlyArray<string>): string =>
  [
    "\n\n\n<!DOCTYPE html>",
    "<html lang=\"en\">",
    `<head><title>${status} ${escape(phrase(status))}</title>`,
    `<style>${".datadog { color: #632ca6; margin: 0 auto }\n".repeat(600)}</style></head>`,
    `<body><h1>${escape(phrase(status))}</h1>`,
    ...messages.map((message) => `<p>${escape(message)}</p>`),
    "</body></html>",
    ""
  ].join("\n")
