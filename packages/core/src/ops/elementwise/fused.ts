import { uint8 } from '../../dtype.ts'
import { RuntimeError } from '../../errors.ts'
import { Tensor, type TensorLike } from '../../tensor/tensor.ts'
import { type Application, choice, elementwise } from '../define/elementwise.ts'
import { resultType } from '../define/promotion.ts'

/** `start + weight * (end - start)`. */
export const lerp = choice(
  'lerp',
  ['Tensor|Number input', 'Tensor|Number end', 'Tensor|Number weight'],
  (start: TensorLike, end: TensorLike, weight: TensorLike): Application => {
    if (start instanceof Tensor && end instanceof Tensor && start.dtype !== end.dtype) {
      throw new RuntimeError(`expected dtype ${dtypeWord(start)} for \`end\` but got dtype ${dtypeWord(end)}`)
    }
    if (start instanceof Tensor && weight instanceof Tensor && start.dtype !== weight.dtype) {
      throw new RuntimeError(`expected dtype ${dtypeWord(start)} for \`weight\` but got dtype ${dtypeWord(weight)}`)
    }
    if (start instanceof Tensor && start.dtype.kind !== 'floating') {
      const kernel = `lerp_kernel_${weight instanceof Tensor ? 'tensor' : 'scalar'}`
      throw new RuntimeError(`"${kernel}" not implemented for '${start.dtype.scalarName}'`)
    }
    return interpolate.on(start, end, weight)
  },
)
const interpolate = elementwise('lerp', ['start', 'end', 'weight'], {
  forward: 'abs(weight) < 0.5 ? start + weight * (end - start) : end - (end - start) * (1 - weight)',
  gradient: { start: 'g * (1 - weight)', end: 'g * weight', weight: 'g * (end - start)' },
  node: (operands) => `LerpBackward${typeof operands[2] === 'number' ? 0 : 1}`,
  only: 'floating',
})
/** A dtype as C++ calls it. */
const dtypeWord = ({ dtype }: Tensor): string => (dtype === uint8 ? 'unsigned char' : dtype.scalarName.toLowerCase())

/** `x + value * a * b`. */
export const addcmul = elementwise('addcmul', ['x', 'tensor1', 'tensor2'], {
  forward: 'x + value * tensor1 * tensor2',
  parameters: { value: 1 },
  gradient: { x: 'g' },
  only: 'numbers',
  kernel: 'addcmul_cpu_out',
})

/** `x + value * a / b`. */
export const addcdiv = choice(
  'addcdiv',
  ['Tensor|Number input', 'Tensor|Number tensor1', 'Tensor|Number tensor2', 'Number value'],
  (x: TensorLike, tensor1: TensorLike, tensor2: TensorLike, value = 1): Application => {
    if (resultType(tensor1, tensor2).kind !== 'floating') {
      throw new RuntimeError(
        'Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division ' +
          'of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * torch.trunc(tensor1 / ' +
          'tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for float inputs. The ' +
          'future addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes.',
      )
    }
    return addQuotient.on(x, tensor1, tensor2, value)
  },
)
const addQuotient = elementwise('addcdiv', ['x', 'tensor1', 'tensor2'], {
  forward: 'x + value * (tensor1 / tensor2)',
  parameters: { value: 1 },
  gradient: { x: 'g' },
  domain: { tensor2: [0.5, 3] },
})
