import { nameStep } from '../autograd/graph.ts'
import { int32 } from '../dtype.ts'
import { IndexError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import { overloaded, signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { pascalCase } from './define/names.ts'
import { routine } from './define/routine.ts'
import type { AllOrAlong } from './extremes.ts'
import { cat } from './joining.ts'
import { picked, refuseBool } from './picks.ts'
import { arange } from './ranges.ts'
import type { ValuesAndIndices } from './results.ts'
import { where } from './where.ts'

const medianOf = (name: 'median' | 'nanmedian') =>
  overloaded<AllOrAlong>(
    name,
    ['Tensor input', 'int? dim', 'bool keepdim'],
    (x: Tensor, dim: number | null = null, keepdim = false): Tensor | ValuesAndIndices =>
      dim === null ? medianOfAll(name, x) : along(name, x, dim, keepdim),
  )
/** The lower median of all elements, or along a dimension with its index. NaN where there is one. */
export const median = medianOf('median')
/** As `median`, of what is not NaN. */
export const nanmedian = medianOf('nanmedian')

function medianOfAll(name: 'median' | 'nanmedian', x: Tensor): Tensor {
  refuseBool('median_cpu', x)
  const flat = x.detach().reshape(-1)
  return routine(
    name,
    [x],
    () => (flat.numel() === 0 ? nothing(x) : along(name, flat, 0, false).values),
    (value) => ({
      saved: [x, value],
      // Equal elements share the gradient.
      backward: ([g = null], _, [input, result]) => {
        if (g === null) return [null]
        const [elements, middle] = [(input as Tensor).detach(), (result as Tensor).detach()]
        const mask = elements.eq(middle).logical_or(elements.isnan().logical_and(middle.isnan())).to(g.dtype)
        return [g.mul(mask.div(mask.sum()))]
      },
    }),
  )
}

/** What stands for NaN: among whole numbers, the smallest. */
const nothing = (x: Tensor): Tensor =>
  x.new_full([], x.dtype.kind === 'floating' ? Number.NaN : x.dtype === int32 ? -(2 ** 31) : 0)

function along(name: 'median' | 'nanmedian', x: Tensor, dim: number, keepdim: boolean): ValuesAndIndices {
  const at = wrapDim(dim, x.ndim)
  const size = x.shape[at] ?? 1
  refuseBool('median_out', x)
  if (size === 0) throw new IndexError(`median(): Expected reduction dim ${at} to have non-zero size.`)
  const choose = (order: Tensor): Tensor => {
    if (x.ndim === 0) return order
    const middle = (): Tensor => order.narrow(at, Math.floor((size - 1) / 2), 1).contiguous()
    if (x.dtype.kind !== 'floating') return middle()
    // NaN sorts last: the first of them is the median, or the middle lies among the others.
    const nan = x.detach().isnan()
    if (name === 'median') {
      return where(nan.any(at, { keepdim: true }), nan.to(int32).argmax(at, { keepdim: true }), middle())
    }
    const count = nan.logical_not().sum(at, { keepdim: true })
    return order.gather(at, count.sub(1).clamp(0).div(2, { rounding_mode: 'floor' }))
  }
  const result = picked(name, x, at, choose, { keepdim })
  nameStep(result.values, `${pascalCase(name)}Backward1`)
  return result
}

/** The most frequent value along a dimension, the smallest of equals, with an index of it. */
export const mode = signature(
  'mode',
  ['Tensor input', 'int dim', 'bool keepdim'],
  (x: Tensor, dim = -1, keepdim = false): ValuesAndIndices => {
    const at = wrapDim(dim, x.ndim)
    if (x.shape[at] === 0) throw new IndexError(`mode(): Expected reduction dim ${at} to have non-zero size.`)
    const choose = (order: Tensor, values: Tensor): Tensor => {
      if (x.ndim === 0) return order
      const n = x.shape[at] as number
      const rows = values.movedim(at, -1)
      const isRepeated = rows.narrow(-1, 1, n - 1).eq(rows.narrow(-1, 0, n - 1))
      const repeats = cat([isRepeated.new_zeros([...isRepeated.shape.slice(0, -1), 1]), isRepeated], -1)
      // How many equal ones come before each: the most before the last ones of the longest runs, of which the first is taken.
      const places = arange(n, { dtype: int32, device: x.device })
      const before = places.sub(where(repeats, 0, places).cummax(-1).values)
      const found = before.argmax(-1, { keepdim: true })
      return order.gather(at, found.movedim(-1, at)).contiguous()
    }
    return picked('mode', x, at, choose, { keepdim })
  },
)
