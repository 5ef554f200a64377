/** What a section of the report holds, and how the report is written. */

export type Cell = string | number | undefined

/** A figure that has a target: it must be at most that. */
export interface Figure {
  readonly name: string
  readonly value: number | undefined
  readonly unit: string
  readonly atMost: number
}

export interface Table {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<Cell>>
}

export interface Section {
  readonly title: string
  /** How it was measured, a sentence each. */
  readonly notes: ReadonlyArray<string>
  readonly table: Table
  readonly figures: ReadonlyArray<Figure>
}

export interface Report {
  readonly date: string
  readonly machine: Readonly<Record<string, string>>
  readonly seconds: number
  readonly sections: ReadonlyArray<Section>
}

export const verdict = ({ atMost, value }: Figure): "met" | "missed" | "not measured" =>
  value === undefined ? "not measured" : value <= atMost ? "met" : "missed"

export const toMarkdown = ({ date, machine, sections, seconds }: Report): string => {
  const figures = sections.flatMap((section) => section.figures)
  return [
    "# Figures",
    "",
    `Measured on ${date} in ${Math.round(seconds / 60)} minutes, on ${Object.values(machine).join(", ")}.` +
    " `pnpm bench` measures anew, `pnpm bench <section>` one section.",
    "",
    ...(figures.length === 0 ? [] : [...table(targets(figures)), ""]),
    ...sections.flatMap((section) => ["", ...sectionLines(section)])
  ].join("\n") + "\n"
}

export const sectionLines = ({ notes, table: content, title }: Section): ReadonlyArray<string> => [
  `## ${title}`,
  "",
  ...table(content),
  "",
  ...notes.map((note) => `- ${note}`)
]

export const targets = (figures: ReadonlyArray<Figure>): Table => ({
  columns: ["figure", "value", "target", "verdict"],
  rows: figures.map((figure) => [
    figure.name,
    figure.value === undefined ? undefined : `${format(figure.value)} ${figure.unit}`.trim(),
    `≤ ${format(figure.atMost)} ${figure.unit}`.trim(),
    verdict(figure)
  ])
})

export const table = ({ columns, rows }: Table): ReadonlyArray<string> => {
  const cells = [
    columns,
    ...rows.map((row) => row.map((cell) => typeof cell === "number" ? format(cell) : cell ?? "–"))
  ]
  const widths = columns.map((_, index) => Math.max(3, ...cells.map((row) => row[index]?.length ?? 0)))
  const line = (row: ReadonlyArray<string>) =>
    `| ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" | ")} |`
  return [line(columns), line(widths.map((width) => "-".repeat(width))), ...cells.slice(1).map(line)]
}

/** Three digits, more only before the point. */
export const format = (value: number): string => {
  if (!Number.isFinite(value)) return String(value)
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return Number(value.toFixed(Math.min(digits, 6))).toLocaleString("en")
}
