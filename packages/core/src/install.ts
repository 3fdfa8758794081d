/** What has to run once before anything else: the device, the methods of `Tensor`, its text. */
import './autograd/install.ts'
import './ops/install.ts'
import { announce } from './copies.ts'
import { registerDevice } from './devices/device.ts'
import { uninitialized } from './devices/gpu/index.ts'
import { js } from './devices/js/index.ts'
import { createWasm, wasmReason } from './devices/wasm/index.ts'
import { type PlainTensor, toJSON } from './ops/plain.ts'
import { repr } from './tensor/repr.ts'
import { Tensor } from './tensor/tensor.ts'

declare module './tensor/tensor.ts' {
  interface Tensor {
    /** PyTorch's text: `tensor([1., 2.], requires_grad=True)`. `console.log` and template strings print it too. */
    toString(): string
    /** What `JSON.stringify` writes: dtype, shape and elements. `torch.from_plain` makes a tensor of it again, to the bit. */
    toJSON(): PlainTensor
  }
}

announce(new Error('loaded'))

const reason = wasmReason()
registerDevice(reason === null ? createWasm() : { ...js, info: () => ({ ...js.info(), reason }) })
registerDevice(uninitialized)

/** Node asks for this when it prints an object. */
const inspect = Symbol.for('nodejs.util.inspect.custom')

for (const name of ['toString', inspect]) {
  Object.defineProperty(Tensor.prototype, name, {
    value: function toString(this: Tensor): string {
      return repr(this)
    },
    configurable: true,
    writable: true,
  })
}

Object.defineProperty(Tensor.prototype, 'toJSON', {
  value: function plain(this: Tensor): PlainTensor {
    return toJSON(this)
  },
  configurable: true,
  writable: true,
})
