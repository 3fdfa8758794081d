/**
 * What the generated tests stand on: blocks that run on each device, tensors with known values in every layout, and
 * comparison with numbers that were worked out in float64 without any kernel, or by PyTorch.
 */
// oxlint-disable vitest/no-standalone-expect -- what is expected here is expected by the tests that call it
import { beforeAll, describe, expect } from 'vitest'
import * as torch from '../src/index.ts'
import { devicesWith, type TestDevice, valuesOf } from './devices.ts'
import { randomNumbers } from './formula-random.ts'
import { difference, fits, type Tolerance } from './golden.ts'

export { devices, type TestDevice, valuesOf } from './devices.ts'
export type Tensor = torch.Tensor
export const { Slice } = torch

/** Runs a block of tests on each device. Tensors may be made in tests only: before them, another device may be in use. */
export const onEveryDevice = onDevices(devicesWith(['cpu', 'webasm']))
/** As `onEveryDevice`, on the CPU's devices, and on the GPU's modes where they are named, as `pnpm test:gpu` does. */
export const onEachDevice = onDevices(devicesWith([]))
/** As `onEachDevice`, for tests that read at once. */
export const onEachSyncDevice = onDevices(devicesWith([]).filter(({ sync }) => sync))
/** As `onEachDevice`, for tests of what is made of formulas: with the mode of the GPU that compiles them fastest too. */
export const onEachFormulaDevice = onDevices(devicesWith(['cpu']))
/** As `onEachDevice`, for tests whose tensors are on the CPU. */
export const onEachCpu = onDevices(devicesWith([]).filter(({ type }) => type === 'cpu'))

function onDevices(shown: readonly TestDevice[]): (title: string, tests: (on: TestBench) => void) => void {
  return (title, tests) => {
    for (const device of shown) {
      describe(`${title} on ${device.type === 'cpu' ? device.name : `gpu (${device.name})`}`, () => {
        beforeAll(device.use)
        tests(new TestBench(device))
      })
    }
  }
}

/** Nested numbers, as a reader sees them. */
export type Nested = number | boolean | readonly Nested[]

type Differentiable = (...inputs: Tensor[]) => Tensor | readonly Tensor[]

interface GradientOptions {
  /** Whether the gradients have gradients that are worth a look. */
  readonly twice?: boolean
}

/** Tensors on one device, and comparison with what they should hold. */
export class TestBench {
  readonly device: TestDevice
  readonly #random: () => number

  constructor(device: TestDevice) {
    this.device = device
    this.#random = randomNumbers(20)
  }

  /** A tensor of values in row-major order. */
  tensor(values: readonly number[], shape: torch.Shape, dtype: torch.DType = torch.float32): Tensor {
    return torch.tensor(values, { dtype, device: this.device.type }).reshape(shape)
  }

  /** A tensor of nested values. */
  of(values: Nested, dtype?: torch.DType): Tensor {
    return torch.tensor(values, { dtype, device: this.device.type })
  }

  /** The dtypes of floating point numbers that only this device computes in. */
  get ownFloats(): readonly torch.DType[] {
    return this.device.isReference ? this.device.floats : [torch.float32]
  }

  /** The dtype with the most digits. */
  get precise(): torch.DType {
    return this.device.floats.at(-1) as torch.DType
  }

  /** As `of`, with a gradient, and with the most digits where not said otherwise. */
  leaf(values: Nested, dtype: torch.DType = this.precise): Tensor {
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

  /** Random numbers with a gradient, for `gradients`. */
  input(shape: torch.Shape, domain?: readonly [number, number]): Tensor {
    return this.tensor(this.numbers(sizeOf(shape), domain), shape, this.precise).requires_grad_()
  }

  /**
   * Checks every gradient, and with `twice` the gradients of the gradients. The reference device compares with finite
   * differences in float64. Others compute in float32, and are compared with float64 where they have it, which runs
   * what the reference has checked; otherwise with a difference along one direction.
   */
  async gradients(
    fn: Differentiable,
    inputs: readonly Tensor[],
    { twice = true }: GradientOptions = {},
  ): Promise<void> {
    if (this.device.isReference) {
      expect(torch.autograd.gradcheck(fn, inputs)).toBe(true)
      if (twice) expect(torch.autograd.gradgradcheck(fn, inputs)).toBe(true)
      return
    }
    const single = inputs.map((x) => (x.requires_grad ? x.detach().to(torch.float32).requires_grad_() : x))
    // A device that answers later says nothing of what is not read, as second orders are not without float64.
    const found = this.#derivatives(fn, single, twice && this.device.sync)
    if (!this.device.floats.includes(torch.float64)) return this.#alongDirection(fn, single, found[0] ?? [])
    for (const [order, exact] of this.#derivatives(fn, inputs, twice).entries()) {
      for (const [i, x] of exact.entries()) {
        const [got, wanted] = [await valuesOf(found[order]?.[i] as Tensor), await valuesOf(x)]
        const size = Math.max(1, ...wanted.map(Math.abs))
        expect(wanted.filter((value, k) => !(Math.abs(value - (got[k] as number)) <= 1e-4 * size))).toEqual([])
      }
    }
  }

  /** The gradients of a function's projection, then those of the projection of these. */
  #derivatives(fn: Differentiable, inputs: readonly Tensor[], twice: boolean): Tensor[][] {
    const leaves = inputs.filter((x) => x.requires_grad)
    const options = { create_graph: true, materialize_grads: true }
    const out = this.projected(fn)(...inputs)
    const first = torch.autograd.grad(out, leaves, options)
    const next = twice ? this.projected(() => first.map((x) => x.mul(x)))() : null
    return [first, ...(next?.requires_grad ? [torch.autograd.grad(next, leaves, options)] : [])]
  }

