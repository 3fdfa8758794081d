import { no_grad } from '../autograd/modes.ts'
import { getDevice } from '../devices/device.ts'
import type { TypedArray } from '../dtype.ts'
import { overloaded, signature } from '../signature/index.ts'
import { allocate } from '../tensor/make.ts'
import { formatTensor } from '../tensor/print.ts'
import { described, repr } from '../tensor/repr.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { contiguous, type Nested, type NestedList, to } from './copies.ts'
import { routine } from './define/routine.ts'

/**
 * The tensor on the CPU, where every read is synchronous; itself where it is there already. It is a Promise on every device,
 * so that a program need not know which ones can be read at once.
 *
 * @example
 * const loss = await (model(x).sub(y).pow(2).mean().cpu())
 */
export const cpu = signature('cpu', ['Tensor input'], async (x: Tensor): Promise<Tensor> => {
  const { device } = x.storage
  if (device.type === 'cpu') return x
  const values = await elementsOf(x)
  return routine(
    'to_copy',
    [x],
    () => {
      const place = getDevice('cpu')
      const out = allocate(x.shape, x.dtype, place)
      place.write(out.storage, values)
      return out
    },
    () => ({ saved: [], backward: ([g = null]) => [g === null ? null : to(g, device.type)] }),
  )
})

// Even where `item` could answer, reads of a GPU are a chance to collect what was dropped there; see its queue.

/** The only element as it is now, as `item` gives it, on devices that cannot be read at once too. */
export const item_async = signature('item_async', ['Tensor input'], async (x: Tensor): Promise<number> => {
  return x.device === 'cpu' ? x.item() : (await cpu(x.detach())).item()
})

interface ToListAsync {
  <T extends NestedList = Nested>(input: Tensor): Promise<T>
}

/** The elements as they are now, nested as `tolist` gives them, on devices that cannot be read at once too. */
export const tolist_async = overloaded<ToListAsync>(
  'tolist_async',
  ['Tensor input'],
  async (x: Tensor): Promise<NestedList> => (x.device === 'cpu' ? x : await cpu(x.detach())).tolist(),
)

/**
 * The text of the tensor as it is now, as `String(x)` gives it, on devices that cannot be read at once too.
 *
 * @example
 * console.log(await x.repr_async()) // tensor([1., 1.], device='gpu', requires_grad=True)
 */
export const repr_async = signature('repr_async', ['Tensor input'], async (x: Tensor): Promise<string> => {
  if (x.device === 'cpu') return repr(x)
  const rest = described(x)
  const elements = await elementsOf(x.detach())
  return formatTensor({ ...rest, at: (index) => elements[index] as number })
})

/** The elements in row-major order, as they are now. */
async function elementsOf(x: Tensor): Promise<TypedArray> {
  const packed = no_grad(() => contiguous(x))
  const memory = await packed.storage.device.readAsync(packed.storage)
  return memory.slice(packed.offset, packed.offset + packed.numel())
}
