import { nameStep } from '../autograd/graph.ts'
import { float32, float64, int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkable } from './checkable.ts'
import { zeros } from './creation.ts'
import { elementwise } from './define/elementwise.ts'
import { routine, unrecorded } from './define/routine.ts'
import { stack } from './joining.ts'

/**
 * How often each whole number from 0 on occurs: `[n] → [max + 1]`, or longer where `minlength` is. `weights` is what each
 * element adds, 1 where left out; `[n]`.
 */
export const bincount = signature(
  'bincount',
  ['Tensor input', 'Tensor? weights', 'int minlength'],
  (x: Tensor, weights: Tensor | null = null, minlength = 0): Tensor => {
    if (x.dtype.kind !== 'integer') throw new RuntimeError(`"bincount_cpu" not implemented for '${x.dtype.scalarName}'`)
    if (minlength < 0) throw new RuntimeError('minlength should be >= 0')
    const values = x.to_typed_array()
    if (x.ndim !== 1 || values.some((value) => value < 0)) {
      throw new RuntimeError('bincount only supports 1-d non-negative integral inputs.')
    }
    if (weights !== null && (weights.ndim !== 1 || weights.numel() !== values.length)) {
      throw new RuntimeError('weights should be 1-d and have the same length as input')
    }
    let length = minlength
    for (const value of values) length = Math.max(length, value + 1)
    const dtype = weights === null ? int32 : weights.dtype === float32 ? float32 : float64
    const counted = routine(
      'bincount',
      weights === null ? [] : [weights],
      () => {
        const amounts = weights === null ? x.new_ones([values.length], { dtype }) : weights.to(dtype)
        return zeros([length], { dtype, device: x.device }).index_add_(0, x, amounts)
      },
      () => ({
        saved: [],
        backward: () => {
          throw new RuntimeError('derivative for aten::bincount is not implemented')
        },
      }),
    )
    return nameStep(counted, 'NotImplemented')
  },
)

const binOf = elementwise('histc_bin', ['x', 'low', 'high'], {
  // What is in none counts in one more.
  forward: 'x >= low && x <= high ? min(floor((x - low) / (high - low) * bins), bins - 1) : bins',
  parameters: { bins: 100 },
  only: 'floating',
  kernel: 'histogram_cpu',
})

/** How many elements lie in each of `bins` even intervals from `min` to `max`; where these are equal, those of the elements. */
export const histc = signature(
  'histc',
  ['Tensor input', 'int bins', 'Number min', 'Number max'],
  (x: Tensor, bins = 100, min = 0, max = 0): Tensor => {
    if (bins <= 0) {
      throw new RuntimeError(`torch.histogram(): bins must be > 0, but got ${bins} for dimension 0`)
    }
    if (max < min) throw new RuntimeError('torch.histc: max must be larger than min')
    return unrecorded(() => {
      const flat = x.reshape(-1)
      const ends = min === max && x.numel() > 0 ? [flat.amin(), flat.amax()] : [x.new_tensor(min), x.new_tensor(max)]
      const [low, high] = ends as [Tensor, Tensor]
      const [from = 0, to = 0] = checkable(stack(ends))
      if (!Number.isFinite(to - from)) throw new RuntimeError(`torch.histc: range of [${from}, ${to}] is not finite`)
      // Equal ends are moved apart.
      const step = low.eq(high).to(x.dtype)
      const places = binOf(flat, low.sub(step), high.add(step), bins).to(int32)
      // Float32 counts faster, as far as it is exact.
      const dtype = x.numel() < 2 ** 24 ? float32 : float64
      const counts = x.new_zeros(bins + 1, { dtype }).index_add_(0, places, flat.new_ones(flat.shape, { dtype }))
      return counts.narrow(0, 0, bins).to(x.dtype, { copy: true })
    })
  },
)
