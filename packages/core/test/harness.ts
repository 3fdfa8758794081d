/**
 * What the generated tests stand on: the devices to run on, tensors with known values in every layout, and comparison
 * with numbers that were worked out in float64 without any kernel. A new device is one more entry of `devices`.
 */
// oxlint-disable vitest/no-standalone-expect -- what is expected here is expected by the tests that call it
import { beforeAll, describe, expect } from 'vitest'
import { registerDevice } from '../src/devices/device.ts'
import { js } from '../src/devices/js/index.ts'
import * as torch from '../src/index.ts'
import { randomNumbers } from './formula-random.ts'

export type Tensor = torch.Tensor
export const { Slice } = torch

/** A device, and how near its results have to come. */
export interface TestDevice {
  /** Shown in the titles of the tests. */
  readonly title: string
  /** The `device` of tensors. */
  readonly type: string
  /** Makes it the device of that type. */
  readonly use: () => void
  /** The dtypes of floating point numbers that it has; without float64 gradients are compared in float32. */
  readonly floats: readonly torch.DType[]
  /** The relative error of one op in float32, and the absolute one near zero. */
  readonly relative: number
  readonly absolute: number
  /** Whether 0 and -0 are told apart. */
  readonly signedZero: boolean
}

/** Every device that answers on this machine. */
export const devices: readonly TestDevice[] = [
  {
    title: 'js',
    type: 'cpu',
    use: () => registerDevice(js),
    floats: [torch.float32, torch.float64],
    // Computed in float64 and rounded once, but for `sigmoid`, which rounds each step as PyTorch's does.
    relative: 2 ** -22,
    absolute: 2 ** -149,
    signedZero: true,
  },
]

/** Runs a block of tests on each device. Tensors may be made in tests only: before them, another device may be in use. */
export function onEachDevice(title: string, tests: (on: TestBench) => void): void {
  for (const device of devices) {
    describe(`${title} on ${device.title}`, () => {
      beforeAll(device.use)
      tests(new TestBench(device))
    })
  }
}

/** Nested numbers, as a reader sees them. */
export type Nested = number | boolean | readonly Nested[]

/** Tensors on one device, and comparison with what they should hold. */
export class TestBench {
  readonly device: TestDevice
  readonly #random: () => number

  constructor(device: TestDevice) {
    this.device = device
    this.#random = randomNumbers(20)
  }

  /** Whether the finite differences of `gradcheck` have the digits that they need. */
  get hasFloat64(): boolean {
    return this.device.floats.includes(torch.float64)
  }

  /** A tensor of values in row-major order. */
  tensor(values: readonly number[], shape: torch.Shape, dtype: torch.DType = torch.float32): Tensor {
    return torch.tensor(values, { dtype, device: this.device.type }).reshape(shape)
  }

  /** A tensor of nested values. */
  of(values: Nested, dtype?: torch.DType): Tensor {
    return torch.tensor(values, { dtype, device: this.device.type })
  }

  /** As `of`, float64 with a gradient. */
  leaf(values: Nested, dtype: torch.DType = torch.float64): Tensor {
    return torch.tensor(values, { dtype, device: this.device.type, requires_grad: true })
  }

