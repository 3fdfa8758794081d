/** The one place where ops become methods of `Tensor`: every function of `methods.ts`, with its types and comments. */
import { no_grad } from '../autograd/modes.ts'
import { Storage } from '../devices/storage.ts'
import type { DType } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { sameShape } from '../shape.ts'
import { Tensor, type TensorLike } from '../tensor/tensor.ts'
import { warn } from '../warnings.ts'
import { type ElementwiseFunction, installMethod } from './define/elementwise.ts'
import * as methods from './methods.ts'
import type { ValuesAndIndices } from './reduction-options.ts'
import type { UniqueOptions, UniqueResult } from './unique.ts'
import { where } from './where.ts'

/** A function whose first argument is the tensor, as a method. */
type Method<F> = F extends (...args: infer A) => infer R ? (...rest: Rest<A>) => R : never
/** What remains of each way of calling it where the tensor comes first. */
type Rest<A> = A extends readonly [infer X, ...infer R] ? (Tensor extends X ? R : never) : never
type Methods<M> = { [K in keyof M]: Method<M[K]> }
/** The same in place: each name with an underscore. */
type InPlaceMethods<M> = {
  [K in keyof M & string as M[K] extends ElementwiseFunction<never> ? `${K}_` : never]: Method<M[K]>
}

declare module '../tensor/tensor.ts' {
  interface Tensor extends Methods<typeof methods>, InPlaceMethods<typeof methods> {
    /** The dimensions in reverse order. */
    readonly T: Tensor
    /** The last two dimensions exchanged. */
    readonly mT: Tensor
    /**
     * The same memory without history and under a version counter of its own. What is assigned may have another shape, dtype
     * or device, which the tensor then takes over.
     */
    data: Tensor
    /** The largest of all elements; with a `dim`, `{ values, indices }` along it; with a tensor, `maximum`. */
    max(): Tensor
    max(other: Tensor): Tensor
    max(...dim: Along): ValuesAndIndices
    /** The smallest of all elements; with a `dim`, `{ values, indices }` along it; with a tensor, `minimum`. */
    min(): Tensor
    min(other: Tensor): Tensor
    min(...dim: Along): ValuesAndIndices
    /** The lower median of all elements, or along a dimension with its index. NaN where there is one. */
    median(): Tensor
    median(...dim: Along): ValuesAndIndices
    /** As `median`, of what is not NaN. */
    nanmedian(): Tensor
    nanmedian(...dim: Along): ValuesAndIndices
    /** The different values in rising order, of all elements or of the slices along a dimension. NaN differs from NaN. */
    unique<O extends UniqueOptions = object>(options?: O): UniqueResult<O>
    /** As `unique`, in the order of the elements: only neighbours that are equal become one. */
    unique_consecutive<O extends UniqueOptions = object>(options?: O): UniqueResult<O>
    /** The indices of the elements that are not 0: a row each, or with `as_tuple` a vector for each dimension. */
    nonzero(): Tensor
    nonzero(options: { readonly as_tuple: true }): Tensor[]
    /** In another dtype; without one, PyTorch's name of such tensors, as `torch.FloatTensor`. */
    type(): string
    type(dtype: DType | string): Tensor
    /** These elements where the condition holds, `other` elsewhere. */
    where(condition: Tensor, other: TensorLike): Tensor
  }
}
/** `dim` and `keepdim`, in order or by name. */
type Along = Rest<Parameters<typeof methods.max>>

type Callable = (...args: readonly unknown[]) => unknown

// What works on each element becomes a method in place too.
for (const [name, run] of Object.entries(methods) as [string, Callable | ElementwiseFunction<never>][]) {
  if ('on' in run) installMethod(name, run)
  else define(name, run)
}
define('where', (x, condition, other) => where(condition as Tensor, x as Tensor, other as TensorLike))

function define(name: string, run: Callable): void {
  Object.defineProperty(Tensor.prototype, name, {
    value: function method(this: Tensor, ...rest: readonly unknown[]) {
      return run(this, ...rest)
    },
    configurable: true,
    writable: true,
  })
}

const getters: PropertyDescriptorMap & ThisType<Tensor> = {
  T: {
    get(): Tensor {
      if (this.ndim !== 2 && this.ndim !== 0) {
        warn(
          'The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will throw an ' +
            'error in a future release. Consider `x.mT` to transpose batches of matrices or ' +
            '`x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor.',
        )
      }
      return methods.permute(
        this,
        this.shape.map((_, i) => this.ndim - 1 - i),
      )
    },
  },
  mT: {
    get(): Tensor {
      if (this.ndim < 2) {
        throw new RuntimeError(
          `tensor.mT is only supported on matrices or batches of matrices. Got ${this.ndim}-D tensor.`,
        )
      }
      return methods.transpose(this, -2, -1)
    },
  },
  data: {
    get(): Tensor {
      return dataOf(this)
    },
    set(value: Tensor) {
      if (
        sameShape(value.shape, this.shape) &&
        value.dtype === this.dtype &&
        value.storage.device === this.storage.device
      ) {
        no_grad(() => dataOf(this).copy_(value))
      } else adopt(this, dataOf(value))
    },
  },
}
Object.defineProperties(Tensor.prototype, getters)

/** Makes `x` show what `value` shows, in its shape, dtype and place. */
function adopt(x: Tensor, { storage, shape, strides, offset, dtype }: Tensor): void {
  storage.version = x.storage.version
  const geometry: Partial<Tensor> = { storage, shape, strides, offset, dtype }
  Object.assign(x, geometry)
}

/** The same memory under a version counter of its own, as PyTorch's `x.data`. */
function dataOf(x: Tensor): Tensor {
  const { device, dtype, length } = x.storage
  // A lone number cannot be shared: it has to become memory first.
  if (typeof x.storage.buffer === 'number') {
    const memory = dtype.array(length)
    memory[0] = x.storage.buffer
    x.storage.buffer = memory
  }
  const shared = new Storage(device, dtype, length, x.storage.buffer)
  shared.kept = true
  x.storage.kept = true
  return new Tensor(shared, x.shape, x.strides, x.offset)
}
