/**
 * The faults that wait for a request.
 *
 * @since 0.1.0
 */
import type * as Fault from "../Fault.ts"
import type { RecordedRequest } from "../RecordedRequest.ts"

interface Waiting {
  readonly fault: Fault.Fault
  readonly matches: (request: RecordedRequest) => boolean
  left: number
}

/** @internal */
export interface Faults {
  /** Adds one for so many of the requests that match. */
  readonly add: (fault: Fault.Fault, times: number, matches: (request: RecordedRequest) => boolean) => void
  /** Takes the oldest fault that matches. */
  readonly take: (request: RecordedRequest) => Fault.Fault | undefined
  readonly clear: () => void
}

/** @internal */
export const make = (): Faults => {
  let waiting: ReadonlyArray<Waiting> = []
  return {
    add: (fault, times, matches) => {
      waiting = [...waiting, { fault, matches, left: times }]
    },
    take: (request) => {
      const found = waiting.find((one) => one.left > 0 && one.matches(request))
      if (found === undefined) return undefined
      found.left -= 1
      waiting = waiting.filter((one) => one.left > 0)
      return found.fault
    },
    clear: () => {
      waiting = []
    }
  }
}
