/**
 * @module @effect-datadog/slo-report-render
 * @since 0.1.0
 */
export * as Csv from "./Csv.ts"
export * as GitHubAnnotations from "./GitHubAnnotations.ts"
export * as Html from "./Html.ts"
export * as JUnit from "./JUnit.ts"
export * as Json from "./Json.ts"
export * as Jsonl from "./Jsonl.ts"
export * as Markdown from "./Markdown.ts"
export * as SlackBlocks from "./SlackBlocks.ts"
export * as Text from "./Text.ts"
