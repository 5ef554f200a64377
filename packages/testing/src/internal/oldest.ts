/**
 * Maps that keep the newest of their entries.
 *
 * @since 0.1.0
 */

/** Takes away the entry that was added first. @internal */
export const dropOldest = <A>(map: Map<A, unknown>): void => {
  for (const [oldest] of map) {
    map.delete(oldest)
    return
  }
}
