import { NodeFileSystem } from "@effect/platform-node"
import { Duration, Effect, Result, Stream } from "effect"
import * as Path from "node:path"
import { PollPolicy, type SloReportClient } from "../../src/index.ts"
import { request } from "./flow.ts"
import { oneCall } from "./oneCall.ts"
import type { Plan } from "./stormPlan.ts"

// What each wait of an operation sees, for its report.
export interface Seen {
  readonly statuses: Array<string>
  error: unknown
}

// Runs one operation as it is planned, and notes what its waits see.
export const operate = (
  client: SloReportClient.Service,
  plan: Plan,
  ids: ReadonlyArray<string>,
  seen: Map<string, Seen>,
  folder: string | undefined
): Effect.Effect<unknown, unknown> => {
  const [id = ""] = ids
  const options = { poll: PollPolicy.fixed(plan.poll), deadline: Duration.millis(plan.deadline) }
  const of = (id: string): Seen => {
    const known = seen.get(id) ?? { statuses: [], error: undefined }
    seen.set(id, known)
    return known
  }
  const note = (id: string, status: string) => Effect.sync(() => void of(id).statuses.push(status))
  const noteError = (id: string) => (error: unknown) => Effect.sync(() => void (of(id).error = error))
  switch (plan.kind) {
    case "getReportStatus":
    case "createReport":
    case "downloadReport":
    case "reportRows":
      return oneCall(client, plan.kind, id)
    case "waitForReport":
      return client.waitForReport(id, options).pipe(
        Stream.runForEach(({ rawStatus }) => note(id, rawStatus)),
        Effect.tapError(noteError(id))
      )
    case "awaitReport":
      return client.awaitReport(id, options).pipe(
        Effect.tap(({ rawStatus }) => note(id, rawStatus)),
        Effect.tapError((error) =>
          error._tag === "ReportFailed" ? note(id, error.report.rawStatus) : noteError(id)(error)
        )
      )
    case "waitForReports":
      return client.waitForReports(ids, options).pipe(
        Stream.runForEach(({ id, result }) =>
          Result.isSuccess(result) ? note(id, result.success.rawStatus) : noteError(id)(result.failure)
        )
      )
    case "exportReport":
    case "exportReportTo": {
      let created = ""
      const exporting = plan.kind === "exportReport"
        ? client.exportReport(request, options)
        : client.exportReportTo(Path.join(folder ?? "", `${plan.number}.csv`), request, options)
      return exporting.pipe(
        Stream.provide(NodeFileSystem.layer),
        Stream.runForEach((progress) => {
          if (progress._tag === "Created") created = progress.id
          return progress._tag === "Polled" ? note(created, progress.report.rawStatus) : Effect.void
        }),
        Effect.tapError((error) =>
          created === "" || error._tag === "ReportFailed" ? Effect.void : noteError(created)(error)
        )
      )
    }
  }
}
