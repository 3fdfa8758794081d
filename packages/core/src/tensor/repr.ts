import { gradientNode, requiresGrad } from '../autograd/graph.ts'
import { contiguousStrides } from '../shape.ts'
import { formatTensor, type Printable } from './print.ts'
import type { Tensor } from './tensor.ts'

/** PyTorch's text for a tensor. On a device that cannot be read at once, the elements are left out, and it says so. */
export function repr(x: Tensor): string {
  const { device } = x.storage
  if (!device.sync) {
    return `tensor(<not read>, shape=[${x.shape.join(', ')}], device='${x.device}'; await x.repr_async() to see the elements)`
  }
  const memory = device.read(x.storage)
  const steps = contiguousStrides(x.shape)
  return formatTensor({
    ...described(x),
    at: (index) => {
      let [position, rest] = [x.offset, index]
      for (let dim = 0; dim < x.shape.length; dim++) {
        const step = steps[dim] as number
        position += Math.floor(rest / step) * (x.strides[dim] as number)
        rest %= step
      }
      return memory[position] as number
    },
  })
}

/** What is printed of a tensor beside its elements, as it is now. */
export function described(x: Tensor): Omit<Printable, 'at'> {
  const { shape, dtype, device } = x
  return { shape, dtype, device, requires_grad: requiresGrad(x), grad_fn: gradientNode(x)?.name() ?? null }
}
