/**
 * A binary heap, the least key first and of equal keys the first that came, whose entries can be taken out of its
 * middle.
 *
 * @since 0.1.0
 */

/** @internal */
export type Heap<A> = Array<Entry<A>>

/** @internal */
export interface Entry<A> {
  readonly key: number
  readonly order: number
  readonly value: A
  position: number
}

let entries = 0

/** @internal */
export const add = <A>(heap: Heap<A>, key: number, value: A): Entry<A> => {
  const entry: Entry<A> = { key, order: entries++, value, position: heap.length }
  heap.push(entry)
  rise(heap, entry)
  return entry
}

/** @internal */
export const remove = <A>(heap: Heap<A>, entry: Entry<A>): void => {
  const last = heap.pop()
  if (last === undefined || last === entry) return
  put(heap, last, entry.position)
  rise(heap, last)
  sink(heap, last)
}

const isBefore = <A>(one: Entry<A>, other: Entry<A>): boolean =>
  one.key < other.key || (one.key === other.key && one.order < other.order)

const put = <A>(heap: Heap<A>, entry: Entry<A>, position: number): void => {
  heap[position] = entry
  entry.position = position
}

const swap = <A>(heap: Heap<A>, upper: Entry<A>, lower: Entry<A>): void => {
  const { position } = upper
  put(heap, upper, lower.position)
  put(heap, lower, position)
}

const rise = <A>(heap: Heap<A>, entry: Entry<A>): void => {
  while (entry.position > 0) {
    const parent = heap[(entry.position - 1) >> 1]!
    if (!isBefore(entry, parent)) return
    swap(heap, parent, entry)
  }
}

const sink = <A>(heap: Heap<A>, entry: Entry<A>): void => {
  for (;;) {
    const left = heap[2 * entry.position + 1]
    const right = heap[2 * entry.position + 2]
    const child = left !== undefined && right !== undefined && isBefore(right, left) ? right : left
    if (child === undefined || !isBefore(child, entry)) return
    swap(heap, entry, child)
  }
}
