import { coalesce } from '../../shape.ts'

/** A loop over one dimension, or several that lie in memory as one. */
export interface Loop {
  readonly size: number
  /** The bytes that one step moves each window by. */
  readonly steps: readonly number[]
}

/** Loops over the dimensions of a shape, outermost first; none where all have size 1. `strides` are those of each window. */
export function loopsOf(shape: readonly number[], strides: readonly (readonly number[])[]): Loop[] {
  const flat = coalesce(shape, strides)
  const loops: Loop[] = []
  for (let dim = 0; dim < flat.shape.length; dim++) {
    const size = flat.shape[dim] as number
    if (size !== 1) loops.push({ size, steps: flat.strides.map((steps) => steps[dim] as number) })
  }
  return loops
}

/** A loop of a number of steps that move nothing. */
export const still = (size: number, windows: number): Loop => ({
  size,
  steps: new Array<number>(windows).fill(0),
})

/** How a reduction is computed: an inner loop along a reduced dimension, or along a kept one. */
export interface ReductionPlan {
  readonly direction: 'rows' | 'columns'
  /** The inner loop, and the loops around it, outermost first. */
  readonly inner: Loop
  readonly reduced: readonly Loop[]
  readonly kept: readonly Loop[]
}

/** Plans the loops over `shape`. The first window is the output. */
export function planReduction(
  shape: readonly number[],
  isReduced: readonly boolean[],
  strides: readonly (readonly number[])[],
): ReductionPlan {
  const stepAlong = (dim: number): number => Math.abs(strides[1]?.[dim] ?? 0)
  const inOrder = shape.map((_, dim) => dim).sort((a, b) => stepAlong(b) - stepAlong(a) || a - b)
  const loopsAlong = (dims: readonly number[]): Loop[] =>
    loopsOf(
      dims.map((dim) => shape[dim] ?? 1),
      strides.map((steps) => dims.map((dim) => steps[dim] ?? 0)),
    )
  const reduced = loopsAlong(inOrder.filter((dim) => isReduced[dim]))
  const kept = loopsAlong(inOrder.filter((dim) => !isReduced[dim]))
  if (reduced.some(({ size }) => size === 0)) {
    return { direction: 'rows', inner: still(0, strides.length), reduced: [], kept }
  }
  const [run, width] = [reduced.at(-1) ?? still(1, strides.length), kept.at(-1)]
  if (width !== undefined && reduced.length === 1 && prefersColumns(run, width)) {
    return { direction: 'columns', inner: width, reduced, kept: kept.slice(0, -1) }
  }
  return { direction: 'rows', inner: run, reduced: reduced.slice(0, -1), kept }
}

/** Whether memory is read better along the kept dimension: in shorter steps, or in longer runs. */
function prefersColumns(run: Loop, width: Loop): boolean {
  const [along, across] = [Math.abs(run.steps[1] ?? 0), Math.abs(width.steps[1] ?? 0)]
  return (across !== 0 && across < along) || (run.size < 8 && width.size >= 16)
}
