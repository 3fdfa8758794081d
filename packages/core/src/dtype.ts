/** The memory of one storage on the host. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array

/** The class of values a dtype holds; promotion moves from left to right. */
export type Kind = 'bool' | 'integer' | 'floating'

/** The type of a tensor's elements, compared by identity: `x.dtype === torch.float32`. */
export class DType {
  readonly name: string
  /** PyTorch's name of the CPU tensor type, as its error messages spell it. */
  readonly typeName: string
  /** PyTorch's name of the scalar type, as its error messages spell it. */
  readonly scalarName: string
  readonly kind: Kind
  /** Bytes of one element. */
  readonly itemsize: number
  /** Makes zero-filled host memory for `length` elements. */
  readonly array: (length: number) => TypedArray
  /** Rounds or wraps a JavaScript number to the nearest value that this dtype can hold. */
  readonly round: (value: number) => number

  constructor(
    name: string,
    scalarName: string,
    kind: Kind,
    itemsize: number,
    array: (length: number) => TypedArray,
    round: (value: number) => number,
  ) {
    this.name = name
    this.scalarName = scalarName
    // PyTorch's messages have no old name for tensors of truth values.
    this.typeName = kind === 'bool' ? 'CPUBoolType' : `torch.${scalarName}Tensor`
    this.kind = kind
    this.itemsize = itemsize
    this.array = array
    this.round = round
    Object.freeze(this)
  }

  /** Whether the elements are floating point numbers. */
  get is_floating_point(): boolean {
    return this.kind === 'floating'
  }

  toString(): string {
    return `torch.${this.name}`
  }

  /** What Node prints. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** 32-bit floating point, the default. */
export const float32 = new DType('float32', 'Float', 'floating', 4, (n) => new Float32Array(n), Math.fround)
/** 64-bit floating point, the type to check gradients in. */
export const float64 = new DType(
  'float64',
  'Double',
  'floating',
  8,
  (n) => new Float64Array(n),
  (v) => v,
)
/** 32-bit integers, the default for indices; printed bare, as PyTorch prints its int64. */
export const int32 = new DType(
  'int32',
  'Int',
  'integer',
  4,
  (n) => new Int32Array(n),
  (v) => v | 0,
)
/** Unsigned bytes. */
export const uint8 = new DType(
  'uint8',
  'Byte',
  'integer',
  1,
  (n) => new Uint8Array(n),
  (v) => v & 255,
)
/** Truth values, stored as bytes 0 and 1. */
export const bool = new DType(
  'bool',
  'Bool',
  'bool',
  1,
  (n) => new Uint8Array(n),
  (v) => (v === 0 ? 0 : 1),
)

/** Every dtype, in the order of promotion. */
export const dtypes: readonly DType[] = [bool, uint8, int32, float32, float64]

/** The largest number of float32. */
export const largestFloat32: number = 3.4028234663852886e38
