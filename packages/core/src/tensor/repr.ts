import { gradientNode, requiresGrad } from '../autograd/graph.ts'
import { contiguousStrides } from '../shape.ts'
import { formatTensor } from './print.ts'
import type { Tensor } from './tensor.ts'

/** PyTorch's text for a tensor. On a device that cannot be read at once, the elements are left out, and it says so. */
export function repr(x: Tensor): string {
  const { device } = x.storage
  const node = gradientNode(x)
  if (!device.sync) {
    return `tensor(<not read>, shape=[${x.shape.join(', ')}], device='${x.device}'; await x.cpu() to see the elements)`
  }
  const memory = device.read(x.storage)
  const steps = contiguousStrides(x.shape)
  return formatTensor({
    shape: x.shape,
    dtype: x.dtype,
    at: (index) => {
      let [position, rest] = [x.offset, index]
      for (let dim = 0; dim < x.shape.length; dim++) {
        const step = steps[dim] as number
        position += Math.floor(rest / step) * (x.strides[dim] as number)
        rest %= step
      }
      return memory[position] as number
    },
    requires_grad: requiresGrad(x),
    grad_fn: node === null ? null : node.name(),
    device: x.device,
  })
}
