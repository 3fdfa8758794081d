/** The one place where ops become methods of `Tensor`: every function of `methods.ts`, with its types and comments. */
import { Storage } from '../devices/storage.ts'
import { RuntimeError, TypeError } from '../errors.ts'
import { type Bound, bindMethods, type Method, methodOf, Signature, typeName } from '../signature/index.ts'
import { Tensor, type TensorLike } from '../tensor/tensor.ts'
import { warn } from '../warnings.ts'
import type { Nested, NestedList } from './copies.ts'
import { defineMethod } from './define/elementwise.ts'
import type * as inPlace from './elementwise/in-place.ts'
import * as elementwise from './elementwise/index.ts'
import * as methods from './methods.ts'
import { where } from './where.ts'

type Methods<M> = { [K in keyof M]: Method<M[K]> }

declare module '../tensor/tensor.ts' {
  interface Tensor extends Methods<typeof methods>, Methods<typeof inPlace> {
    /** The dimensions in reverse order. */
    readonly T: Tensor
    /** The last two dimensions exchanged. */
    readonly mT: Tensor
    /**
     * The same memory without history and under a version counter of its own. What is assigned may have another shape, dtype
     * or device, which the tensor then takes over.
     */
    data: Tensor
    /** These elements where the condition holds, `other` elsewhere. */
    where(condition: Tensor, other: TensorLike): Tensor
    /** The elements as nested arrays; a 0-dimensional tensor gives a number. Bools are booleans. */
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the program says what it expects
    tolist<T extends NestedList = Nested>(): T
    /** The elements as they are now, nested as `tolist` gives them, on devices that cannot be read at once too. */
    tolist_async<T extends NestedList = Nested>(): Promise<T>
  }
}
for (const [name, run] of Object.entries<Pick<Bound, 'method'>>(methods)) defineMethod(name, run.method(name))
for (const [name, run] of Object.entries(elementwise)) defineMethod(`${name}_`, run.inPlace(`${name}_`))
const whereThis = new Signature('where', ['Tensor self', 'Tensor condition', 'Tensor|Number other'], 3)
defineMethod(
  'where',
  methodOf(whereThis, 'where', (x, condition, other) => where(condition as Tensor, x as Tensor, other as TensorLike)),
)

const dims = [null, 'int? dim']
bindMethods(Tensor.prototype, {
  ndimension: [],
  dim: [],
  numel: [],
  nelement: [],
  size: dims,
  stride: dims,
  storage_offset: [],
  element_size: [],
  is_contiguous: [],
  is_floating_point: [],
  is_signed: [],
  is_inference: [],
  at: ['int position'],
  item: [],
})

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
      if (!(value instanceof Tensor)) {
        throw new TypeError(`Variable data has to be a tensor, but got ${typeName(value)}`)
      }
      if (this.requires_grad && value.dtype.kind !== 'floating') {
        throw new RuntimeError('data set to a tensor that requires gradients must be floating point or complex dtype')
      }
      adopt(this, dataOf(value))
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
