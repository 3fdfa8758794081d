import { type DeviceName, type DType, type Extent, type PadMode, ValueError } from '@chainrule/core'
import type { Call } from '../arguments.ts'

/** One number for each direction. */
export type Sizes = readonly number[]
/** Zeros, or elements of the input: mirrored, repeated at the edge, or from the other end. */
export type PaddingMode = 'zeros' | Exclude<PadMode, 'constant'>

/** What convolutions take by name. */
export type ConvLayerOptions = {
  readonly stride?: Extent
  /** At both sides; `'same'` gives results of the input's size, `'valid'` is 0. */
  readonly padding?: Extent | 'same' | 'valid'
  /** The distance between the elements of the kernel. */
  readonly dilation?: Extent
  /** Channels are split into so many groups, each with weights of its own. */
  readonly groups?: number
  /** Learn an additive bias too. */
  readonly bias?: boolean
  readonly padding_mode?: PaddingMode
  readonly device?: DeviceName | undefined
  readonly dtype?: DType | undefined
}
/** What transposed convolutions take by name. */
export type ConvTransposeLayerOptions = Omit<ConvLayerOptions, 'padding' | 'padding_mode'> & {
  /** Rows and columns that are left out at each side of the result. */
  readonly padding?: Extent
  /** Rows and columns more at the end: which of the sizes that convolve to the input's is meant. */
  readonly output_padding?: Extent
  readonly padding_mode?: 'zeros'
}

/** By position, in PyTorch's order; the rest in one last object by name. */
export type ConvLayerArguments = [
  stride?: Extent | ConvLayerOptions,
  padding?: Extent | 'same' | 'valid' | ConvLayerOptions,
  dilation?: Extent | ConvLayerOptions,
  groups?: number | ConvLayerOptions,
  bias?: boolean | ConvLayerOptions,
  padding_mode?: PaddingMode | ConvLayerOptions,
  device?: DeviceName | ConvLayerOptions,
  dtype?: DType,
]
/** By position, in PyTorch's order; the rest in one last object by name. */
export type ConvTransposeLayerArguments = [
  stride?: Extent | ConvTransposeLayerOptions,
  padding?: Extent | ConvTransposeLayerOptions,
  output_padding?: Extent | ConvTransposeLayerOptions,
  groups?: number | ConvTransposeLayerOptions,
  bias?: boolean | ConvTransposeLayerOptions,
  dilation?: Extent | ConvTransposeLayerOptions,
  padding_mode?: 'zeros' | ConvTransposeLayerOptions,
  device?: DeviceName | ConvTransposeLayerOptions,
  dtype?: DType,
]

/** What has no default: the channels that come in and go out, and the size of the kernel. */
export type ConvSizes = { readonly in_channels: number; readonly out_channels: number; readonly kernel_size: Extent }
/** Their names, in PyTorch's order. */
export const convSizes = ['in_channels', 'out_channels', 'kernel_size'] as const
type Sized<O, Rest extends readonly unknown[]> = Call<
  typeof convSizes,
  [in_channels: number, out_channels: number, kernel_size: Extent],
  O,
  Rest
>
/** All arguments of a convolution. */
export type ConvCall = Sized<ConvLayerOptions, ConvLayerArguments>
/** All arguments of a transposed convolution. */
export type ConvTransposeCall = Sized<ConvTransposeLayerOptions, ConvTransposeLayerArguments>

/** What all convolutions are made with. */
export type ConvSettings = ConvSizes & Required<ConvLayerOptions> & { readonly output_padding?: Extent }
const place = { device: undefined, dtype: undefined }
/** The options of a convolution, in PyTorch's order. */
export const convDefaults: Required<ConvLayerOptions> = {
  stride: 1,
  padding: 0,
  dilation: 1,
  groups: 1,
  bias: true,
  padding_mode: 'zeros',
  ...place,
}
/** The options of a transposed convolution, in PyTorch's order. */
export const transposedDefaults: Required<ConvTransposeLayerOptions> = {
  stride: 1,
  padding: 0,
  output_padding: 0,
  groups: 1,
  bias: true,
  dilation: 1,
  padding_mode: 'zeros',
  ...place,
}
const modes: readonly string[] = ['zeros', 'reflect', 'replicate', 'circular'] satisfies PaddingMode[]

/** Checks what the constructor was given. */
export function checkSettings(settings: ConvSettings): void {
  const { in_channels: inputs, out_channels: outputs, groups, padding, padding_mode, stride } = settings
  if (groups <= 0) throw new ValueError('groups must be a positive integer')
  if (inputs % groups !== 0) throw new ValueError('in_channels must be divisible by groups')
  if (outputs % groups !== 0) throw new ValueError('out_channels must be divisible by groups')
  if (typeof padding === 'string') {
    if (padding !== 'same' && padding !== 'valid') {
      throw new ValueError(`Invalid padding string '${String(padding)}', should be one of {'same', 'valid'}`)
    }
    const steps = typeof stride === 'number' ? [stride] : stride
    if (padding === 'same' && steps.some((step) => step !== 1)) {
      throw new ValueError("padding='same' is not supported for strided convolutions")
    }
  }
  if (!modes.includes(padding_mode)) {
    const names = modes.map((mode) => `'${mode}'`).join(', ')
    throw new ValueError(`padding_mode must be one of {${names}}, but got padding_mode='${padding_mode}'`)
  }
}
