/**
 * @module @effect-datadog/slo-report-durable
 * @since 0.1.0
 */
export * as ExportError from "./ExportError.ts"
export * as ExportStore from "./ExportStore.ts"
export * as MemoryStore from "./MemoryStore.ts"
export * as PostgresStore from "./PostgresStore.ts"
export * as ReportExport from "./ReportExport.ts"
export * as ReportExports from "./ReportExports.ts"
export * as ReportSink from "./ReportSink.ts"
export * as SqliteStore from "./SqliteStore.ts"
