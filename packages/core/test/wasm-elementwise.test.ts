import { beforeEach, describe, expect, it } from 'vitest'
import { ElementwiseRunner, type Formulas } from '../src/devices/wasm/elementwise-runner.ts'
import { Kernels } from '../src/devices/wasm/kernels.ts'
import { KernelMemory } from '../src/devices/wasm/memory.ts'
import { hasRelaxedSimd } from '../src/devices/wasm/probe.ts'
import { type ElementType, sizeOf } from '../src/devices/wasm/stream.ts'
import type { Window } from '../src/devices/wasm/window.ts'
import { evaluate } from '../src/formula/evaluate.ts'
import { variable } from '../src/formula/expression.ts'
import { parse } from '../src/formula/parse.ts'
import { contiguousStrides, numel } from '../src/shape.ts'

const memory = new KernelMemory()
const runner = new ElementwiseRunner(new Kernels(memory, { relaxed: hasRelaxedSimd }))

const formulas = (inputs: readonly string[], ...outputs: readonly string[]): Formulas => ({
  inputs,
  outputs: outputs.map((output) => parse(output, inputs)),
})

/** What `check` found wrong. */
const complaints: string[] = []
beforeEach(() => {
  complaints.length = 0
})

/** A window on a fresh array of a certain length, filled with small numbers of both signs, no two alike. */
function fresh(length: number, strides: readonly number[], type: ElementType = 'float32', offset = 0): Window {
  const pointer = memory.alloc(length * sizeOf(type))
  for (let i = 0; i < length; i++) {
    if (type === 'bool') memory.uint8[pointer + i] = (i * 7) % 3 === 0 ? 1 : 0
    else memory.float32[pointer / 4 + i] = Math.sin(i * 1.7 + length) * 3
  }
  return { pointer: pointer + offset * sizeOf(type), strides, type }
}

function read({ pointer, strides, type }: Window, index: readonly number[]): number {
  const at = index.reduce((sum, i, dim) => sum + i * (strides[dim] ?? 0), 0)
  return (type === 'bool' ? memory.uint8[pointer + at] : memory.float32[pointer / 4 + at]) ?? Number.NaN
}

function indicesOf(shape: readonly number[]): number[][] {
  const steps = contiguousStrides(shape)
  return Array.from({ length: numel(shape) }, (_, i) =>
    shape.map((size, dim) => Math.floor(i / (steps[dim] ?? 1)) % size),
  )
}

/** Runs formulas and compares each element with the formula's value in float64; complains where they differ. */
function check(
  kernel: Formulas,
  shape: readonly number[],
  outputs: readonly Window[],
  inputs: readonly (Window | number)[],
): void {
  const expected = indicesOf(shape).map((index) => {
    const values = kernel.inputs.map((name, k) => {
      const input = inputs[k] ?? 0
      return [name, typeof input === 'number' ? input : read(input, index)] as const
    })
    return kernel.outputs.map((output) => evaluate(output, Object.fromEntries(values)))
  })
  runner.run(kernel, shape, outputs, inputs)
  indicesOf(shape).forEach((index, i) => {
    outputs.forEach((output, k) => {
      const exact = expected[i]?.[k] ?? 0
      const result = read(output, index)
      const tolerance = 2e-6 * Math.max(1, Math.abs(exact))
      if (!(Math.abs(result - exact) <= tolerance || Object.is(result, exact))) {
        complaints.push(`at [${index.join()}] of output ${k}: ${result} instead of ${exact}`)
      }
    })
  })
}

const add = formulas(['x', 'y'], 'x * 2 + y')
const contiguous = (shape: readonly number[], type: ElementType = 'float32'): Window =>
  fresh(numel(shape), contiguousStrides(shape), type)

