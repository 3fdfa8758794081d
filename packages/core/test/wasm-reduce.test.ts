import { beforeEach, describe, expect, it } from 'vitest'
import { foldingOf, type Reduction } from '../src/devices/wasm/fold.ts'
import { Kernels } from '../src/devices/wasm/kernels.ts'
import { KernelMemory } from '../src/devices/wasm/memory.ts'
import { hasRelaxedSimd } from '../src/devices/wasm/probe.ts'
import { ReductionRunner } from '../src/devices/wasm/reduction-runner.ts'
import { type ElementType, sizeOf } from '../src/devices/wasm/stream.ts'
import type { Window } from '../src/devices/wasm/window.ts'
import { evaluate } from '../src/formula/evaluate.ts'
import { parse } from '../src/formula/parse.ts'
import { contiguousStrides, numel } from '../src/shape.ts'

const memory = new KernelMemory()
const runner = new ReductionRunner(new Kernels(memory, { relaxed: hasRelaxedSimd }))

function reduction(inputs: readonly string[], start: number, step: string, finish = 'acc'): Reduction {
  const scope = [...inputs, 'acc', 'n', 'i']
  return { inputs, states: ['acc'], start: [start], step: [parse(step, scope)], finish: parse(finish, scope) }
}

const sum = reduction(['x'], 0, 'acc + x')
const meanSquare = reduction(['x', 'y'], 0, 'acc + (x - y) * (x - y)', 'acc / n')
const product = reduction(['x'], 1, 'acc * (1 + x / 10)')
const largest = reduction(['x'], -Infinity, 'max(acc, x)')
const smallest = reduction(['x', 's'], Infinity, 'min(acc, x * s)', 'acc + s')
const all = reduction(['x'], 1, 'acc && x > -2.9')
const any = reduction(['x'], 0, 'acc || x')

/** What `check` found wrong. */
const complaints: string[] = []
beforeEach(() => {
  complaints.length = 0
})

function fresh(length: number, strides: readonly number[], type: ElementType = 'float32'): Window {
  const pointer = memory.alloc(length * sizeOf(type))
  for (let i = 0; i < length; i++) {
    if (type === 'bool') memory.uint8[pointer + i] = i % 11 === 3 ? 1 : 0
    else memory.float32[pointer / 4 + i] = Math.sin(i * 1.7 + length) * 3
  }
  return { pointer, strides, type }
}

const contiguous = (shape: readonly number[], type: ElementType = 'float32'): Window =>
  fresh(numel(shape), contiguousStrides(shape), type)

function read({ pointer, strides, type }: Window, index: readonly number[]): number {
  const at = index.reduce((total, i, dim) => total + i * (strides[dim] ?? 0), 0)
  return (type === 'bool' ? memory.uint8[pointer + at] : memory.float32[pointer / 4 + at]) ?? Number.NaN
}

function indicesOf(shape: readonly number[]): number[][] {
  const steps = contiguousStrides(shape)
  return Array.from({ length: numel(shape) }, (_, i) =>
    shape.map((size, dim) => Math.floor(i / (steps[dim] ?? 1)) % size),
  )
}

/** Folds with the kernel and with the formulas in float64; complains where they differ. */
function check(
  kernel: Reduction,
  shape: readonly number[],
  dims: readonly number[],
  inputs: readonly (Window | number)[],
  type: ElementType = 'float32',
): void {
  const isReduced = shape.map((_, dim) => dims.includes(dim))
  const kept = shape.map((size, dim) => (isReduced[dim] ? 1 : size))
  const n = dims.reduce((total, dim) => total * (shape[dim] ?? 1), 1)
  const output = contiguous(kept, type)
  runner.run(kernel, shape, isReduced, output, inputs)
  for (const place of indicesOf(kept)) {
    const values: Record<string, number> = { n, acc: kernel.start[0] ?? 0 }
    let scale = 1
    for (const index of indicesOf(shape)) {
      if (index.some((i, dim) => !isReduced[dim] && i !== place[dim])) continue
      kernel.inputs.forEach((name, k) => {
        const input = inputs[k] ?? 0
        values[name] = typeof input === 'number' ? input : read(input, index)
      })
      values.acc = kernel.step[0] ? evaluate(kernel.step[0], values) : Number.NaN
      scale = Math.max(scale, Math.abs(values.acc))
    }
    kernel.inputs.forEach((name, k) => {
      if (typeof inputs[k] === 'number') values[name] = inputs[k]
    })
    const exact = evaluate(kernel.finish, values)
    const result = read(output, place)
    if (!(Math.abs(result - exact) <= 3e-6 * scale || Object.is(result, exact))) {
      complaints.push(`[${shape.join()}] over ${dims.join()}, at [${place.join()}]: ${result} instead of ${exact}`)
    }
  }
}

