/**
 * What somebody may have meant who mistyped a name.
 *
 * @since 0.1.0
 */

/**
 * The name that is nearest to a text, if one is near: half of its letters at most are other ones.
 *
 * @internal
 */
export const nearest = (text: string, names: ReadonlyArray<string>): string | undefined => {
  const [best] = names
    .map((name) => ({ name, distance: distance(text.slice(0, 64), name) }))
    .sort((a, b) => a.distance - b.distance)
  return best !== undefined && best.distance <= best.name.length / 2 ? best.name : undefined
}

// By Levenshtein.
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}
