/**
 * An SLO at a glance: how it went, how it changed, how often it missed its target, what is left of its minutes.
 *
 * @since 0.1.0
 */
import { html, type Markup } from "./markup.ts"
import type { Slo } from "./slo.ts"

/**
 * The content of an SLO's cell.
 *
 * @param minutes of the last interval, where its length is known
 * @internal
 */
export const glance = (slo: Slo, minutes: number | undefined): Markup => {
  const facts = [changeOf(slo), missedOf(slo), minutesOf(slo, minutes)].filter((fact) => fact !== undefined)
  return html`${spark(slo)}<span class="facts">${facts}</span>`
}

/**
 * The minutes of a time-based SLO's budget in an interval of so many, as they are left; never more than they are.
 *
 * @internal
 */
export const budgetMinutes = (status: number, target: number, minutes: number): string => {
  // A product of numbers that have no binary form may fall short of a whole one by this much.
  const left = (status - target) / 100 * minutes
  if (status < target) return `${number.format(Math.max(1, Math.ceil(-left - 1e-6)))} min overspent`
  const whole = Math.floor(left + 1e-6)
  return `${whole === 0 && status > target ? "<1" : number.format(whole)} min left`
}

// -----------------------------------------------------------------------------
// internals
// -----------------------------------------------------------------------------

const number = new Intl.NumberFormat("en")

const points = new Intl.NumberFormat("en", { maximumFractionDigits: 3, roundingMode: "trunc", useGrouping: false })

const changeOf = ({ change }: Slo): Markup | undefined => {
  if (change === undefined) return undefined
  // A difference of decimals that have no binary form is off by far less than this.
  const size = Math.abs(change) + 1e-9
  if (size < 1e-8) return html`<span class="change">± 0</span> `
  const text = size < 0.001 ? "<0.001" : points.format(size)
  return change < 0
    ? html`<span class="change down"><span aria-hidden="true">▼</span><span class="read">down </span>${text}</span> `
    : html`<span class="change up"><span aria-hidden="true">▲</span><span class="read">up </span>${text}</span> `
}

const missedOf = ({ judged, missed }: Slo): Markup | undefined =>
  judged === 0 ? undefined : html`<span class="often">missed ${missed} of ${judged}</span> `

const timeBased = new Set(["time_slice", "monitor"])

const minutesOf = ({ cells, row }: Slo, minutes: number | undefined): Markup | undefined => {
  const status = cells.at(-1)?.status
  if (minutes === undefined || status === undefined || row.target === undefined) return undefined
  if (!timeBased.has(row.sloType.trim().toLowerCase()) || row.target > 100) return undefined
  return html`<span class="minutes">${budgetMinutes(status, row.target, minutes)}</span>`
}

const width = 84
const height = 24
const maxPoints = 60

/** The line of the budget that is left, from twice overspent to whole, and where it is none left. */
const spark = (slo: Slo): Markup => {
  const values = worstOf(valuesOf(slo))
  const known = values.filter((value) => value !== undefined)
  if (known.length === 0) return html`<span class="spark"></span>`
  const step = width / Math.max(1, values.length - 1)
  const y = (value: number): number => Math.round((1 - value) * (height - 4) * 5 + 20) / 10
  const path = values.map((value, index) =>
    value === undefined ? "" : pointOf(values[index - 1] === undefined, Math.round(index * step * 10) / 10, y(value))
  ).join("")
  const last = values.at(-1)
  return html`<svg class="spark" viewBox="-3 0 ${width + 6} ${height}" aria-hidden="true">${
    slo.row.target === undefined ? "" : html`<path class="aim" d="M-3 ${y(0)}H${width + 3}"/>`
  }<path d="${path}"/>${
    last === undefined ? "" : html`<circle class="${slo.outcome}" cx="${width}" cy="${y(last)}" r="2.5"/>`
  }</svg>`
}

// A line of no length is a dot, which shows an interval between two without data.
const pointOf = (isFirst: boolean, x: number, y: number): string => isFirst ? `M${x} ${y}h0` : `L${x} ${y}`

/** What is left of each budget, 1 for all, −1 for overspent as much or more; without a target, what the status is. */
const valuesOf = ({ cells, row: { target } }: Slo): ReadonlyArray<number | undefined> => {
  const statuses = cells.map((cell) => cell?.status)
  const known = statuses.filter((status) => status !== undefined)
  const [low, high] = known.reduce(([low, high], status) => [Math.min(low, status), Math.max(high, status)], [100, 0])
  return statuses.map((status) => {
    if (status === undefined) return undefined
    if (target === undefined) return high > low ? 2 * (status - low) / (high - low) - 1 : 0
    if (target >= 100) return status >= target ? 1 : -0.6
    return Math.max(-1, Math.min(1, (status - target) / (100 - target)))
  })
}

/** Of more intervals than there is room for, the worst of some each. */
const worstOf = (values: ReadonlyArray<number | undefined>): ReadonlyArray<number | undefined> => {
  const size = Math.ceil(values.length / maxPoints)
  if (size <= 1) return values
  // The last of them ends with the last interval.
  const first = values.length % size
  const begins = [
    ...(first === 0 ? [] : [0]),
    ...Array.from({ length: Math.floor(values.length / size) }, (_, index) => first + index * size)
  ]
  return begins.map((begin, index) => {
    const some = values.slice(begin, begins[index + 1]).filter((value) => value !== undefined)
    return some.length === 0 ? undefined : Math.min(...some)
  })
}