  /** Random numbers from an interval, the same in each run. */
  numbers(count: number, [low, high]: readonly [number, number] = [-3, 3]): number[] {
    return Array.from({ length: count }, () => low + (high - low) * this.#random())
  }

  /** Random whole numbers from `low` to `high`, both included. */
  integers(count: number, [low, high]: readonly [number, number]): number[] {
    return Array.from({ length: count }, () => Math.floor(low + (high - low + 1) * this.#random()))
  }

  /** Random float64 numbers with a gradient, for `gradcheck`. */
  input(shape: torch.Shape, domain?: readonly [number, number]): Tensor {
    return this.tensor(this.numbers(sizeOf(shape), domain), shape, torch.float64).requires_grad_()
  }

  /** Checks every gradient against finite differences; `twice` checks the gradients of the gradients too. */
  gradients(
    fn: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
    inputs: readonly Tensor[],
    { twice = true }: { readonly twice?: boolean } = {},
  ): void {
    expect(torch.autograd.gradcheck(fn, inputs)).toBe(true)
    if (twice) expect(torch.autograd.gradgradcheck(fn, inputs)).toBe(true)
  }

  /** Expects a tensor of a shape with given values in row-major order, each within what the device promises. */
  async near(actual: Tensor, expected: readonly number[], shape: torch.Shape, tolerance = 1): Promise<void> {
    expect(actual.shape).toEqual(shape)
    const { relative, absolute, signedZero } = this.device
    const exact = actual.dtype.kind !== 'floating'
    const [rel, abs] =
      actual.dtype === torch.float64 ? [(tolerance - 1) * 2 ** -52, 0] : [relative * tolerance, absolute * tolerance]
    const values = await valuesOf(actual)
    expect(values.length).toBe(expected.length)
    const wrong = expected.flatMap((value, i) => {
      const got = values[i] as number
      const wanted = actual.dtype.round(value)
      if (Object.is(got, wanted) || (got === wanted && (!signedZero || exact || tolerance > 1))) return []
      if (!exact && Math.abs(got - value) <= abs + rel * Math.abs(value)) return []
      return [`[${i}] ${show(got)}, expected ${show(wanted)}`]
    })
    expect(wrong.slice(0, 5)).toEqual([])
  }

  /** Expects two tensors to have the same dtype, shape and values, to the bit. */
  async same(actual: Tensor, expected: Tensor): Promise<void> {
    expect(actual.dtype).toBe(expected.dtype)
    expect(actual.shape).toEqual(expected.shape)
    expect(await valuesOf(actual)).toEqual(await valuesOf(expected))
  }
}

const show = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))

/** The number of elements of a shape. */
export const sizeOf = (shape: torch.Shape): number => shape.reduce((product, size) => product * size, 1)

/** The elements in row-major order, on every device. */
export async function valuesOf(x: Tensor): Promise<number[]> {
  const packed = torch.no_grad(() => x.detach().contiguous())
  const memory = await packed.storage.device.readAsync(packed.storage)
  return Array.from(memory.slice(packed.offset, packed.offset + packed.numel()))
}

/** Ways for a matrix to lie in memory: each gives a tensor equal to `x`, with other strides. */
export const layouts: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  transposed: (x) => x.t().contiguous().t(),
  stepped: (x) =>
    placed(x, [2 * x.size(0) + 1, 3 * x.size(1)], (base) => base.index(Slice(1, null, 2), Slice(0, null, 3))),
  offset: (x) => placed(x, [x.size(0) + 2, x.size(1)], (base) => base.narrow(0, 2, x.size(0))),
  window: (x) =>
    placed(x, [x.size(0) + 1, x.size(1) + 2], (base) => base.narrow(0, 1, x.size(0)).narrow(1, 1, x.size(1))),
  column: (x) => placed(x, [x.size(1), x.size(0), 2], (base) => base.select(2, 1).t()),
}

/** `x` copied into a window of a larger tensor of junk. */
function placed(x: Tensor, shape: torch.Shape, window: (base: Tensor) => Tensor): Tensor {
  const view = window(x.new_full(shape, 7))
  view.copy_(x)
  expect(view.shape).toEqual(x.shape)
  return view
}

/** All indices of a shape in row-major order. */
export function indicesOf(shape: torch.Shape): number[][] {
  const count = sizeOf(shape)
  return Array.from({ length: count }, (_, place) => {
    let rest = place
    const index: number[] = []
    for (const size of [...shape].reverse()) {
      index.unshift(rest % size)
      rest = Math.floor(rest / size)
    }
    return index
  })
}

/** Where an index of a shape lies in row-major order. */
export const placeOf = (index: readonly number[], shape: torch.Shape): number =>
  shape.reduce((place, size, dim) => place * size + (index[dim] as number), 0)

/** Values in row-major order with their shape: the model that tensors are compared with. */
export interface Model {
  readonly values: readonly number[]
  readonly shape: torch.Shape
}

/** The element of a model that stands at an index of a shape it broadcasts to. */
export function broadcastAt({ values, shape }: Model, index: readonly number[]): number {
  const own = index.slice(index.length - shape.length)
  return values[
    placeOf(
      own.map((i, dim) => (shape[dim] === 1 ? 0 : i)),
      shape,
    )
  ] as number
}

/** The shape that shapes broadcast to, said once more and differently. */
export function commonShape(...shapes: readonly torch.Shape[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, dim) => {
    const sizes = shapes.map((shape) => shape[dim - rank + shape.length] ?? 1)
    return sizes.find((size) => size !== 1) ?? 1
  })
}
