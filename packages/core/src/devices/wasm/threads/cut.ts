import type { Loop } from '../plan.ts'
import type { Call } from './team.ts'

/** Some of the steps of loops, and where its windows begin. */
export interface Part {
  readonly loops: readonly Loop[]
  readonly pointers: readonly number[]
}

/** Runs of elements are cut at multiples of this: a cache line of float32. */
export const grain = 16

/**
 * Cuts nested loops, outermost first, into at most `count` parts about equal: along the outermost loop that is much longer than that,
 * or else the longest. `pointers` are the windows' first elements, which the loops' steps move. The innermost loop is cut at
 * multiples of `innerGrain`.
 */
export function cutLoops(loops: readonly Loop[], pointers: readonly number[], count: number, innerGrain = 1): Part[] {
  if (count < 2) return [{ loops, pointers }]
  const grains = loops.map(({ size }, i) => Math.floor(size / (i < loops.length - 1 ? 1 : innerGrain)))
  const longEnough = grains.findIndex((size) => size >= 4 * count)
  const along = longEnough >= 0 ? longEnough : grains.indexOf(Math.max(...grains))
  const loop = loops[along]
  const parts = Math.min(count, grains[along] ?? 1)
  if (loop === undefined || parts < 2) return [{ loops, pointers }]
  const step = along < loops.length - 1 ? 1 : innerGrain
  return Array.from({ length: parts }, (_, i) => {
    const [from, to] = [cutAt(loop.size, step, i, parts), cutAt(loop.size, step, i + 1, parts)]
    return {
      loops: loops.map((each, k) => (k === along ? { ...loop, size: to - from } : each)),
      pointers: pointers.map((pointer, k) => pointer + from * (loop.steps[k] ?? 0)),
    }
  })
}

/**
 * Cuts a call of `run(n, ...pointers, ...more)` into `count`, where each pointer moves by some bytes, its `step`, from one of
 * the `n` elements to the next.
 */
export function cutRun(place: number, args: readonly number[], steps: readonly number[], count: number): Call[] {
  const [size = 0] = args
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = [cutAt(size, grain, i, count), cutAt(size, grain, i + 1, count)]
    return [place, to - from, ...args.slice(1).map((arg, k) => arg + from * (steps[k] ?? 0))]
  })
}

/** Where part `index` of `count` begins; the last one ends at `size`. */
export function cutAt(size: number, grain: number, index: number, count: number): number {
  return index === count ? size : Math.floor(Math.floor(size / grain) * (index / count)) * grain
}
