import { type BackwardFunction, nameStep } from '../autograd/graph.ts'
import { checkInPlace } from '../autograd/view.ts'
import type { ScatterMode } from '../devices/routines.ts'
import { bool, int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { formatShape, type Shape, sameShape, wrapDim } from '../shape.ts'
import { Tensor, type TensorLike } from '../tensor/tensor.ts'
import { checkSeparate } from './define/operands.ts'
import { routine } from './define/routine.ts'
import { checkDims, checkRange, scalarsAsVectors } from './index-checks.ts'
import { inPlace } from './inplace.ts'
import { packedCopy } from './packed.ts'

/** Checks the arguments of a scatter; gives the dimension and the source, windowed to the index. */
export function checkScatter(
  name: string,
  x: Tensor,
  dim: number,
  index: Tensor,
  source: TensorLike,
): { at: number; from: Tensor } {
  const at = wrapDim(dim, x.ndim)
  if (index.dtype !== int32) throw new RuntimeError(`${name}(): Expected dtype int64 for index`)
  checkDims(index, x)
  const isTooLarge = index.shape.some((size, i) => i !== at && size > (x.shape[i] ?? 1))
  const values = source instanceof Tensor ? source : x.new_full(index.shape, Number(source))
  if (values.dtype !== x.dtype) throw new RuntimeError(`${name}(): Expected self.dtype to be equal to src.dtype`)
  if (Math.max(1, values.ndim) !== Math.max(1, index.ndim)) {
    throw new RuntimeError('Index tensor must have the same number of dimensions as src tensor')
  }
  const isLarger = index.shape.some((size, i) => size > (values.shape[i] ?? 1))
  if (index.numel() > 0 && (isTooLarge || isLarger)) {
    throw new RuntimeError(
      `Expected index ${formatShape(index.shape)} to be smaller than self ${formatShape(x.shape)} apart from dimension ${at}` +
        (source instanceof Tensor ? ` and to be smaller size than src ${formatShape(values.shape)}` : ''),
    )
  }
  checkRange(name, index, at, x.shape[at] ?? 1)
  return { at, from: windowOf(values, index.shape) }
}
/** The corner of a tensor that an index of a shape reaches. */
export const windowOf = (x: Tensor, shape: Shape): Tensor =>
  sameShape(x.shape, shape) ? x : x.as_strided(shape, x.strides, x.offset)

/** Runs a scatter on the memory of `x`. */
export function scatterMemory(x: Tensor, at: number, index: Tensor, from: Tensor, mode: ScatterMode): void {
  if (index.numel() === 0) return
  const [target, picks, source] = scalarsAsVectors(x, index, from) as [Tensor, Tensor, Tensor]
  // The sum of truth values is whether one of them is true.
  x.storage.device.routines.scatter(target, picks, source, at, x.dtype === bool && mode === 'add' ? 'max' : mode)
}

const gradients =
  (mode: ScatterMode, at: number, source: Shape | null): BackwardFunction =>
  ([g = null], _, [saved]) => {
    const index = saved as Tensor
    if (mode === 'multiply') throw new RuntimeError('scatter with reduce=multiply is not differentiable')
    if (g === null) return source === null ? [null] : [null, null]
    const own = mode === 'add' ? g : g.scatter(at, index, 0)
    if (source === null) return [own]
    const picked = g.gather(at, index)
    if (sameShape(source, index.shape)) return [own, picked]
    const padded = g.new_zeros(source)
    windowOf(padded, index.shape).copy_(picked)
    return [own, padded]
  }

/** A scatter into a copy of `x`, recorded as one step. */
export function scatterOut(
  name: string,
  x: Tensor,
  dim: number,
  index: Tensor,
  source: TensorLike,
  mode: ScatterMode,
): Tensor {
  const { at, from } = checkScatter(name, x, dim, index, source)
  const values = source instanceof Tensor ? source : null
  const out = routine(
    name,
    values === null ? [x] : [x, values],
    () => {
      const out = packedCopy(x)
      scatterMemory(out, at, index, from, mode)
      return out
    },
    () => ({ saved: [index], backward: gradients(mode, at, values?.shape ?? null) }),
  )
  return values === null ? nameStep(out, 'ScatterBackward1') : out
}

/** A scatter into `x` itself, recorded as one step. */
export function scatterInPlace(
  name: string,
  x: Tensor,
  dim: number,
  index: Tensor,
  source: TensorLike,
  mode: ScatterMode,
): Tensor {
  checkInPlace(x)
  const { at, from } = checkScatter(name, x, dim, index, source)
  const values = source instanceof Tensor ? source : null
  const others = values === null ? [] : [values]
  checkSeparate(x, [index, ...others])
  const node = name === 'scatter_add' ? 'ScatterAddBackward0' : `ScatterBackward${values === null ? 1 : 0}`
  return inPlace(
    x,
    others,
    () => scatterMemory(x, at, index, from, mode),
    gradients(mode, at, values?.shape ?? null),
    node,
    [index],
  )
}