  /**
   * Compares gradients with central differences in float32 along a direction of no special form. One of several steps has
   * to agree: the larger ones may cross a kink, the smaller ones drown in rounding.
   */
  async #alongDirection(fn: Differentiable, inputs: readonly Tensor[], gradients: readonly Tensor[]): Promise<void> {
    const leaves = inputs.filter((x) => x.requires_grad)
    const directions = leaves.map((x) => this.tensor(weightsOf(x.numel()), x.shape))
    const numberOf = async (x: Tensor): Promise<number> => (await valuesOf(x))[0] as number
    const at = (step: number): Promise<number> => {
      const moved = (x: Tensor): Tensor => x.detach().add((directions[leaves.indexOf(x)] as Tensor).mul(step))
      return numberOf(this.projected(fn)(...inputs.map((x) => (x.requires_grad ? moved(x).requires_grad_() : x))))
    }
    let slope = 0
    for (const [i, x] of gradients.entries()) slope += await numberOf(x.mul(directions[i] as Tensor).sum())
    let error = Number.POSITIVE_INFINITY
    for (const step of [2 ** -6, 2 ** -8, 2 ** -10]) {
      const difference = ((await at(step)) - (await at(-step))) / (2 * step)
      error = Math.min(error, Math.abs(slope - difference) / (1 + Math.abs(difference)))
      if (error < 0.02) return
    }
    expect(error).toBeLessThan(0.02)
  }

  /** A function's outputs as one number that depends on every element: its gradients cost one backward pass. */
  projected(fn: Differentiable): (...inputs: Tensor[]) => Tensor {
    return (...inputs) =>
      [fn(...inputs)]
        .flat()
        .map((x) => x.mul(this.tensor(x.numel() > 0 ? weightsOf(x.numel()) : [], x.shape, x.dtype)).sum())
        .reduce((sum, x) => sum.add(x))
  }

  /**
   * Expects a tensor of a shape with given values in row-major order, each within what the device promises. Where a
   * device rounds each step of a formula, `rounded` is what comes of that: a step in between may be infinite. The
   * tolerance is in errors of one op; what takes several may be off by as much near 1.
   */
  async near(
    actual: Tensor,
    expected: readonly number[],
    shape: torch.Shape,
    tolerance = 1,
    rounded: readonly number[] = [],
  ): Promise<void> {
    expect(actual.shape).toEqual(shape)
    const { relative, absolute, exactZero } = this.device
    const exact = actual.dtype.kind !== 'floating'
    const several = Math.max(0, tolerance - 1)
    const [rel, abs] =
      actual.dtype === torch.float64
        ? [several * 2 ** -52, several * 2 ** -52]
        : [relative * tolerance, absolute * tolerance + relative * several]
    const values = await valuesOf(actual)
    expect(values.length).toBe(expected.length)
    const isNear = (got: number, value: number): boolean => {
      const wanted = actual.dtype.round(value)
      if (Object.is(got, wanted) || (got === wanted && (!exactZero || exact || tolerance > 1))) return true
      return !exact && Number.isFinite(value) && Math.abs(got - value) <= abs + rel * Math.abs(value)
    }
    const wrong = expected.flatMap((value, i) => {
      const got = values[i] as number
      if (isNear(got, value) || (i in rounded && isNear(got, rounded[i] as number))) return []
      return [`[${i}] ${show(got)}, expected ${show(actual.dtype.round(value))}`]
    })
    expect(wrong.slice(0, 5)).toEqual([])
  }

  /** Expects these values in row-major order, every bit of them, and a shape. */
  async exactly(x: Tensor, values: readonly number[], shape: torch.Shape = [values.length]): Promise<void> {
    expect([await valuesOf(x), x.shape]).toEqual([values, shape])
  }

  /**
   * Runs what has to read values while it computes. A device that answers later has to refuse that, with the way out.
   */
  async atOnce(work: () => unknown): Promise<void> {
    if (this.device.sync) await work()
    else await expect(async () => work()).rejects.toThrow('cannot be read at once: await x.cpu()')
  }

  /** Says where a result is not what PyTorch found; null where it is. */
  difference(actual: unknown, expected: unknown, tolerance: Tolerance = {}): Promise<string | null> {
    return difference(this.device, actual, expected, tolerance)
  }

  /** Whether this device can hold all that a golden entry says. */
  fits(entry: unknown): boolean {
    return fits(this.device, entry)
  }

  /** Expects two tensors to have the same dtype, shape and values: on the reference device to the bit. */
  async same(actual: Tensor, expected: Tensor): Promise<void> {
    expect(actual.dtype).toBe(expected.dtype)
    await this.near(actual, await valuesOf(expected), expected.shape, this.device.isReference ? 0 : 4)
  }
}

const weightsOf = (count: number): number[] => Array.from({ length: count }, (_, i) => Math.sin(3 * i + 1) + 0.1)

const show = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))

/** The number of elements of a shape. */
export const sizeOf = (shape: torch.Shape): number => shape.reduce((product, size) => product * size, 1)

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
