import type { Tensor } from '@chainrule/core'

/** The loss and its gradient at a distance along a direction. */
export interface Point {
  readonly t: number
  readonly loss: number
  readonly gradient: Tensor
  /** The slope of the loss along the direction. */
  readonly slope: number
}

const [c1, c2] = [1e-4, 0.9]

/**
 * A distance along a direction at which the strong Wolfe conditions hold: the loss has fallen enough, and its slope too. Gives
 * the point, and how often the loss was computed. Nocedal and Wright 2006, algorithms 3.5 and 3.6, with the bracket of minFunc.
 */
export function strongWolfe(
  evaluate: (t: number) => Point,
  start: Point,
  first: number,
  largest: number,
  tolerance: number,
): { readonly found: Point; readonly evaluations: number } {
  const iterationLimit = 25
  /** Whether a point has not fallen below the line of the first condition. */
  const isHigh = (x: Point): boolean => x.loss > start.loss + c1 * x.t * start.slope
  const isFlat = (x: Point): boolean => Math.abs(x.slope) <= -c2 * start.slope
  let now = evaluate(first)
  let evaluations = 1
  let iterations = 0
  let before = start
  let bracket: [Point, Point] | null = null
  while (iterations < iterationLimit) {
    if (isHigh(now) || (iterations > 1 && now.loss >= before.loss)) {
      bracket = [before, now]
      break
    }
    if (isFlat(now)) return { found: now, evaluations }
    if (now.slope >= 0) {
      bracket = [before, now]
      break
    }
    const t = minimumBetween(before, now, [now.t + 0.01 * (now.t - before.t), now.t * 10])
    before = now
    now = evaluate(t)
    evaluations++
    iterations++
  }
  let [low, high] = inOrder(bracket ?? [start, now])
  let isStuck = false
  while (iterations < iterationLimit && Math.abs(high.t - low.t) * largest >= tolerance) {
    const [least, most] = [Math.min(low.t, high.t), Math.max(low.t, high.t)]
    let t = minimumBetween(low, high, [least, most])
    const margin = 0.1 * (most - least)
    // Near an end of the bracket twice, or at one: on by a tenth.
    if (Math.min(most - t, t - least) >= margin) isStuck = false
    else if (isStuck || t >= most || t <= least) {
      t = Math.abs(t - most) < Math.abs(t - least) ? most - margin : least + margin
      isStuck = false
    } else isStuck = true
    now = evaluate(t)
    evaluations++
    iterations++
    if (isHigh(now) || now.loss >= low.loss) [low, high] = inOrder([low, now])
    else {
      if (isFlat(now)) return { found: now, evaluations }
      if (now.slope * (high.t - low.t) >= 0) high = low
      low = now
    }
  }
  return { found: low, evaluations }
}

const inOrder = ([a, b]: readonly [Point, Point]): [Point, Point] => (a.loss <= b.loss ? [a, b] : [b, a])

/** Where the cubic through two points with their slopes is least, within bounds. */
function minimumBetween(a: Point, b: Point, [low, high]: readonly [number, number]): number {
  const [x, y] = a.t <= b.t ? [a, b] : [b, a]
  const d1 = x.slope + y.slope - (3 * (x.loss - y.loss)) / (x.t - y.t)
  const square = d1 * d1 - x.slope * y.slope
  if (!(square >= 0)) return (low + high) / 2
  const d2 = Math.sqrt(square)
  const least = y.t - (y.t - x.t) * ((y.slope + d2 - d1) / (y.slope - x.slope + 2 * d2))
  return Math.min(Math.max(least, low), high)
}
