/** Text whose lines after the first are moved to the right. */
const indent = (text: string): string => text.replaceAll('\n', '\n  ')

/** `Name(extra)` on one line, or one indented line for each line of `extra` and each child. */
export function moduleRepr(name: string, extra: string, children: readonly string[]): string {
  const own = extra === '' ? [] : extra.split('\n')
  if (own.length === 0 && children.length === 0) return `${name}()`
  if (own.length === 1 && children.length === 0) return `${name}(${extra})`
  return `${name}(\n  ${[...own, ...children.map(indent)].join('\n  ')}\n)`
}

/** `(name): module`, for each child. */
export function childLines(children: Iterable<readonly [string, { toString(): string }]>): string[] {
  return Array.from(children, ([name, child]) => `(${name}): ${child.toString()}`)
}

/** As `childLines` for numbered children; equal neighbours share the line `(0-2): 3 x Linear(…)`. */
export function repeatedLines(children: readonly { toString(): string }[]): string[] {
  const blocks: { first: number; count: number; text: string }[] = []
  children.forEach((child, i) => {
    const text = child.toString()
    const last = blocks.at(-1)
    if (last?.text === text) last.count++
    else blocks.push({ first: i, count: 1, text })
  })
  return blocks.map(({ first, count, text }) =>
    count === 1 ? `(${first}): ${text}` : `(${first}-${first + count - 1}): ${count} x ${text}`,
  )
}
