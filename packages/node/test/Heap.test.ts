import { assert, describe, it } from "@effect/vitest"
import * as Heap from "../src/internal/pacing/heap.ts"
import { seeded } from "./utils/pacing.ts"

const drain = (heap: Heap.Heap<string>): ReadonlyArray<string> => {
  const values: Array<string> = []
  for (let first = heap[0]; first !== undefined; first = heap[0]) {
    values.push(first.value)
    Heap.remove(heap, first)
  }
  return values
}

describe("a heap", () => {
  it("has the least key first, and of equal keys the first that came", () => {
    const heap: Heap.Heap<string> = []
    for (const [key, value] of [[2, "c"], [1, "a"], [2, "d"], [1, "b"], [2, "e"], [3, "f"]] as const) {
      Heap.add(heap, key, value)
    }
    assert.deepStrictEqual(drain(heap), ["a", "b", "c", "d", "e", "f"])
  })

  it("is a sorted list, whatever is added and taken out of its middle", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seeded(seed)
      const heap: Heap.Heap<number> = []
      const sorted: Array<Heap.Entry<number>> = []
      for (let step = 0; step < 300; step++) {
        if (random() < 0.55) {
          const key = Math.floor(random() * 20)
          const entry = Heap.add(heap, key, step)
          const after = sorted.findIndex((other) => other.key > key)
          sorted.splice(after < 0 ? sorted.length : after, 0, entry)
        } else if (sorted.length > 0) {
          const [entry] = sorted.splice(Math.floor(random() * sorted.length), 1)
          Heap.remove(heap, entry!)
        }
        assert.strictEqual(heap[0], sorted[0])
        assert.sameMembers(heap, sorted)
        for (const [position, entry] of heap.entries()) assert.strictEqual(entry.position, position)
      }
    }
  })
})