describe('elementwise kernels', () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 31, 1000])('contiguous, %i elements, nothing written behind the end', (n) => {
    const out = contiguous([n + 4])
    const behind = [0, 1, 2, 3].map((i) => read(out, [n + i]))
    check(add, [n], [out], [contiguous([n]), contiguous([n])])
    expect([0, 1, 2, 3].map((i) => read(out, [n + i]))).toEqual(behind)
    expect(complaints).toEqual([])
  })

  it.each([1, 3, 4, 6, 33])('bool inputs and outputs, %i elements', (n) => {
    const kernel = formulas(['c', 'x', 'y'], 'c ? x : y', 'x < y || !c', 'c * 2')
    const out = contiguous([n + 4], 'bool')
    const behind = [0, 1, 2, 3].map((i) => read(out, [n + i]))
    check(
      kernel,
      [n],
      [contiguous([n]), out, contiguous([n])],
      [contiguous([n], 'bool'), contiguous([n]), contiguous([n])],
    )
    expect([0, 1, 2, 3].map((i) => read(out, [n + i]))).toEqual(behind)
    expect(complaints).toEqual([])
  })

  it('broadcasts scalars, rows and columns', () => {
    const shape = [5, 7]
    check(add, shape, [contiguous(shape)], [contiguous(shape), fresh(1, [0, 0])])
    check(add, shape, [contiguous(shape)], [contiguous(shape), fresh(7, [0, 1])])
    check(add, shape, [contiguous(shape)], [fresh(5, [1, 0]), contiguous(shape)])
    check(add, shape, [contiguous(shape)], [fresh(5, [1, 0]), fresh(7, [0, 1])])
    check(formulas(['c', 'x'], 'c ? x : 0'), shape, [contiguous(shape)], [fresh(5, [1, 0], 'bool'), contiguous(shape)])
    check(add, shape, [contiguous(shape)], [contiguous(shape), 2.5])
    expect(complaints).toEqual([])
  })

  it('reads and writes any strides, negative ones and bools too', () => {
    check(add, [5, 7], [contiguous([5, 7])], [fresh(35, [1, 5]), contiguous([5, 7])])
    check(add, [5, 7], [fresh(140, [1, 10])], [fresh(35, [1, 5]), fresh(80, [15, -2], 'float32', 12)])
    check(add, [2, 3, 4, 5], [contiguous([2, 3, 4, 5])], [fresh(120, [5, 10, 30, 1]), fresh(120, [60, 20, 5, 1])])
    check(
      formulas(['c', 'x'], 'c && x > 0'),
      [6, 5],
      [fresh(30, [1, 6], 'bool')],
      [fresh(60, [10, 2], 'bool'), fresh(30, [1, 6])],
    )
    check(add, [3, 0], [contiguous([3, 0])], [contiguous([3, 0]), 1])
    check(add, [], [contiguous([])], [contiguous([]), contiguous([])])
    expect(complaints).toEqual([])
  })

  it('updates in place, all outputs from the values before', () => {
    const adam = formulas(
      ['p', 'g', 'm', 'v'],
      'p - 0.1 * (0.9 * m + 0.1 * g) / (sqrt(0.99 * v + 0.01 * g * g) + 1e-8)',
      '0.9 * m + 0.1 * g',
      '0.99 * v + 0.01 * g * g',
    )
    const [p, g, m, v] = [contiguous([37]), contiguous([37]), contiguous([37]), contiguous([37])]
    memory.float32.fill(0.5, v.pointer / 4, v.pointer / 4 + 37)
    check(adam, [37], [p, m, v], [p, g, m, v])
    expect(complaints).toEqual([])
  })

  it('takes shortcuts for powers that are numbers, each in its own kernel', () => {
    const power = formulas(['x', 'n'], 'pow(abs(x), n)')
    for (const n of [2, 3, 0.5, -1, 1, 2.5, 0, 2]) check(power, [9], [contiguous([9])], [contiguous([9]), n])
    expect(complaints).toEqual([])
  })

  it('keeps what NaN, zeros and infinities mean in comparisons with constants', () => {
    const kernel = formulas(
      ['x'],
      'max(x, 0)',
      'min(x, 1)',
      'x / 8',
      'x == 0',
      'isnan(x)',
      'isinf(x)',
      '!x',
      'x ? 1 : 2',
    )
    const x = contiguous([8])
    memory.float32.set([Number.NaN, -0, 0, Infinity, -Infinity, 1, -2, 3e38], x.pointer / 4)
    check(
      kernel,
      [8],
      kernel.outputs.map(() => contiguous([8])),
      [x],
    )
    expect(complaints).toEqual([])
  })

  it('calls JavaScript for functions without instructions', () => {
    check(formulas(['x'], 'lgamma(x) + digamma(x + 10)'), [6], [contiguous([6])], [contiguous([6])])
    expect(complaints).toEqual([])
  })

  it('passes a variable through', () => {
    const copy: Formulas = { inputs: ['x'], outputs: [variable('x')] }
    check(copy, [3, 5], [contiguous([3, 5])], [fresh(15, [1, 3])])
    check(copy, [9], [contiguous([9])], [contiguous([9], 'bool')])
    expect(complaints).toEqual([])
  })
})
