/** Views in place: a tensor that shows its memory in another way from now on. */
import { nameView, recording, requiresGrad } from '../autograd/graph.ts'
import { checkInPlace } from '../autograd/view.ts'
import { free } from '../devices/scope.ts'
import type { Storage } from '../devices/storage.ts'
import { RuntimeError } from '../errors.ts'
import { checkSizes, contiguousStrides, type Geometry, numel, type Shape, sameShape } from '../shape.ts'
import { signature } from '../signature/index.ts'
import { alias, allocate } from '../tensor/make.ts'
import { Tensor } from '../tensor/tensor.ts'
import { write } from './inplace.ts'
import { t, transpose } from './permute.ts'
import { as_strided } from './strided.ts'
import { squeeze, unsqueeze } from './views.ts'

const move = (x: Tensor, { shape, strides, offset }: Geometry): Tensor => Object.assign(x, { shape, strides, offset })

/** Makes `x` what `view` shows of it. The view's step becomes its own; a base that it is a window on stays as it is. */
function become(x: Tensor, view: (x: Tensor) => Tensor, node: string): Tensor {
  checkInPlace(x)
  const isRecorded = recording([x])
  const shown = nameView(view(x), node)
  move(x, shown)
  x.storage.version++
  if (x.viewOf !== null) x.viewOf.version = x.storage.version
  if (isRecorded) {
    x.node = shown.node
    x.outputIndex = shown.outputIndex
  }
  return x
}

/** As `squeeze`, in place. */
export const squeeze_ = signature(
  'squeeze_',
  ['Tensor input', 'int[]? dim'],
  (x: Tensor, dim: number | readonly number[] | null = null): Tensor => {
    const overload = dim === null ? 3 : typeof dim === 'number' ? 4 : 5
    return become(x, (y) => squeeze(y, dim), `SqueezeBackward${overload}`)
  },
)
/** As `unsqueeze`, in place. */
export const unsqueeze_ = signature(
  'unsqueeze_',
  ['Tensor input', 'int dim'],
  (x: Tensor, dim: number): Tensor => become(x, (y) => unsqueeze(y, dim), 'UnsqueezeBackward1'),
)
/** As `transpose`, in place. */
export const transpose_ = signature(
  'transpose_',
  ['Tensor input', 'int dim0', 'int dim1'],
  (x: Tensor, dim0: number, dim1: number): Tensor => become(x, (y) => transpose(y, dim0, dim1), 'TransposeBackward1'),
)
/** As `transpose_`, in NumPy's words. */
export const swapaxes_ = signature(
  'swapaxes_',
  ['Tensor input', 'int axis0', 'int axis1'],
  (x: Tensor, axis0: number, axis1: number): Tensor => transpose_(x, axis0, axis1),
)
export {
  /** As `transpose_`. */
  transpose_ as swapdims_,
}
/** As `t`, in place. */
export const t_ = signature('t_', ['Tensor input'], (x: Tensor): Tensor => {
  if (x.ndim > 2) throw new RuntimeError(`t_() expects a tensor with <= 2 dimensions, but self is ${x.ndim}D`)
  return become(x, t, 'TBackward1')
})
/** As `as_strided`, in place. */
export const as_strided_ = signature(
  'as_strided_',
  ['Tensor input', 'size size', 'size stride', 'int? storage_offset'],
  (x: Tensor, size: Shape, stride: readonly number[], storage_offset: number = x.offset): Tensor =>
    become(x, (y) => as_strided(y, size, stride, storage_offset), 'AsStridedBackward1'),
)

/**
 * The elements of the memory in a new shape, row by row from the first element of the tensor on. Where the memory is too short it
 * grows, and what is new is 0.
 *
 * @throws RuntimeError for a tensor that requires a gradient.
 */
export const resize_ = signature('resize_', ['Tensor input', 'size *size'], (x: Tensor, size: Shape): Tensor => {
  if (requiresGrad(x)) throw new RuntimeError('cannot resize variables that require grad')
  checkSizes('resize_', size)
  if (sameShape(size, x.shape)) return x
  grow(x.storage, x.offset + numel(size))
  return move(x, { shape: size, strides: contiguousStrides(size), offset: x.offset })
})

/** As `resize_`, to the shape of another tensor. */
export const resize_as_ = signature(
  'resize_as_',
  ['Tensor input', 'Tensor the_template'],
  (x: Tensor, the_template: Tensor): Tensor => resize_(x, the_template.shape),
)

/** Makes a memory hold `length` elements at least, for all tensors that share it. */
function grow(storage: Storage, length: number): void {
  const old = storage.length
  if (old >= length) return
  const larger = allocate([length], storage.dtype, storage.device)
  write(larger, 0)
  const window = { shape: [old], strides: [1], offset: 0 }
  write(alias(larger, window), new Tensor(storage, window.shape, window.strides, 0))
  const { buffer } = storage
  storage.buffer = larger.storage.buffer
  storage.length = length
  larger.storage.buffer = buffer
  larger.storage.length = old
  // The old memory may be under another version counter too, as that of `x.data`.
  if (storage.kept) larger.storage.kept = true
  free(larger.storage)
}
