import { type DType, float32, float64, int32, uint8 } from '../dtype.ts'
import { RuntimeError, TypeError } from '../errors.ts'
import { formatShape } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { ConvSettings } from './conv-step.ts'
import { leader } from './define/operands.ts'

/** The tensors of a convolution, and what it was called with. */
export interface ConvCall extends ConvSettings {
  readonly op: string
  /** `[N, C, …]`. */
  readonly input: Tensor
  readonly weight: Tensor
  readonly bias: Tensor | null
}

/** One number for each direction, of one number or a list. */
export function perDirection(name: string, value: number | readonly number[], directions: number): readonly number[] {
  const values = typeof value === 'number' ? [value] : value
  if (values.length !== 1 && values.length !== directions) {
    throw new RuntimeError(
      `expected ${name} to be a single integer value or a list of ${directions} values to match the convolution ` +
        `dimensions, but got ${name}=${formatShape(values)}`,
    )
  }
  for (const x of values) {
    if (!Number.isInteger(x)) throw new TypeError(`${name} must be whole numbers, got ${formatShape(values)}`)
  }
  return values.length === directions ? values : Array.from({ length: directions }, () => values[0] as number)
}

/** Checks the settings, the groups and the types of any convolution, in the order of PyTorch. */
export function checkConv({ op, input, weight, bias, padding, stride, dilation, groups }: ConvCall): void {
  if (padding.some((x) => x < 0)) throw new RuntimeError('negative padding is not supported')
  if (stride.some((x) => x <= 0)) throw new RuntimeError('non-positive stride is not supported')
  if (groups <= 0) throw new RuntimeError('non-positive groups is not supported')
  if (weight.ndim !== input.ndim) {
    throw new RuntimeError(
      `Expected ${weight.ndim}-dimensional input for ${weight.ndim}-dimensional weight ${formatShape(weight.shape)}, but ` +
        `got ${input.ndim}-dimensional input of size ${formatShape(input.shape)} instead`,
    )
  }
  if (weight.size(0) < groups) {
    throw new RuntimeError(
      `Given groups=${groups}, expected weight to be at least ${groups} at dimension 0, but got weight of size ` +
        `${formatShape(weight.shape)} instead`,
    )
  }
  if (weight.size(0) % groups !== 0) {
    throw new RuntimeError(
      `Given groups=${groups}, expected weight to be divisible by ${groups} at dimension 0, but got weight of size ` +
        `[${formatShape(weight.shape)}] instead`,
    )
  }
  if (dilation.some((x) => x <= 0)) {
    throw new RuntimeError(`dilation should be greater than zero, but got ${formatShape(dilation)}`)
  }
  const tensors = bias === null ? [input, weight] : [input, weight, bias]
  leader(op, tensors)
  checkTypes(op, input, weight, bias, dilation)
}

const cName = (x: Tensor): string =>
  ({ float32: 'float', float64: 'double', int32: 'int', uint8: 'unsigned char' })[x.dtype.name] ?? 'bool'

function checkTypes(op: string, input: Tensor, weight: Tensor, bias: Tensor | null, dilation: readonly number[]): void {
  if (bias !== null && bias.dtype !== input.dtype && input.ndim === 4) {
    throw new RuntimeError(`Input type (${cName(input)}) and bias type (${cName(bias)}) should be the same`)
  }
  if (input.dtype !== weight.dtype) {
    throw new RuntimeError(
      `expected scalar type ${input.dtype.scalarName} but found ${weight.dtype.scalarName} (${op}: the types of input and ` +
        'weight; convert one with .to())',
    )
  }
  if (bias !== null && bias.dtype !== input.dtype) {
    throw new RuntimeError(`Input type (${cName(input)}) and bias type (${cName(bias)}) should be the same`)
  }
  // PyTorch has whole numbers for its default integer, and bytes for what neither is dilated nor transposed.
  const isPlain = !op.includes('transpose') && dilation.every((step) => step === 1)
  if (input.dtype.kind !== 'floating' && input.dtype !== int32 && !(input.dtype === uint8 && isPlain)) {
    throw new RuntimeError(`"${op}" not implemented for '${input.dtype.scalarName}'`)
  }
}

/** Checks the channels of input and bias. */
export function checkChannels(
  { input, weight, bias, groups }: ConvCall,
  { given, channels, outputs }: { readonly given: string; readonly channels: number; readonly outputs: number },
): void {
  if (input.size(1) !== channels) {
    throw new RuntimeError(
      `Given ${given}, weight of size ${formatShape(weight.shape)}, expected input${formatShape(input.shape)} to have ` +
        `${channels} channels, but got ${input.size(1)} channels instead`,
    )
  }
  if (bias !== null && (bias.ndim !== 1 || bias.size(0) !== outputs)) {
    const transposed = given.startsWith('transposed') ? 'transposed=1, ' : ''
    throw new RuntimeError(
      `Given ${transposed}weight of size ${formatShape(weight.shape)}, expected bias to be 1-dimensional with ${outputs} ` +
        `elements, but got bias of size ${formatShape(bias.shape)} instead (groups ${groups})`,
    )
  }
}

/** Checks that a kernel has elements. */
export function checkKernel(kernel: readonly number[]): void {
  if (kernel.every((size) => size > 0)) return
  const [height, width] = kernel.length === 1 ? [1, ...kernel] : kernel
  throw new RuntimeError(
    `kernel size should be greater than zero, but got kernel_height: ${height} kernel_width: ${width}`,
  )
}

/** The floats in which the device of a tensor is exact for the largest whole numbers. */
export const widestFloat = (x: Tensor): DType => (x.is_cpu ? float64 : float32)
