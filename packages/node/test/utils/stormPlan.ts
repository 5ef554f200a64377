import { type Fault, type ReportCsv, Timeline } from "@effect-datadog/slo-report-testing"
import { smallCsv } from "./flow.ts"
import { calls } from "./oneCall.ts"
import { seeded } from "./pacing.ts"
import { anyFault, type Chance, makeChance, type Weather } from "./stormFaults.ts"

export const kinds = [
  ...calls,
  "waitForReport",
  "awaitReport",
  "waitForReports",
  "exportReport",
  "exportReportTo"
] as const

export type Kind = typeof kinds[number]

// How long things take, in milliseconds, and how many run at once.
export interface Climate extends Omit<Weather, "secrets"> {
  readonly spread: number
  readonly concurrency: number
  readonly maxJob: number
  readonly deadlines: ReadonlyArray<number>
  readonly polls: ReadonlyArray<number>
  readonly maxPatience: number
  readonly attemptTimeout: number
  readonly retry: { readonly base: number; readonly cap: number; readonly maxWait: number }
}

export const virtual: Climate = {
  maxLatency: 45_000,
  maxGap: 20_000,
  hints: [1, 1, 2, 5, 7, 30, 100, 200, 5000],
  canGzip: false,
  now: 0,
  spread: 900_000,
  concurrency: Infinity,
  maxJob: 240_000,
  deadlines: [0, 500, 10_000, 60_000, 300_000, 900_000],
  polls: [700, 2000, 5000, 15_000],
  maxPatience: 20_000,
  attemptTimeout: 30_000,
  retry: { base: 500, cap: 20_000, maxWait: 120_000 }
}

// Real time: a hint of a second is too long for most.
export const real = (now: number): Climate => ({
  maxLatency: 60,
  maxGap: 4,
  hints: [1, 1, 2, 30, 5000],
  canGzip: true,
  now,
  spread: 0,
  concurrency: 48,
  maxJob: 80,
  deadlines: [0, 50, 300, 300, 600],
  polls: [100, 120, 150],
  maxPatience: 120,
  attemptTimeout: 150,
  retry: { base: 3, cap: 100, maxWait: 500 }
})

// One operation, as it is drawn before the storm begins.
export interface Plan {
  readonly number: number
  readonly kind: Kind
  readonly startAt: number
  // After so many milliseconds it is interrupted.
  readonly patience: number | undefined
  readonly poll: number
  readonly deadline: number
  readonly retries: number
  // Reports by themselves, or one of those that many operations ask for.
  readonly reports: ReadonlyArray<Timeline.Timeline | number | { readonly id: string }>
  readonly faults: ReadonlyArray<Fault.Fault>
}

export const isWait = (kind: Kind): boolean => kind.startsWith("wait") || kind === "awaitReport"

export const isExport = (kind: Kind): boolean => kind.startsWith("export")

const sharedReports = 25

const invalidIds = ["", "..", "a/b", "a?b", "a b", "a\nb", "%2e"]

const timeline = (chance: Chance, { maxJob }: Climate): Timeline.Timeline => {
  const done = chance.int(0, maxJob)
  const status = chance.of(["completed", "completed_with_errors", "failed", "failed"])
  const step = { after: done, status }
  if (chance.is(0.1)) return Timeline.always(chance.of(["in_progress", "paused"]))
  return chance.is(0.2) ? [{ after: Math.floor(done / 2), status: chance.of(["queued", "", "日本"]) }, step] : [step]
}

const makePlan = (chance: Chance, climate: Climate & Weather, number: number, choices: ReadonlyArray<Kind>): Plan => {
  const kind = chance.of(choices)
  const report = () => {
    const draw = chance.next()
    if (draw < 0.02) return { id: chance.of(invalidIds) }
    if (draw < 0.04) return { id: "00000000-0000-0000-0000-000000000000" }
    return draw < 0.25 ? chance.int(0, sharedReports - 1) : timeline(chance, climate)
  }
  return {
    number,
    kind,
    startAt: chance.int(0, climate.spread),
    patience: chance.is(0.3) ? chance.int(0, climate.maxPatience) : undefined,
    poll: chance.of(climate.polls),
    deadline: chance.of(climate.deadlines),
    retries: chance.int(0, 4),
    reports: Array.from({ length: kind === "waitForReports" ? chance.int(0, 4) : 1 }, report),
    faults: chance.is(0.25) ? [] : Array.from({ length: chance.int(1, 6) }, () => anyFault(chance, climate))
  }
}

export interface NewReport {
  readonly timeline: Timeline.Timeline
  readonly csv: ReportCsv.ReportCsv
}

// All that will happen, from the seed alone.
export interface StormPlan {
  readonly plans: ReadonlyArray<Plan>
  // The table of each operation's own reports.
  readonly csvs: ReadonlyArray<ReportCsv.ReportCsv>
  // How reports go that the client creates.
  readonly made: Timeline.Timeline
  readonly shared: ReadonlyArray<NewReport>
}

export interface StormOptions {
  readonly seed: number
  readonly count: number
  readonly climate: Climate
  readonly choices: ReadonlyArray<Kind>
  // What answers repeat: the client's credentials.
  readonly secrets: ReadonlyArray<string>
}

// The draws come in a fixed order, so that a seed is a storm.
export const planStorm = ({ choices, climate, count, secrets, seed }: StormOptions): StormPlan => {
  const chance = makeChance(seeded(seed))
  const csv = (): ReportCsv.ReportCsv =>
    chance.is(0.1) ? `${smallCsv}"open` : chance.is(0.5) ? smallCsv : { rows: chance.int(0, 20) }
  const weather = { ...climate, secrets }
  const plans = Array.from({ length: count }, (_, number) => makePlan(chance, weather, number, choices))
  const made = timeline(chance, climate)
  const csvs = plans.map(csv)
  const shared = Array.from({ length: sharedReports }, () => ({ timeline: timeline(chance, climate), csv: csv() }))
  return { plans, csvs, made, shared }
}
