/**
 * Functions of time that are constant from one second to another.
 *
 * @since 0.1.0
 */

/** A value from a second on, until the next step. @internal */
export interface Step<out A> {
  readonly from: number
  readonly value: A
}

/** @internal */
export type Steps<A> = ReadonlyArray<Step<A>>

/** From a second on, to another that is not part of it. @internal */
export interface Span {
  readonly from: number
  readonly to: number
}

/** The steps in the order of time, on whole seconds; of two that begin in the same second the later one holds. @internal */
export const make = <A>(steps: Steps<A>): Steps<A> =>
  steps
    .map(({ from, value }) => ({ from: Math.floor(from), value }))
    .toSorted((a, b) => a.from - b.from)
    .filter(({ from }, index, all) => all[index + 1]?.from !== from)

/** Each step begins with the first multiple of so many seconds that isn't before it. @internal */
export const onMultiples = <A>(steps: Steps<A>, seconds: number): Steps<A> =>
  make(steps.map(({ from, value }) => ({ from: Math.ceil(from / seconds) * seconds, value })))

/** Another value in some spans; before the first step there is none, also in a span. @internal */
export const overlay = <A>(steps: Steps<A>, spans: ReadonlyArray<Span>, value: A): Steps<A> => {
  if (spans.length === 0) return steps
  const first = steps[0]?.from ?? Infinity
  const whole = spans.map((span) => ({ from: Math.floor(span.from), to: Math.floor(span.to) }))
  const times = [...steps.map(({ from }) => from), ...whole.flatMap(({ from, to }) => [from, to])]
  return [...new Set(times)].filter((time) => time >= first).toSorted((a, b) => a - b).map((time) => {
    const isInside = whole.some(({ from, to }) => from <= time && time < to)
    return { from: time, value: isInside ? value : steps[indexAt(steps, time)]?.value ?? value }
  })
}

/** The steps without those that repeat the value before. @internal */
export const changes = <A>(steps: Steps<A>): Steps<A> =>
  steps.filter(({ value }, index) => steps[index - 1]?.value !== value)

/** The place of the step that holds at a time, −1 before the first. @internal */
export const indexAt = (steps: Steps<unknown>, time: number): number => {
  let low = 0
  let high = steps.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((steps[middle]?.from ?? Infinity) <= time) low = middle + 1
    else high = middle
  }
  return low - 1
}
