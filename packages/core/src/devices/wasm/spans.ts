/** A stretch of free memory. */
interface Span {
  start: number
  size: number
}

/** Free memory as stretches in the order of their addresses. Neighbours join when they meet. */
export class Spans {
  readonly #spans: Span[] = []

  /** Takes `size` bytes from the smallest stretch that has them; undefined where none has. */
  take(size: number): number | undefined {
    let best = -1
    let bestSize = Number.POSITIVE_INFINITY
    for (let i = 0; i < this.#spans.length; i++) {
      const { size: here = 0 } = this.#spans[i] ?? {}
      if (here >= size && here < bestSize) {
        best = i
        bestSize = here
      }
    }
    const span = this.#spans[best]
    if (span === undefined) return undefined
    const { start } = span
    span.start += size
    span.size -= size
    if (span.size === 0) this.#spans.splice(best, 1)
    return start
  }

  /** Gives a stretch back. */
  give(start: number, size: number): void {
    const next = this.#indexAfter(start)
    const before = this.#spans[next - 1]
    const after = this.#spans[next]
    const joinsBefore = before !== undefined && before.start + before.size === start
    const joinsAfter = after !== undefined && start + size === after.start
    if (joinsBefore) {
      before.size += size + (joinsAfter ? after.size : 0)
      if (joinsAfter) this.#spans.splice(next, 1)
    } else if (joinsAfter) {
      after.start = start
      after.size += size
    } else this.#spans.splice(next, 0, { start, size })
  }

  /** The bytes at the end of the last stretch, if that ends at `end`: what growing the memory there would add to. */
  endingAt(end: number): number {
    const last = this.#spans.at(-1)
    return last !== undefined && last.start + last.size === end ? last.size : 0
  }

  #indexAfter(start: number): number {
    let [low, high] = [0, this.#spans.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#spans[middle]?.start ?? 0) < start) low = middle + 1
      else high = middle
    }
    return low
  }
}
