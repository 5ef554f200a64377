/**
 * What makes a body a report's file: its first line is a report's header, and its last line is whole.
 *
 * @since 0.1.0
 */
import { knownColumns } from "@effect-datadog/slo-report/SloReportTable"

/**
 * What is looked at for a header; before it there may be blank lines.
 *
 * @internal
 */
export const maxHeadBytes = 64 * 1024

/**
 * Whether there is enough to tell by {@link beginsWithHeader}; blank lines before the first line are none.
 *
 * @internal
 */
export const isDecided = (head: Uint8Array): boolean =>
  beginsWithHeader(head) || head.length >= maxHeadBytes || /^\s*\S[^\r\n]*[\r\n]/.test(decode(head))

/**
 * Whether the first line is a report's header.
 *
 * **Details**
 *
 * It names four of the five columns that every report has, in any order, quoted or not: a report that has one of
 * them renamed is still a report, and nothing else has four. The head may end in the middle of the line.
 *
 * @internal
 */
export const beginsWithHeader = (head: Uint8Array): boolean => {
  const [line = ""] = decode(head).trimStart().split(/[\r\n]/, 1)
  const names = new Set(line.split(",").map((name) => name.replace(/^"(.*)"$/, "$1")))
  return knownColumns.filter((name) => names.has(name)).length >= knownColumns.length - 1
}

/** @internal */
export const headerIssue = "Expected a table in CSV, got a first line that is not a report's header " +
  `(${knownColumns.join(",")},…)`

/** @internal */
export const endsWithLineBreak = (bytes: Uint8Array): boolean => bytes.at(-1) === 0x0a || bytes.at(-1) === 0x0d

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
