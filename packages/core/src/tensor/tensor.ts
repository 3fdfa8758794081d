import type { Node } from '../autograd/node.ts'
import type { ViewRecord } from '../autograd/view.ts'
import type { DeviceName } from '../devices/device.ts'
import type { Storage } from '../devices/storage.ts'
import { type DType, int32 } from '../dtype.ts'
import { RuntimeError, TypeError } from '../errors.ts'
import { isContiguous, numel, type Shape, wrapDim } from '../shape.ts'

/** Anything an elementwise op takes: a tensor, or a number that broadcasts. */
export type TensorLike = Tensor | number | boolean

/**
 * An n-dimensional array that remembers how it was computed. What it holds lies in a storage, which views share; what it
 * can do is added by the ops (`ops/install.ts`) and by autograd (`autograd/install.ts`).
 */
export class Tensor {
  /** The sizes of the dimensions, outermost first. */
  readonly shape: Shape
  /** @internal Elements of the storage between neighbours along each dimension. */
  readonly strides: readonly number[]
  /** @internal Index in the storage of the first element. */
  readonly offset: number
  /** The type of the elements. */
  readonly dtype: DType
  /** @internal The memory, shared with every view. */
  readonly storage: Storage

  /** @internal The node that computed this tensor, as of the last time somebody looked: read it by `gradientNode`. */
  node: Node | null = null
  /** @internal Which of that node's outputs this is. */
  outputIndex = 0
  /** @internal On a leaf, whether the user asked for its gradient. */
  leafRequiresGrad = false
  /** @internal On a leaf that takes part in a graph, the node that adds into `.grad`. */
  accumulator: Node | null = null
  /** @internal The gradient that `backward` has accumulated. */
  gradient: Tensor | null = null
  /** @internal Whether somebody outside of the framework has, or gave, that gradient. */
  gradientSeen = false
  /** @internal What this is a view of, where a change in place must reach the base's history. */
  viewOf: ViewRecord | null = null
  /** @internal Whether it was made under `inference_mode`. */
  inference = false

  /** @internal */
  constructor(storage: Storage, shape: Shape, strides: readonly number[], offset: number) {
    this.storage = storage
    this.dtype = storage.dtype
    this.shape = shape
    this.strides = strides
    this.offset = offset
  }

  /** The number of dimensions. */
  get ndim(): number {
    return this.shape.length
  }

  /** The device's name: `'cpu'` or `'gpu'`. */
  get device(): DeviceName {
    return this.storage.device.type
  }

  /** Where the bytes of this tensor come from: `true` on the CPU. */
  get is_cpu(): boolean {
    return this.storage.device.type === 'cpu'
  }

  /** The number of dimensions. */
  ndimension(): number {
    return this.shape.length
  }

  /** The number of dimensions. */
  dim(): number {
    return this.shape.length
  }

  /** The number of elements. */
  numel(): number {
    return numel(this.shape)
  }

  /** The number of elements. */
  nelement(): number {
    return numel(this.shape)
  }

  /** The shape, or the size of one dimension. */
  size(): Shape
  size(dim: number): number
  size(dim?: number): Shape | number {
    return dim === undefined ? this.shape : (this.shape[wrapDim(dim, this.shape.length)] as number)
  }

  /** The strides, or the stride of one dimension. */
  stride(): readonly number[]
  stride(dim: number): number
  stride(dim?: number): readonly number[] | number {
    return dim === undefined ? this.strides : (this.strides[wrapDim(dim, this.shape.length)] as number)
  }

  /** Index in the storage of the first element. */
  storage_offset(): number {
    return this.offset
  }

  /** Bytes of one element. */
  element_size(): number {
    return this.dtype.itemsize
  }

  /** Whether the elements lie in row-major order without gaps. */
  is_contiguous(): boolean {
    return isContiguous(this)
  }

  /** Whether the elements are floating point numbers. */
  is_floating_point(): boolean {
    return this.dtype.kind === 'floating'
  }

  /** Whether the elements can be less than 0. */
  is_signed(): boolean {
    return this.dtype.kind === 'floating' || this.dtype === int32
  }

  /** How often the memory was changed in place; views share the count. */
  get _version(): number {
    if (this.inference) throw new RuntimeError('Inference tensors do not track version counter.')
    return this.storage.version
  }

  /** Whether it was made under `torch.inference_mode()`. */
  is_inference(): boolean {
    return this.inference
  }

  /** @internal The value at a storage index, as a number. Reads the device: errors where it cannot answer at once. */
  at(position: number): number {
    return this.storage.device.read(this.storage)[position] as number
  }

  /**
   * The only element as a JavaScript number, or a boolean for a bool tensor.
   *
   * @throws RuntimeError when there is not exactly one element, or the device cannot be read at once.
   */
  item(): number
  item(): number | boolean {
    const { buffer } = this.storage
    if (typeof buffer === 'number' && this.shape.length === 0) return this.dtype.kind === 'bool' ? buffer !== 0 : buffer
    if (this.numel() !== 1) {
      throw new RuntimeError(
        `a Tensor with ${this.numel()} elements cannot be converted to Scalar (shape [${this.shape.join(', ')}])`,
      )
    }
    const value = this.storage.device.read(this.storage)[this.offset] as number
    return this.dtype.kind === 'bool' ? value !== 0 : value
  }

  /**
   * What JavaScript's operators and templates make of a tensor: its text, where they take text.
   *
   * @throws TypeError where a number is wanted, as by `x * 2` and `x > 0`: there are methods for these.
   */
  [Symbol.toPrimitive](hint: string): string {
    if (hint !== 'number') return this.toString()
    throw new TypeError(
      `a Tensor of shape [${this.shape.join(', ')}] is not a number: write x.mul(2) for x * 2, x.gt(0) for x > 0, and ` +
        'x.item() for the number in a tensor of one element',
    )
  }

  /** `for (const row of x)` walks the first dimension. Needs at least one. */
  *[Symbol.iterator](): Iterator<Tensor> {
    if (this.shape.length === 0) throw new TypeError('iteration over a 0-d tensor')
    yield* this.unbind(0)
  }
}
