/**
 * An object without its undefined members, for keys that may be absent but not undefined.
 *
 * @since 0.1.0
 */

/** @internal */
export const defined = <T extends object>(members: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } => {
  const result: { [K in keyof T]?: Exclude<T[K], undefined> } = {}
  for (const key in members) {
    const value = members[key]
    if (isDefined(value)) result[key] = value
  }
  return result
}

const isDefined = <A>(value: A): value is Exclude<A, undefined> => value !== undefined
