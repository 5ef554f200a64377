/**
 * Pages of a search, in either style that was recorded: by number and size, or by offset and limit.
 *
 * @since 0.1.0
 */

type Query = Readonly<Record<string, string>>

/** Which of the found ones a page holds, and what it says of itself and the others. @internal */
export interface Page {
  readonly start: number
  readonly end: number
  readonly pagination: Readonly<Record<string, string | number>>
  readonly links: Readonly<Record<string, string | null>>
}

/** By offset where a query names no page at all; Datadog did so with 10. @internal */
export const make = (url: string, query: Query, total: number): Page =>
  "page[size]" in query || "page[number]" in query ? byNumber(url, query, total) : byOffset(url, query, total)

// The next page is named also after the last one.
const byNumber = (url: string, query: Query, total: number): Page => {
  const size = whole(query["page[size]"], 10, 1)
  const number = whole(query["page[number]"], 0, 0)
  const link = (other: number) => linkTo(url, query, { "page[size]": size, "page[number]": other })
  return {
    start: number * size,
    end: (number + 1) * size,
    pagination: {
      type: "number_size",
      number,
      size,
      total,
      first_number: 0,
      prev_number: Math.max(0, number - 1),
      next_number: number + 1,
      last_number: lastPage(total, size)
    },
    links: {
      self: link(number),
      first: link(0),
      prev: number === 0 ? null : link(number - 1),
      next: link(number + 1),
      last: null
    }
  }
}

const byOffset = (url: string, query: Query, total: number): Page => {
  const limit = whole(query["page[limit]"], 10, 1)
  const offset = whole(query["page[offset]"], 0, 0)
  const link = (other: number) => linkTo(url, query, { "page[limit]": limit, "page[offset]": other })
  return {
    start: offset,
    end: offset + limit,
    pagination: {
      type: "offset_limit",
      offset,
      limit,
      total,
      first_offset: 0,
      prev_offset: Math.max(0, offset - limit),
      next_offset: offset + limit,
      last_offset: lastPage(total, limit) * limit
    },
    links: {
      self: link(offset),
      first: link(0),
      prev: offset === 0 ? null : link(Math.max(0, offset - limit)),
      next: link(offset + limit),
      last: null
    }
  }
}

const lastPage = (total: number, size: number): number => Math.max(0, Math.ceil(total / size) - 1)

const whole = (text: string | undefined, usual: number, least: number): number =>
  /^\d{1,9}$/.test(text ?? "") ? Math.max(least, Number(text)) : usual

const linkTo = (url: string, query: Query, page: Readonly<Record<string, number>>): string => {
  const pages = Object.entries(page).map(([name, value]): [string, string] => [name, String(value)])
  const parameters = new URLSearchParams({ ...query, ...Object.fromEntries(pages) })
  return `${url.replace(/\?.*$/s, "")}?${parameters.toString()}`
}
