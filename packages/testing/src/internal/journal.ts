/**
 * The requests on record: the newest, so many of them.
 *
 * @since 0.1.0
 */
import type { RecordedRequest } from "../RecordedRequest.ts"
import { dropOldest } from "./oldest.ts"

/** @internal */
export interface Journal {
  /** Records a request under the next number; the oldest goes where there are too many. */
  readonly add: (request: Omit<RecordedRequest, "sequence">) => RecordedRequest
  /** Records what became of it, if it is still on record. */
  readonly settle: (request: RecordedRequest) => void
  /** The oldest first. */
  readonly all: () => ReadonlyArray<RecordedRequest>
  readonly clear: () => void
  /** How many there have been, also those that are no longer on record. */
  readonly count: () => number
}

/** @internal */
export const make = (limit: number): Journal => {
  const requests = new Map<number, RecordedRequest>()
  let count = 0
  return {
    add: (request) => {
      count += 1
      const recorded = { ...request, sequence: count }
      requests.set(count, recorded)
      if (requests.size > limit) dropOldest(requests)
      return recorded
    },
    settle: (request) => {
      if (requests.has(request.sequence)) requests.set(request.sequence, request)
    },
    all: () => [...requests.values()],
    clear: () => requests.clear(),
    count: () => count
  }
}
