import { RuntimeError } from '../../errors.ts'
import { broadcastStrides, coalesce, isContiguous, numel } from '../../shape.ts'
import type { Operand } from '../device.ts'
import type { Kernel } from '../kernel.ts'
import { freed } from '../storage.ts'
import type { Program } from './engine.ts'
import { printFormulas, stored } from './formula.ts'
import type { Memory } from './memory.ts'
import type { Launch, Queue } from './queue.ts'
import { KernelText, position, specialNumbers } from './text.ts'

/** The memory of an operand. */
export function memoryOf({ storage }: Pick<Operand, 'storage'>): Memory {
  if (storage.buffer === null) {
    throw freed()
  }
  return storage.buffer as Memory
}

/** Runs an elementwise kernel: one program an output, each reading the values from before. */
export function runElementwise(
  queue: Queue,
  kernel: Kernel,
  outputs: readonly Operand[],
  inputs: readonly (Operand | number)[],
): void {
  const { shape } = outputs[0] as Operand
  if (shape.includes(0)) return
  queue.launch(
    kernel.name,
    outputs.map((out, i) => launchOf(kernel, i, out, inputs)),
  )
}

/** Whether an operand is all of its storage, in row-major order. */
export function isWhole(x: Operand): boolean {
  return x.offset === 0 && isContiguous(x) && numel(x.shape) === x.storage.length
}

/**
 * How an output is computed: each cell is an element of its storage. Outside of the window it stays as it is. Operands are
 * read at the place of the cell where all lie as the output does, and otherwise all by index and stride: one program serves
 * for all shapes that are broadcast.
 */
function launchOf(kernel: Kernel, output: number, out: Operand, inputs: readonly (Operand | number)[]): Launch {
  const { shape } = out
  const order = shape
    .map((_, d) => d)
    .filter((d) => shape[d] !== 1)
    .sort((a, b) => (out.strides[b] as number) - (out.strides[a] as number))
  const along = (list: readonly number[]): number[] => order.map((d) => list[d] as number)
  const arrays = inputs.filter((x) => typeof x !== 'number')
  const walk = coalesce(along(shape), [out.strides, ...arrays.map((x) => broadcastStrides(x, shape))].map(along))
  const [own = [], ...strides] = walk.strides
  const inWindow = !isWhole(out)
  const isFlat =
    !inWindow && walk.shape.length === 1 && arrays.every(({ offset }, k) => offset === 0 && strides[k]?.[0] === own[0])
  const rank = isFlat ? 0 : walk.shape.length
  const numbers: number[] = isFlat ? [] : [...walk.shape]
  if (inWindow) {
    // A window on one element has a stride too: positions are divided by it.
    const steps = own.map((stride, d) => (walk.shape[d] === 1 ? 1 : stride))
    checkNested(kernel.name, walk.shape, steps)
    numbers.push(out.offset, ...steps)
  }
  let seen = 0
  for (const x of inputs) {
    if (typeof x === 'number') numbers.push(x)
    else if (!isFlat) numbers.push(x.offset, ...(strides[seen++] as number[]))
  }
  return {
    program: compile(kernel, output, out, inputs, rank, inWindow),
    target: memoryOf(out),
    inputs: (inWindow ? [out, ...arrays] : arrays).map(memoryOf),
    numbers: [...numbers, ...specialNumbers],
  }
}

/** A cell has to tell by its position alone which element of the window it is. */
function checkNested(op: string, shape: readonly number[], strides: readonly number[]): void {
  let reach = 0
  for (let d = shape.length - 1; d >= 0; d--) {
    if ((shape[d] as number) > 1 && (strides[d] as number) <= reach) {
      throw new RuntimeError(
        `${op}: 'gpu' cannot write into a window of strides [${strides.join(', ')}], whose rows interleave; write into a clone()`,
      )
    }
    reach += ((shape[d] as number) - 1) * (strides[d] as number)
  }
}

/** The program of an output whose cells walk over so many dimensions; over none where operands are read at their place. */
function compile(
  kernel: Kernel,
  output: number,
  { dtype }: Operand,
  inputs: readonly (Operand | number)[],
  rank: number,
  inWindow: boolean,
): Program {
  const integer = dtype.kind !== 'floating' && inputs.every(isInteger)
  const kinds = inputs.map((x) => (typeof x === 'number' ? 'n' : 'a')).join('')
  const key = `gpu:${output}:${dtype.name}:${integer}:${kinds}:${rank}:${inWindow}`
  const known = kernel.compiled.get(key)
  if (known !== undefined) return known as Program
  const text = new KernelText()
  const sizes = text.list(rank)
  const cell = text.constant('this.thread.x')
  const indices = inWindow ? windowIndices(text, cell, sizes) : text.indices(cell, sizes)
  const read: Record<string, string> = {}
  inputs.forEach((x, k) => {
    const name = kernel.inputs[k] as string
    if (typeof x === 'number') {
      read[name] = text.number()
      return
    }
    const array = text.array()
    const at = rank === 0 ? cell : text.constant(position(text.number(), indices, text.list(rank)))
    read[name] = text.constant(`${array}[${at}]`)
  })
  const { statements, results } = printFormulas([kernel.outputs[output] as Kernel['outputs'][number]], read, {
    integer,
  })
  text.add(...statements, `return ${stored(results[0] as string, dtype)};`)
  const program = text.program()
  kernel.compiled.set(key, program)
  return program
}

/** The indices of a window's element at a position of the storage; returns the old value where there is none. */
function windowIndices(text: KernelText, cell: string, sizes: readonly string[]): string[] {
  const old = text.array()
  const offset = text.number()
  const strides = text.list(sizes.length)
  let rest = text.constant(`${cell} - ${offset}`)
  text.add(`if (${rest} < 0) { return ${old}[${cell}]; }`)
  const indices = sizes.map((size, d) => {
    const [index, left] = text.divide(rest, strides[d] as string)
    text.add(`if (${index} >= ${size}) { return ${old}[${cell}]; }`)
    rest = left
    return index
  })
  text.add(`if (${rest} > 0) { return ${old}[${cell}]; }`)
  return indices
}

/** Whether an operand holds whole numbers. */
function isInteger(x: Operand | number): boolean {
  return typeof x === 'number' ? Number.isInteger(x) : x.dtype.kind !== 'floating'
}
