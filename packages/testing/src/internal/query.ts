/**
 * The query of a path.
 *
 * @since 0.1.0
 */

/** Its parameters, decoded; of a name that is sent twice the last. @internal */
export const parse = (path: string): Readonly<Record<string, string>> =>
  Object.fromEntries(new URLSearchParams(path.replace(/^[^?]*\??/, "")))
