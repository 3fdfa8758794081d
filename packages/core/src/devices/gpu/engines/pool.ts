import { sizeClass } from './size-class.ts'

/** Results of kernels: STORAGE | COPY_SRC. */
const results = 0x84

interface Buffer {
  destroy(): void
}
/** What is used of a GPUDevice. */
interface Buffers {
  createBuffer(descriptor: { readonly size: number; readonly usage: number }): Buffer
}

/** The bytes of buffers that wait to be used again. */
const mostSpare = 2 ** 28

/**
 * Has a device use the buffers of results again: gpu.js makes one a call and destroys it afterwards, and to make one costs
 * more than a small kernel takes. A kernel that is given a used one comes after all that read it, since all work is in one
 * queue; and kernels write every element of their results.
 */
export function poolResults(device: Buffers): void {
  const make = device.createBuffer.bind(device)
  const spare = new Map<number, Buffer[]>()
  let bytes = 0
  device.createBuffer = (descriptor) => {
    if (descriptor.usage !== results) return make(descriptor)
    const size = 4 * sizeClass(descriptor.size / 4)
    let list = spare.get(size)
    if (list === undefined) spare.set(size, (list = []))
    const used = list.pop()
    if (used !== undefined) {
      bytes -= size
      return used
    }
    const buffer = make({ ...descriptor, size })
    const destroy = buffer.destroy.bind(buffer)
    buffer.destroy = () => {
      if (bytes + size > mostSpare) return destroy()
      bytes += size
      list.push(buffer)
    }
    return buffer
  }
}
