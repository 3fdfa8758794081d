import { float64 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { signature } from '../signature/index.ts'
import { Tensor, type TensorLike } from '../tensor/tensor.ts'
import { type AddmmOptions, addbmm, addmm, addmv, addr, baddbmm } from './addmm.ts'
import { float_power } from './float-power.ts'
import { replace } from './inplace.ts'
import { renorm } from './norms.ts'
import { tril, triu } from './rearranging.ts'
import { index_copy, index_fill } from './rows.ts'
import { cumprod, cumsum } from './scans.ts'

/** As `cumsum`, in place. */
export const cumsum_ = signature(
  'cumsum_',
  ['Tensor input', 'int dim'],
  (x: Tensor, dim: number): Tensor => replace(x, 'CumsumBackward0', (old) => cumsum(old, dim)),
)
/** As `cumprod`, in place. */
export const cumprod_ = signature(
  'cumprod_',
  ['Tensor input', 'int dim'],
  (x: Tensor, dim: number): Tensor => replace(x, 'CumprodBackward0', (old) => cumprod(old, dim)),
)
/** As `tril`, in place. */
export const tril_ = signature(
  'tril_',
  ['Tensor input', 'int diagonal'],
  (x: Tensor, diagonal = 0): Tensor => replace(x, 'TrilBackward0', (old) => tril(old, diagonal)),
)
/** As `triu`, in place. */
export const triu_ = signature(
  'triu_',
  ['Tensor input', 'int diagonal'],
  (x: Tensor, diagonal = 0): Tensor => replace(x, 'TriuBackward0', (old) => triu(old, diagonal)),
)
/** As `index_copy`, in place. */
export const index_copy_ = signature(
  'index_copy_',
  ['Tensor input', 'int dim', 'Tensor index', 'Tensor source'],
  (x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor =>
    replace(x, 'IndexCopyBackward0', (old) => index_copy(old, dim, index, source), [index, source]),
)
/** As `index_fill`, in place. */
export const index_fill_ = signature(
  'index_fill_',
  ['Tensor input', 'int dim', 'Tensor index', 'Tensor|Number value'],
  (x: Tensor, dim: number, index: Tensor, value: TensorLike): Tensor =>
    replace(x, `IndexFillBackward${value instanceof Tensor ? 1 : 0}`, (old) => index_fill(old, dim, index, value), [
      index,
    ]),
)
/** As `addmm`, in place. */
export const addmm_ = signature(
  'addmm_',
  ['Tensor input', 'Tensor mat1', 'Tensor mat2', '*', 'Number beta', 'Number alpha'],
  (x: Tensor, mat1: Tensor, mat2: Tensor, options: AddmmOptions = {}): Tensor =>
    replace(x, 'AddmmBackward0', (old) => addmm(old, mat1, mat2, options)),
)
/** As `baddbmm`, in place. */
export const baddbmm_ = signature(
  'baddbmm_',
  ['Tensor input', 'Tensor batch1', 'Tensor batch2', '*', 'Number beta', 'Number alpha'],
  (x: Tensor, batch1: Tensor, batch2: Tensor, options: AddmmOptions = {}): Tensor =>
    replace(x, 'BaddbmmBackward0', (old) => baddbmm(old, batch1, batch2, options)),
)
/** As `addmv`, in place. */
export const addmv_ = signature(
  'addmv_',
  ['Tensor input', 'Tensor mat', 'Tensor vec', '*', 'Number beta', 'Number alpha'],
  (x: Tensor, mat: Tensor, vec: Tensor, options: AddmmOptions = {}): Tensor =>
    replace(x, 'AddmvBackward0', (old) => addmv(old, mat, vec, options)),
)
/** As `addr`, in place. */
export const addr_ = signature(
  'addr_',
  ['Tensor input', 'Tensor vec1', 'Tensor vec2', '*', 'Number beta', 'Number alpha'],
  (x: Tensor, vec1: Tensor, vec2: Tensor, options: AddmmOptions = {}): Tensor =>
    replace(x, 'AddrBackward0', (old) => addr(old, vec1, vec2, options), [vec1, vec2]),
)
/** As `addbmm`, in place. */
export const addbmm_ = signature(
  'addbmm_',
  ['Tensor input', 'Tensor batch1', 'Tensor batch2', '*', 'Number beta', 'Number alpha'],
  (x: Tensor, batch1: Tensor, batch2: Tensor, options: AddmmOptions = {}): Tensor =>
    replace(x, 'AddbmmBackward0', (old) => addbmm(old, batch1, batch2, options)),
)
/** As `renorm`, in place. */
export const renorm_ = signature(
  'renorm_',
  ['Tensor input', 'Number p', 'int dim', 'Number maxnorm'],
  (x: Tensor, p: number, dim: number, maxnorm: number): Tensor =>
    replace(x, 'RenormBackward0', (old) => renorm(old, p, dim, maxnorm)),
)
/** As `float_power`, in place, of float64. */
export const float_power_ = signature(
  'float_power_',
  ['Tensor input', 'Tensor|Number exponent'],
  (x: Tensor, exponent: TensorLike): Tensor => {
    if (x.dtype !== float64) {
      throw new RuntimeError(
        `the base given to float_power_ has dtype ${x.dtype.scalarName} but the operation's result requires dtype Double`,
      )
    }
    return replace(x, 'PowBackward0', (old) => float_power(old, exponent))
  },
)
