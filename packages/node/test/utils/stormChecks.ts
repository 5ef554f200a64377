import { DatadogError } from "@effect-datadog/slo-report"
import type { RecordedRequest } from "@effect-datadog/slo-report-testing"
import { Cause, Duration, Exit, Predicate, Schema } from "effect"
import { SloReportError } from "../../src/index.ts"
import { findCanary } from "./secrets.ts"
import { type Aftermath, isInterrupted, operationOf, type Outcome } from "./storm.ts"
import type { Seen } from "./stormOperation.ts"
import { isExport, isWait, type Kind } from "./stormPlan.ts"

const calls = [
  "DatadogBadRequest",
  "DatadogForbidden",
  "DatadogNotFound",
  "DatadogTooManyRequests",
  "DatadogUnauthorized",
  "DatadogServerError",
  "DatadogUnexpectedStatus",
  "DatadogTransportError",
  "DatadogProtocolError"
]

// The tags of each operation's errors, as its type has them.
export const tags: Readonly<Record<Kind, ReadonlyArray<string>>> = {
  getReportStatus: [...calls, "InvalidReportId"],
  createReport: [...calls, "CreateOutcomeUnknown"],
  downloadReport: [...calls, "InvalidReportId"],
  reportRows: [...calls, "InvalidReportId", "InvalidReportTable"],
  waitForReport: [...calls, "InvalidReportId", "WaitTimedOut"],
  awaitReport: [...calls, "InvalidReportId", "WaitTimedOut", "ReportFailed"],
  waitForReports: [],
  // Where the create call says that there are no reports, histories of a period that may have no interval.
  exportReport: [...calls, "CreateOutcomeUnknown", "WaitTimedOut", "ReportFailed", "InvalidReportPeriod"],
  exportReportTo: [...calls, "CreateOutcomeUnknown", "WaitTimedOut", "ReportFailed", "InvalidReportPeriod"]
}

export const tagOf = (error: unknown): string =>
  Predicate.hasProperty(error, "_tag") ? String(error._tag) : String(error)

// How an exit is not a value, one of the tagged errors, or an interruption that was asked for.
export const exitProblem = (
  exit: Exit.Exit<unknown, unknown>,
  allowed: ReadonlyArray<string>,
  mayBeInterrupted: boolean
): string | undefined => {
  if (Exit.isSuccess(exit) || (mayBeInterrupted && isInterrupted(exit))) return undefined
  const odd = exit.cause.reasons.find((reason) => reason._tag !== "Fail" || !allowed.includes(tagOf(reason.error)))
  return odd === undefined ? undefined : `ended in ${odd._tag}: ${Cause.pretty(exit.cause)}`
}

const terminal = ["completed", "completed_with_errors", "failed"]

const isTerminal = (statuses: ReadonlyArray<string>): boolean => terminal.includes(statuses.at(-1) ?? "")

// Errors that end a wait whenever they come.
const enders = [
  "DatadogBadRequest",
  "DatadogForbidden",
  "DatadogNotFound",
  "DatadogUnauthorized",
  "DatadogUnexpectedStatus",
  "DatadogProtocolError",
  "InvalidReportId"
]

// In real time a clock's grain, in milliseconds.
const grain = 2

// How an error ended a wait that it should not have ended.
const endProblem = (
  { isVirtual }: Aftermath,
  { endedAt, plan, startedAt }: Outcome,
  { error, statuses }: Seen
): string | undefined => {
  const tag = tagOf(error)
  if (enders.includes(tag)) return undefined
  if (tag === "WaitTimedOut") {
    return isExport(plan.kind) || plan.kind === "waitForReports" || endedAt - startedAt >= plan.deadline - grain
      ? undefined
      : `timed out after ${endedAt - startedAt} of ${plan.deadline} ms`
  }
  if (Schema.is(DatadogError.DatadogTransportError)(error)) {
    return statuses.length === 0 && !isExport(plan.kind) ? undefined : `a ${error.reason} ended it`
  }
  if (Schema.is(DatadogError.DatadogTooManyRequests)(error) || Schema.is(DatadogError.DatadogServerError)(error)) {
    const left = startedAt + plan.deadline - endedAt
    if (isExport(plan.kind) || plan.kind === "waitForReports" || !isVirtual) return undefined
    return error.retryAfter !== undefined && Duration.toMillis(error.retryAfter) > left
      ? undefined
      : `a ${tag} that asks for no wait beyond the ${left} ms that were left ended it`
  }
  return error === undefined ? "it ended before the report did" : `a ${tag} ended it`
}

