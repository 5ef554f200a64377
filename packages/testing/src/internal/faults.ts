/**
 * The faults that wait for a request.
 *
 * @since 0.1.0
 */
import type { Target } from "../FakeDatadog.ts"
import type * as Fault from "../Fault.ts"
import type { RecordedRequest } from "../RecordedRequest.ts"

interface Waiting {
  readonly fault: Fault.Fault
  readonly options: Target
  left: number
}

/** @internal */
export interface Faults {
  readonly add: (fault: Fault.Fault, options: Target) => void
  /** Takes the oldest fault that matches. */
  readonly take: (request: RecordedRequest) => Fault.Fault | undefined
  readonly clear: () => void
}

/** @internal */
export const make = (): Faults => {
  let waiting: ReadonlyArray<Waiting> = []
  return {
    add: (fault, options) => {
      waiting = [...waiting, { fault, options, left: options.times ?? 1 }]
    },
    take: (request) => {
      const found = waiting.find((one) => one.left > 0 && matches(one.options, request))
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

const matches = (options: Target, request: RecordedRequest): boolean =>
  (options.operation === undefined || options.operation === request.operation)
  && (options.when === undefined || options.when(request))
