/**
 * Dates as texts: Datadog's `YYYY-MM-DD`, and what a spreadsheet makes of them when it saves a file anew.
 *
 * @since 0.1.0
 */

/**
 * Datadog's form.
 *
 * @internal
 */
export const date = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/

/**
 * Whether a column's name is a date in another form: `1/1/2024`, `01.01.24`, `2024-1-1`, `2024-01`, `Jan-24`, or
 * `2024-01-01T00:00:00Z`.
 *
 * @internal
 */
export const isOtherDate = (name: string): boolean => otherDates.some((form) => form.test(name.trim()))

/**
 * Whether a column's name may be a date in a form or language that is not known here: `janv.-24`, `1. Januar`,
 * `2024年1月1日`, `45292` (a spreadsheet's number of a day). Words with a number, such as `top 10`, are in it.
 *
 * @internal
 */
export const mayBeDate = (name: string): boolean => possibleDates.some((form) => form.test(name.trim()))

const year = "(?:19|20)\\d\\d"
const month = "(?:0?[1-9]|1[0-2])"
const monthName = "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?" +
  "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
const time = "(?:[T ,][^]*)?"

const otherDates = [
  // The day or the year first; with a day of the week, a time or neither.
  `\\d{1,2}[-/. ] ?\\d{1,2}[-/. ] ?(?:\\d\\d|\\d{4})\\.?${time}`,
  `\\d{4}[-/. ] ?\\d{1,2}[-/. ] ?\\d{1,2}\\.?${time}`,
  `${year}${month}(?:0[1-9]|[12]\\d|3[01])`,
  `${year}[-/.]${month}`,
  `${month}[-/.]${year}`,
  `(?:\\d{1,4}[-/. ]*)?${monthName}\\.?[-/.,' ]*\\d{1,4}(?:[-/., ]+\\d{2,4})?`,
  `\\d{1,4}[-/. ]*${monthName}`
].map((form) => new RegExp(`^${form}$`, "i"))

const possibleDates = [
  /^\d{5}$/,
  /^(?:19|20)\d\d(?:\D|$)/,
  /^\d{1,2}(?:[-/]|\. ?)\p{L}{3}/u,
  /^\p{L}{3,5}\.?[-/.' ]+(?:\d\d|\d{4})$/u
]
