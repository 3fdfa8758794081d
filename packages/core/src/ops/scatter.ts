import type { ScatterMode } from '../devices/routines.ts'
import { RuntimeError } from '../errors.ts'
import type { Tensor, TensorLike } from '../tensor/tensor.ts'
import { scatterInPlace, scatterOut } from './scatter-step.ts'

const reductions: Readonly<Record<string, ScatterMode>> = { add: 'add', multiply: 'multiply' }

/** How `scatter` combines what is there with what comes. */
export interface ScatterOptions {
  readonly reduce?: 'add' | 'multiply'
}
function modeOf({ reduce }: ScatterOptions = {}): ScatterMode {
  if (reduce === undefined) return 'set'
  const mode = reductions[reduce]
  if (mode === undefined) throw new RuntimeError('reduce argument must be either add or multiply.')
  return mode
}

/** `out[i][index[i][j]] = source[i][j]` for `dim` 1, and so on, on a copy. */
export function scatter(x: Tensor, dim: number, index: Tensor, source: TensorLike, options?: ScatterOptions): Tensor {
  return scatterOut('scatter', x, dim, index, source, modeOf(options))
}
/** As `scatter`, in place. */
export function scatter_(x: Tensor, dim: number, index: Tensor, source: TensorLike, options?: ScatterOptions): Tensor {
  return scatterInPlace('scatter', x, dim, index, source, modeOf(options))
}
/** As `scatter`, adding to what is there. */
export function scatter_add(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  return scatterOut('scatter_add', x, dim, index, source, 'add')
}
/** As `scatter_add`, in place. */
export function scatter_add_(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  return scatterInPlace('scatter_add', x, dim, index, source, 'add')
}
