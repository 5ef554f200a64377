import { IntervalCell, SloReportRow, Verdict, VerdictRule } from "@effect-datadog/slo-report"
import { Schema } from "effect"

export interface RowOptions {
  readonly id?: string
  readonly sloType?: string
  readonly name?: string
  readonly target?: number
  readonly exportError?: string
  readonly cells?: ReadonlyArray<string>
  readonly other?: Readonly<Record<string, string>>
}

export const row = ({ cells = [], ...fields }: RowOptions): SloReportRow.SloReportRow =>
  new SloReportRow.SloReportRow({
    id: "a",
    sloType: "metric",
    name: "Checkout",
    other: {},
    ...fields,
    cells: cells.map((raw, index) => IntervalCell.fromText(`2024-0${index + 1}-01`, raw))
  })

export const judge = (
  rows: ReadonlyArray<SloReportRow.SloReportRow>,
  rule: VerdictRule.Options = {}
): Verdict.Verdict => Verdict.fromRows(rows, new VerdictRule.VerdictRule(rule))

/** A report whose texts mean something in one format or another. */
export const odd: ReadonlyArray<SloReportRow.SloReportRow> = [
  row({ id: "plain", target: 99.9, cells: ["100", "99.95"], other: { team: "a|b" } }),
  row({ id: "close", name: "a `b` *c* _d_ ~e~ [f](http://g.h) ![i](j)", target: 99.9, cells: ["99.9", "99.90123456"] }),
  row({ id: "burnt", name: "x | y \\| z", target: 99.9, cells: ["99.99", "99.866393"] }),
  row({ id: "just", name: "<b>&amp;</b> ]]> <!-- 50% -->", target: 99.9, cells: ["", "99.89999"] }),
  row({ id: "full", name: "@team #12 :tada: www.a.b $x$ ::error::a,b", target: 100, cells: ["100", "99.999"] }),
  row({ id: "lines", name: "two\r\nlines\tand\u{1b}[31mred\u{7f}\u{9b}", target: 95, cells: ["95", "95.088"] }),
  row({ id: "rtl", name: "\u{202e}gnp.exe\u{202c} שלום \u{2067}x", target: 50, cells: ["40", "40"] }),
  row({ id: "formula", name: "=HYPERLINK(\"http://a.b\";1)", target: 95, cells: ["96", "97"] }),
  row({ id: "no target", sloType: "time_slice", name: "-1+1", cells: ["99", "99.5"] }),
  row({ id: "monitor", sloType: "monitor", name: " ", target: 99, cells: ["", ""] }),
  row({
    id: "=1+1",
    name: "Checkout",
    target: 99,
    cells: ["99.9", ""],
    exportError: "Query timed out\n<try> again|later"
  })
]

const nasty = [
  "|",
  "\\",
  "\\|",
  "`",
  "``",
  "*",
  "_",
  "[",
  "](x)",
  "<",
  ">",
  "&",
  "&amp;",
  "<!--",
  "-->",
  "]]>",
  "<![CDATA[",
  "%",
  "%0A",
  "::",
  ",",
  ";",
  "\"",
  "'",
  "\n",
  "\r\n",
  "\r",
  "\t",
  "\0",
  "\u{1b}[31m",
  "\u{85}",
  "\u{2028}",
  "\u{202e}",
  "\u{2066}",
  "\u{200f}",
  "\u{feff}",
  "\u{fffe}",
  "\ud800",
  "=",
  "+",
  "-",
  "@",
  "@team",
  "#1",
  ":tada:",
  "www.a.b",
  "http://a.b",
  "a@b.co",
  "~~a~~",
  "$x$",
  "!",
  "[^1]",
  "- [ ] x",
  "שלום",
  "🚀",
  " ",
  "a",
  "B2",
  "<@U1>",
  "<!channel>",
  "##[add-mask]a",
  "##vso[task.setvariable variable=a]b"
] as const

/** A text such as people and programs give to SLOs. */
export const OddText = Schema.Array(Schema.Union([Schema.Literals(nasty), Schema.String]))

export const OddRows = Schema.Array(Schema.Struct({
  id: OddText,
  name: OddText,
  sloType: OddText,
  exportError: Schema.optionalKey(OddText),
  target: Schema.optionalKey(Schema.Literals([0, 95, 99.9, 100])),
  cells: Schema.Array(Schema.Literals(["", "0", "95.088", "99.866393", "99.9", "99.95", "100"])).check(
    Schema.isMaxLength(3)
  )
}))

export const oddRows = (rows: typeof OddRows.Type): ReadonlyArray<SloReportRow.SloReportRow> =>
  rows.map(({ exportError, id, name, sloType, ...fields }) =>
    row({
      ...fields,
      id: id.join(""),
      name: name.join(""),
      sloType: sloType.join(""),
      ...(exportError === undefined ? {} : { exportError: exportError.join("") })
    })
  )
