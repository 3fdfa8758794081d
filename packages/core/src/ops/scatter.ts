import type { ScatterMode } from '../devices/routines.ts'
import { RuntimeError } from '../errors.ts'
import { signature } from '../signature/index.ts'
import type { Tensor, TensorLike } from '../tensor/tensor.ts'
import { scatterInPlace, scatterOut } from './scatter-step.ts'

const reductions: Readonly<Record<string, ScatterMode>> = { add: 'add', multiply: 'multiply' }

/** How `scatter` combines what is there with what comes. */
export interface ScatterOptions {
  readonly reduce?: 'add' | 'multiply'
}
function modeOf({ reduce }: ScatterOptions): ScatterMode {
  if (reduce === undefined) return 'set'
  const mode = reductions[reduce]
  if (mode === undefined) throw new RuntimeError('reduce argument must be either add or multiply.')
  return mode
}

/** `out[i][index[i][j]] = source[i][j]` for `dim` 1, and so on, on a copy. */
export const scatter = signature(
  'scatter',
  ['Tensor input', 'int dim', 'Tensor index', 'Tensor|Number src|value', '*', 'str? reduce'],
  (x: Tensor, dim: number, index: Tensor, src: TensorLike, options: ScatterOptions = {}): Tensor =>
    scatterOut('scatter', x, dim, index, src, modeOf(options)),
)
/** As `scatter`, in place. */
export const scatter_ = signature(
  'scatter_',
  ['Tensor input', 'int dim', 'Tensor index', 'Tensor|Number src|value', '*', 'str? reduce'],
  (x: Tensor, dim: number, index: Tensor, src: TensorLike, options: ScatterOptions = {}): Tensor =>
    scatterInPlace('scatter', x, dim, index, src, modeOf(options)),
)
/** As `scatter`, adding to what is there. */
export const scatter_add = signature(
  'scatter_add',
  ['Tensor input', 'int dim', 'Tensor index', 'Tensor src'],
  (x: Tensor, dim: number, index: Tensor, src: Tensor): Tensor => scatterOut('scatter_add', x, dim, index, src, 'add'),
)
/** As `scatter_add`, in place. */
export const scatter_add_ = signature(
  'scatter_add_',
  ['Tensor input', 'int dim', 'Tensor index', 'Tensor src'],
  (x: Tensor, dim: number, index: Tensor, src: Tensor): Tensor =>
    scatterInPlace('scatter_add', x, dim, index, src, 'add'),
)
