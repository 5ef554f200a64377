/**
 * The commands: what they are called, what they take, and how their help shows it.
 *
 * @since 0.1.0
 */
import * as Flag from "./Flag.ts"
import * as OutputFlags from "./OutputFlags.ts"
import * as Rule from "./Rule.ts"
import * as Selection from "./Selection.ts"
import type { Setting } from "./Setting.ts"
import * as StateFlags from "./StateFlags.ts"

/** @internal */
export interface Argument {
  readonly name: string
  readonly description: string
  readonly isRequired: boolean
}

/** @internal */
export interface Command {
  readonly name: Name
  /** In a list of commands. */
  readonly summary: string
  readonly description: string
  readonly examples: ReadonlyArray<string>
  readonly argument?: Argument
  readonly flags: ReadonlyArray<readonly [title: string, flags: ReadonlyArray<Flag.Flag>]>
}

/** @internal */
export type Name =
  | "export"
  | "gate"
  | "convert"
  | "report create"
  | "report status"
  | "report wait"
  | "report download"
  | "exports list"
  | "exports retry"
  | "exports cancel"
  | "exports prune"
  | "doctor"
  | "completions"

/**
 * What is run in a session.
 *
 * @internal
 */
export type Runnable = Exclude<Name, "completions">

/**
 * Those that have completions.
 *
 * @internal
 */
export const shells = ["bash", "zsh"] as const

/** @internal */
export type Shell = typeof shells[number]

const csv = "a report's CSV, - is standard input"

const id: Argument = { name: "id", description: "the report's id", isRequired: true }

const selection = ["Selection", [...Selection.request, ...Selection.sources, Selection.report]] as const

const exportId: Argument = { name: "id", description: "the export's id, as exports list shows it", isRequired: true }

const where = ["Where", [StateFlags.where]] as const

const waiting = ["Waiting", Selection.waiting] as const

const byName = "by the file's name, or csv"

