export interface Figures {
  // From a report's end to when that is seen, in seconds.
  readonly meanLag: number
  readonly requests: number
}

const shortest = 1
const longest = 30

// The rule itself, without a server: a poll each `gap` seconds for the wait that was polled longest ago, of those
// whose interval of √t between 1 and 30 s is over; a poll takes no time. What a pacer is measured against.
export const dueRule = (durations: ReadonlyArray<number>, gap: number): Figures => {
  const open = new Set(durations.map((duration) => ({ duration, polledAt: -shortest, interval: shortest })))
  let now = 0
  let requests = 0
  let lag = 0
  while (open.size > 0) {
    let due = undefined
    for (const wait of open) {
      const isDue = now - wait.polledAt >= wait.interval
      if (isDue && (due === undefined || wait.polledAt < due.polledAt)) due = wait
    }
    if (due === undefined) {
      now += 0.1
      continue
    }
    requests += 1
    due.polledAt = now
    due.interval = Math.min(longest, Math.max(shortest, Math.sqrt(now)))
    if (now >= due.duration) {
      lag += now - due.duration
      open.delete(due)
    }
    now += gap
  }
  return { meanLag: lag / durations.length, requests }
}