describe('reductions', () => {
  it.each([1, 2, 3, 4, 5, 15, 16, 17, 33, 255, 300, 1027])('fold %i elements in order', (n) => {
    for (const kernel of [sum, product, largest, all, any]) check(kernel, [n], [0], [contiguous([n])])
    check(meanSquare, [n], [0], [contiguous([n]), fresh(n + 1, [1])])
    check(smallest, [n], [0], [contiguous([n]), -2])
    expect(complaints).toEqual([])
  })

  it('fold any dimensions of any strides', () => {
    const shape = [3, 5, 2, 7]
    const inputs = [
      contiguous(shape),
      fresh(210, [1, 3, 15, 30]),
      fresh(210, [7, 42, 21, 1]),
      fresh(840, [280, 56, 28, -4 + 8]),
    ]
    for (let subset = 1; subset < 16; subset++) {
      const dims = [0, 1, 2, 3].filter((dim) => (subset >> dim) & 1)
      for (const input of inputs) check(sum, shape, dims, [input])
      check(meanSquare, shape, dims, [contiguous(shape), fresh(210, [7, 42, 21, 1])])
      check(meanSquare, shape, dims, [contiguous(shape), fresh(14, [0, 0, 7, 1])])
      check(meanSquare, shape, dims, [fresh(15, [1, 3, 0, 0]), contiguous(shape)])
    }
    expect(complaints).toEqual([])
  })

  it('fold columns, whole tiles and the rest, and wide rows', () => {
    for (const width of [1, 3, 4, 16, 19, 37]) {
      for (const rows of [1, 2, 16, 40]) {
        check(sum, [rows, width], [0], [contiguous([rows, width])])
        check(meanSquare, [rows, width], [0], [contiguous([rows, width]), fresh(width, [0, 1])])
        check(meanSquare, [rows, width], [0], [contiguous([rows, width]), fresh(rows, [1, 0])])
        check(smallest, [rows, width], [0], [fresh(rows * width, [1, rows]), 3])
        check(largest, [rows, width], [1], [contiguous([rows, width])])
        check(all, [rows, width], [0], [contiguous([rows, width])], 'bool')
      }
    }
    check(sum, [4, 6, 20], [1], [contiguous([4, 6, 20])])
    check(sum, [100, 3], [1], [contiguous([100, 3])])
    expect(complaints).toEqual([])
  })

  it('read and write truth values', () => {
    check(any, [6, 9], [1], [contiguous([6, 9], 'bool')], 'bool')
    check(any, [6, 9], [0], [contiguous([6, 9], 'bool')], 'bool')
    check(sum, [50], [0], [contiguous([50], 'bool')])
    expect(complaints).toEqual([])
  })

  it('give the result of nothing for no elements', () => {
    check(sum, [0], [0], [contiguous([0])])
    check(largest, [3, 0], [1], [contiguous([3, 0])])
    check(reduction(['x'], 0, 'acc + x', 'acc / n'), [2, 0, 4], [0, 1], [contiguous([2, 0, 4])])
    check(sum, [0, 3], [1], [contiguous([0, 3])])
    expect(complaints).toEqual([])
  })

  it('keep NaN, and infinities apart', () => {
    const x = contiguous([40])
    memory.float32[x.pointer / 4 + 17] = Number.NaN
    for (const kernel of [sum, largest, product]) check(kernel, [40], [0], [x])
    check(largest, [5, 8], [0], [{ ...x, strides: [8, 1] }])
    memory.float32.fill(-Infinity, x.pointer / 4, x.pointer / 4 + 40)
    check(largest, [40], [0], [x])
    check(sum, [40], [0], [x])
    expect(complaints).toEqual([])
  })

  it('sum a million numbers to the last bits', () => {
    const n = 1e6
    const x = contiguous([n])
    let exact = 0
    for (let i = 0; i < n; i++) {
      const value = Math.fround(0.1 + 1e-3 * Math.sin(i))
      memory.float32[x.pointer / 4 + i] = value
      exact += value
    }
    const out = contiguous([1])
    runner.run(sum, [n], [true], out, [x])
    expect(Math.abs(read(out, [0]) / exact - 1)).toBeLessThan(1.2e-7)
    const columns = contiguous([1, 10])
    runner.run(sum, [n / 10, 10], [true, false], columns, [{ ...x, strides: [10, 1] }])
    const total = indicesOf([1, 10]).reduce((all, index) => all + read(columns, index), 0)
    expect(Math.abs(total / exact - 1)).toBeLessThan(1.2e-7)
  })

  it('refuses folds whose order matters', () => {
    expect(foldingOf(reduction(['x'], 0, 'acc / 2 + x'))).toBeUndefined()
    expect(foldingOf(reduction(['x'], 1, 'acc + x'))).toBeUndefined()
    expect(foldingOf(reduction(['x'], 0, 'acc + i * x'))).toBeUndefined()
    expect(foldingOf({ ...sum, states: ['acc', 'more'] })).toBeUndefined()
    expect(foldingOf(sum)?.fold.start).toBe(0)
  })
})
