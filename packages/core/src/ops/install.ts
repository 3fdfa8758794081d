/** The one place where ops become methods of `Tensor`: every function of these modules, with its types and comments. */
import { no_grad } from '../autograd/modes.ts'
import { Storage } from '../devices/storage.ts'
import { RuntimeError } from '../errors.ts'
import { Tensor, type TensorLike } from '../tensor/tensor.ts'
import * as copies from './copies.ts'
import { type ElementwiseFunction, installMethod } from './define/elementwise.ts'
import * as activation from './elementwise/activation.ts'
import * as arithmetic from './elementwise/arithmetic.ts'
import * as comparison from './elementwise/comparison.ts'
import * as mathematics from './elementwise/mathematics.ts'
import * as gathers from './gather.ts'
import * as indexing from './indexing.ts'
import * as products from './matmul.ts'
import * as news from './new.ts'
import * as ordering from './ordering.ts'
import * as rearranging from './rearranging.ts'
import * as reductions from './reductions.ts'
import * as sampling from './sampling.ts'
import * as slicing from './slicing.ts'
import * as softmaxes from './softmax.ts'
import * as views from './views.ts'
import { where } from './where.ts'

/** A function whose first argument is the tensor, as a method. */
type Method<F> = F extends (...args: infer A) => infer R ? (...rest: Rest<A>) => R : never
type Rest<A> = A extends readonly [unknown?, ...infer R] ? R : never
type Methods<M> = { [K in keyof M]: Method<M[K]> }
/** The same in place: each name with an underscore. */
type InPlaceMethods<M> = {
  [K in keyof M & string as M[K] extends ElementwiseFunction<never> ? `${K}_` : never]: Method<M[K]>
}

declare module '../tensor/tensor.ts' {
  interface Tensor
    extends Methods<typeof arithmetic>,
      Methods<typeof mathematics>,
      Methods<typeof comparison>,
      Methods<typeof activation>,
      InPlaceMethods<typeof arithmetic>,
      InPlaceMethods<typeof mathematics>,
      InPlaceMethods<typeof comparison>,
      InPlaceMethods<typeof activation>,
      Methods<typeof copies>,
      Methods<typeof gathers>,
      Methods<typeof indexing>,
      Methods<typeof news>,
      Methods<typeof ordering>,
      Methods<typeof products>,
      Methods<typeof rearranging>,
      Methods<typeof reductions>,
      Methods<typeof sampling>,
      Methods<typeof slicing>,
      Methods<typeof softmaxes>,
      Methods<typeof views> {
    /** The dimensions in reverse order. */
    readonly T: Tensor
    /** The last two dimensions exchanged. */
    readonly mT: Tensor
    /** The same memory without history and under a version counter of its own. */
    data: Tensor
    /** The largest of all elements; with a `dim`, `{ values, indices }` along it; with a tensor, `maximum`. */
    max(): Tensor
    max(other: Tensor): Tensor
    max(dim: DimOrOptions, options?: reductions.ReductionOptions | boolean): reductions.ValuesAndIndices
    /** The smallest of all elements; with a `dim`, `{ values, indices }` along it; with a tensor, `minimum`. */
    min(): Tensor
    min(other: Tensor): Tensor
    min(dim: DimOrOptions, options?: reductions.ReductionOptions | boolean): reductions.ValuesAndIndices
    /** The lower median of all elements, or along a dimension with its index. NaN where there is one. */
    median(): Tensor
    median(dim: DimOrOptions, keepdim?: boolean | { readonly keepdim?: boolean }): reductions.ValuesAndIndices
    /** The indices of the elements that are not 0: a row each, or with `as_tuple` a vector for each dimension. */
    nonzero(): Tensor
    nonzero(options: { readonly as_tuple: true }): Tensor[]
    /** These elements where the condition holds, `other` elsewhere. */
    where(condition: Tensor, other: TensorLike): Tensor
  }
}
type DimOrOptions = number | { readonly dim: number; readonly keepdim?: boolean }

type Callable = (...args: readonly unknown[]) => unknown

/** Makes every function of a module a method, and what works on each element a method in place too. */
function install(module: object): void {
  for (const [name, run] of Object.entries(module) as [string, unknown][]) {
    if (typeof run !== 'function') continue
    if ('on' in run) installMethod(name, run as ElementwiseFunction<readonly unknown[]>)
    else define(name, run as Callable)
  }
}

function define(name: string, run: Callable): void {
  Object.defineProperty(Tensor.prototype, name, {
    value: function method(this: Tensor, ...rest: readonly unknown[]) {
      return run(this, ...rest)
    },
    configurable: true,
    writable: true,
  })
}

for (const module of [copies, gathers, indexing, news, ordering, products, rearranging, reductions]) install(module)
for (const module of [sampling, slicing, softmaxes, views, arithmetic, mathematics, comparison, activation])
  install(module)
define('where', (x, condition, other) => where(condition as Tensor, x as Tensor, other as TensorLike))

const getters: PropertyDescriptorMap & ThisType<Tensor> = {
  T: {
    get(): Tensor {
      return views.permute(
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
      return views.transpose(this, -2, -1)
    },
  },
  data: {
    get(): Tensor {
      return dataOf(this)
    },
    set(value: Tensor) {
      no_grad(() => dataOf(this).copy_(value))
    },
  },
}
Object.defineProperties(Tensor.prototype, getters)

/** The same memory under a version counter of its own, as PyTorch's `x.data`. */
function dataOf(x: Tensor): Tensor {
  const { device, dtype, length } = x.storage
  // A lone number cannot be shared: it has to become memory first.
  if (typeof x.storage.buffer === 'number') {
    const memory = dtype.array(length)
    memory[0] = x.storage.buffer
    x.storage.buffer = memory
  }
  return new Tensor(new Storage(device, dtype, length, x.storage.buffer), x.shape, x.strides, x.offset)
}
