/**
 * The faults that wait for a request.
 *
 * @since 0.1.0
 */
import type * as Fault from "../Fault.ts"
import type { Operation } from "../Operation.ts"
import type { RecordedRequest } from "../RecordedRequest.ts"

/** Which requests a fault is for; the same as the public one, with nothing left open. @internal */
export interface Target {
  readonly times: number
  readonly operation: Operation | undefined
  readonly when: (request: RecordedRequest) => boolean
}

/** @internal */
export interface Faults {
  /** Adds one for so many of the requests that match. */
  readonly add: (fault: Fault.Fault, target: Target) => void
  /** Takes the oldest fault that matches. */
  readonly take: (request: RecordedRequest) => Fault.Fault | undefined
  /** Those that still wait for a request, the oldest first. */
  readonly all: () => ReadonlyArray<{
    readonly name: string
    readonly left: number
    readonly operation: Operation | undefined
  }>
  readonly clear: () => void
}

interface Waiting extends Target {
  readonly fault: Fault.Fault
  left: number
}

/** @internal */
export const make = (): Faults => {
  let waiting: ReadonlyArray<Waiting> = []
  const matches = ({ operation, when }: Target, request: RecordedRequest) =>
    (operation === undefined || operation === request.operation) && when(request)
  return {
    add: (fault, target) => {
      if (target.times > 0) waiting = [...waiting, { ...target, fault, left: target.times }]
    },
    take: (request) => {
      const found = waiting.find((one) => matches(one, request))
      if (found === undefined) return undefined
      found.left -= 1
      waiting = waiting.filter((one) => one.left > 0)
      return found.fault
    },
    all: () => waiting.map(({ fault, left, operation }) => ({ name: fault.name, left, operation })),
    clear: () => {
      waiting = []
    }
  }
}