// What came of the waits for each report.
const waitProblems = (aftermath: Aftermath, outcome: Outcome, answers: Answers): ReadonlyArray<string> => {
  const { endedAt, exit, plan, seen, startedAt } = outcome
  if (isInterrupted(exit)) return []
  const ids = isExport(plan.kind) ? [...seen.keys()] : new Set(outcome.ids)
  return [...ids].flatMap((id) => {
    const its = seen.get(id) ?? { statuses: [], error: undefined }
    if (isTerminal(its.statuses)) {
      const known = aftermath.timelines.get(id)?.timeline.at(-1)?.status
      const told = its.statuses.at(-1)
      return known === told || known === undefined ? [] : [`report ${id} is ${known}, and its wait saw ${told}`]
    }
    const told = answers.get(id)?.find(({ at }) => at >= startedAt && at < endedAt)
    if (told !== undefined && (aftermath.isVirtual || !isLate(its.error))) {
      return [`the fake told that report ${id} is done at ${told.at}, and its wait did not see it`]
    }
    // An export that the wait did not end has its error from the download.
    const problem = endProblem(aftermath, outcome, its)
    return problem === undefined ? [] : [`the wait for report ${id}: ${problem}`]
  })
}

// Whether the last answer came after its attempt's time limit, which a busy machine in real time makes likely.
const isLate = (error: unknown): boolean =>
  Schema.is(SloReportError.WaitTimedOut)(error) &&
  error.lastError?._tag === "DatadogTransportError" && error.lastError.reason === "timeout"

type Answers = ReadonlyMap<string, ReadonlyArray<RecordedRequest.RecordedRequest>>

// The answers to polls of waits that were whole and told of a report's end, by its id.
const terminalAnswers = ({ outcomes, requests, timelines }: Aftermath): Answers => {
  const answers = new Map<string, Array<RecordedRequest.RecordedRequest>>()
  for (const request of requests) {
    const kind = outcomes[operationOf(request)]?.plan.kind
    if (request.operation !== "status" || request.status !== 200 || request.fault !== undefined) continue
    // Polls are the client's, and have no operation's number.
    if (kind !== undefined) continue
    const id = /report\/([^/]+)\/status/.exec(request.path)?.[1] ?? ""
    const known = timelines.get(id)
    const last = known?.timeline.at(-1)
    if (known === undefined || last === undefined || !terminal.includes(last.status)) continue
    if (request.at < known.createdAt + Duration.toMillis(Duration.fromInputUnsafe(last.after))) continue
    answers.set(id, [...answers.get(id) ?? [], request])
  }
  return answers
}

// Whether a POST can't have been processed, so that it may be sent again. A loopback server can't refuse.
const isUnprocessed = ({ fault, status }: RecordedRequest.RecordedRequest): boolean =>
  status === 429 || (status === undefined && ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EPROTO"].includes(fault ?? ""))

const requestProblems = (
  { plan }: Outcome,
  requests: ReadonlyArray<RecordedRequest.RecordedRequest>
): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const attempts = plan.retries + 1
  const polls = 2 + Math.ceil(plan.deadline / plan.poll)
  const limits: Readonly<Record<string, number>> = {
    create: isExport(plan.kind) || plan.kind === "createReport" ? attempts : 0,
    status: plan.kind === "getReportStatus"
      ? attempts
      : isExport(plan.kind)
      ? polls * attempts
      : isWait(plan.kind)
      ? polls * attempts * plan.reports.length
      : 0,
    // An export downloads again while Datadog does not know the file, once in a second for 15 seconds.
    download: isExport(plan.kind)
      ? 16 * attempts
      : plan.kind === "downloadReport" || plan.kind === "reportRows"
      ? attempts
      : 0,
    other: 0
  }
  for (const [operation, limit] of Object.entries(limits)) {
    const sent = requests.filter((request) => request.operation === operation)
    if (sent.length > limit) problems.push(`sent ${sent.length} requests to ${operation}, allowed are ${limit}`)
    if (operation !== "create") continue
    const bad = sent.slice(0, -1).find((request) => !isUnprocessed(request))
    if (bad !== undefined) problems.push(`a POST was sent again after ${bad.status ?? "no answer"} (${bad.fault})`)
  }
  return problems
}

// All that should not be after a storm, in words.
export const violations = (aftermath: Aftermath): ReadonlyArray<string> => {
  const answers = terminalAnswers(aftermath)
  const requests = new Map<number, Array<RecordedRequest.RecordedRequest>>()
  for (const request of aftermath.requests) {
    const number = operationOf(request)
    const known = requests.get(number)
    if (known === undefined) requests.set(number, [request])
    else known.push(request)
  }
  return aftermath.outcomes.flatMap((outcome) => {
    const { exit, plan, printed } = outcome
    const canary = findCanary(printed)
    const ended = exitProblem(exit, tags[plan.kind], plan.patience !== undefined)
    const problems = [
      ...(ended === undefined ? [] : [ended]),
      ...(canary === undefined ? [] : [`what it prints holds a part of a key: ${canary}`]),
      ...(isWait(plan.kind) || isExport(plan.kind) ? waitProblems(aftermath, outcome, answers) : []),
      ...requestProblems(outcome, requests.get(plan.number) ?? [])
    ]
    return problems.map((problem) => `seed ${aftermath.seed}, operation ${plan.number}, ${plan.kind}: ${problem}`)
  })
}