/** @internal */
export const commands: ReadonlyArray<Command> = [
  {
    name: "export",
    summary: "create a report, wait for it, write its table",
    description: "Creates a report, waits for it, and writes its table; or makes the table of histories.",
    examples: [
      "datadog-slo export -Q service:checkout --last 12mo -o report.csv",
      "datadog-slo export -Q team:pay --last 8w -f markdown",
      "datadog-slo export -Q team:pay --last 1mo -o pay.csv --state exports.db",
      "datadog-slo export --report e6956b38-e0af-11ee-af21-1feeaccaa3a3 -o report.csv"
    ],
    flags: [selection, waiting, ["Keeping", [StateFlags.state]], ["Output", OutputFlags.tableFlags(byName)]]
  },
  {
    name: "gate",
    summary: "judge error budgets: the exit code is the verdict",
    description: "Judges the error budgets of a report's CSV, of a report, or of SLOs that are asked for. " +
      "The exit code is the verdict.",
    examples: [
      "datadog-slo gate report.csv",
      "datadog-slo gate -Q service:checkout --last 1mo --min-budget 10",
      "datadog-slo gate -Q team:pay --last 4w -f github --write junit=slo.xml"
    ],
    argument: { name: "file", description: csv, isRequired: false },
    flags: [selection, waiting, ["Rule", Rule.all], ["Output", OutputFlags.verdictFlags]]
  },
  {
    name: "convert",
    summary: "a report's CSV in another format, offline",
    description: "Writes a report's CSV in another format. It asks nobody: no keys, no network.",
    examples: [
      "datadog-slo convert report.csv -o report.md",
      "datadog-slo convert report.csv -f slack | curl -d @- \"$WEBHOOK\"",
      "datadog-slo convert - -f jsonl < report.csv"
    ],
    argument: { name: "file", description: csv, isRequired: true },
    flags: [["Output", OutputFlags.tableFlags("by the file's name")]]
  },
  {
    name: "report create",
    summary: "create a report, and print its id",
    description: "Creates a report, and prints its id.",
    examples: ["id=$(datadog-slo report create -Q service:checkout --last 12mo)"],
    flags: [["Selection", Selection.request], ["Output", OutputFlags.textFlags]]
  },
  {
    name: "report status",
    summary: "print a report's status as it is now",
    description: "Prints a report's status as it is now. The exit code is 1 where it has failed.",
    examples: ["datadog-slo report status \"$id\""],
    argument: id,
    flags: [["Output", OutputFlags.textFlags]]
  },
  {
    name: "report wait",
    summary: "wait until a report is done",
    description: "Waits until a report is done, and prints its status. The exit code is 1 where it has failed.",
    examples: ["datadog-slo report wait \"$id\" --timeout 2h"],
    argument: id,
    flags: [waiting, ["Output", OutputFlags.textFlags]]
  },
  {
    name: "report download",
    summary: "write the table of a report that is done",
    description: "Writes the table of a report that is done, without waiting for it.",
    examples: ["datadog-slo report download \"$id\" -o report.csv"],
    argument: id,
    flags: [["Output", OutputFlags.tableFlags(byName)]]
  },
  {
    name: "exports list",
    summary: "those that are kept: how far they are, or what went wrong",
    description: "Lists the exports that are kept and not yet written: how far they are, or what went wrong.",
    examples: ["datadog-slo exports list --state exports.db"],
    flags: [where, ["Output", OutputFlags.textFlags]]
  },
  {
    name: "exports retry",
    summary: "try one again that has failed",
    description: "Lets an export that has failed be tried again, and prints the id of the new try. " +
      "The command that began it goes on with it.",
    examples: ["datadog-slo exports retry \"$id\" --state exports.db"],
    argument: exportId,
    flags: [where]
  },
  {
    name: "exports cancel",
    summary: "end one that goes on",
    description: "Ends an export that goes on; its report goes on at Datadog's side.",
    examples: ["datadog-slo exports cancel \"$id\" --state exports.db"],
    argument: exportId,
    flags: [where]
  },
  {
    name: "exports prune",
    summary: "remove those that ended long ago, and count them",
    description: "Removes the exports that ended long ago, and prints how many they were.",
    examples: ["datadog-slo exports prune --state exports.db --older-than 7d"],
    flags: [where, ["Selection", [StateFlags.olderThan]]]
  },
  {
    name: "doctor",
    summary: "what is configured, from where, and does Datadog accept it",
    description:
      "Tells what is configured and from where, without any secret, and asks Datadog once whether it accepts it.",
    examples: ["datadog-slo doctor"],
    flags: [["Output", OutputFlags.textFlags]]
  },
  {
    name: "completions",
    summary: "a script that completes these words in bash or zsh",
    description: "Prints a script by which a shell completes commands, flags and what they take.",
    examples: ["source <(datadog-slo completions bash)", "source <(datadog-slo completions zsh)"],
    argument: { name: "shell", description: "bash or zsh", isRequired: true },
    flags: []
  }
]

/**
 * What commands of two words begin with, and what is said of them.
 *
 * @internal
 */
export const groups = {
  report: "The steps of an export one by one, for scripts that go on later.",
  exports: "The exports that --state keeps. Where it is a file, no other process may have it."
} as const

/** @internal */
export type Group = keyof typeof groups | ""

/** @internal */
export const groupOf = (word: string | undefined): Group => word === "report" || word === "exports" ? word : ""

/** @internal */
export const flagsOf = ({ flags }: Command): ReadonlyArray<Flag.Flag> => [
  ...flags.flatMap(([, flags]) => flags),
  ...Flag.everywhere
]

/**
 * All that the environment and the configuration file can say.
 *
 * @internal
 */
export const settings: ReadonlyArray<Setting<unknown>> = [
  ...Selection.request,
  ...Selection.sources,
  ...Selection.waiting,
  ...Rule.all,
  OutputFlags.spreadsheet,
  OutputFlags.color,
  StateFlags.state
]
