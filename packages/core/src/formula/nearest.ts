/** The number of insertions, deletions and replacements of one character that turn `a` into `b` (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** The `count` names that are spelled most like `name`, the closest first. */
export function nearest(name: string, names: readonly string[], count = 3): string[] {
  // A misspelled name is short; what is not cannot be near anything, and need not be compared to its end.
  const start = name.slice(0, 40).toLowerCase()
  const scored = names.map((candidate) => ({ candidate, score: distance(start, candidate) }))
  return scored
    .sort((a, b) => a.score - b.score)
    .slice(0, count)
    .map(({ candidate }) => candidate)
}
