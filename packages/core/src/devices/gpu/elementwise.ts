import { RuntimeError } from '../../errors.ts'
import { broadcastStrides, coalesce, contiguousStrides, isContiguous, numel, type Shape } from '../../shape.ts'
import type { Operand } from '../device.ts'
import type { Kernel } from '../kernel.ts'
import { freed } from '../storage.ts'
import type { Program } from './engine.ts'
import { printFormulas, stored } from './formula.ts'
import type { Memory } from './memory.ts'
import type { Launch, Queue } from './queue.ts'
import { KernelText, position, specialNumbers } from './text.ts'

/**
 * How an operand is read: `p` at the place of the result, `o` one element for all, `g` by index and stride; `n` is a plain
 * number.
 */
type Access = 'p' | 'o' | 'g' | 'n'

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
    outputs.map((out, i) => (isWhole(out) ? launchWhole : launchWindow)(kernel, i, out, inputs, shape)),
  )
}

/** Whether an operand is all of its storage, in row-major order. */
export function isWhole(x: Operand): boolean {
  return x.offset === 0 && isContiguous(x) && numel(x.shape) === x.storage.length
}

/** Each cell is an element of the result. */
function launchWhole(
  kernel: Kernel,
  output: number,
  out: Operand,
  inputs: readonly (Operand | number)[],
  shape: Shape,
): Launch {
  const steps = contiguousStrides(shape)
  const strides = inputs.map((x) => (typeof x === 'number' ? [] : broadcastStrides(x, shape)))
  const access = inputs.map((x, k): Access => {
    if (typeof x === 'number') return 'n'
    const own = strides[k] as readonly number[]
    if (shape.every((size, d) => size === 1 || own[d] === 0)) return 'o'
    return x.offset === 0 && shape.every((size, d) => size === 1 || own[d] === steps[d]) ? 'p' : 'g'
  })
  const general = strides.filter((_, k) => access[k] === 'g')
  const walk = general.length > 0 ? coalesce(shape, general) : { shape: [], strides: [] }
  const rank = walk.shape.length
  const numbers: number[] = [...walk.shape]
  let seen = 0
  inputs.forEach((x, k) => {
    if (typeof x === 'number') numbers.push(x)
    else if (access[k] === 'o') numbers.push(x.offset)
    else if (access[k] === 'g') numbers.push(x.offset, ...(walk.strides[seen++] as number[]))
  })
  return {
    program: compile(kernel, output, out, inputs, access, rank, false),
    target: memoryOf(out),
    inputs: inputs.flatMap((x) => (typeof x === 'number' ? [] : [memoryOf(x)])),
    numbers: [...numbers, ...specialNumbers],
  }
}

/** Each cell is an element of the storage: inside of the window it is computed, outside it stays as it is. */
function launchWindow(
  kernel: Kernel,
  output: number,
  out: Operand,
  inputs: readonly (Operand | number)[],
  shape: Shape,
): Launch {
  const order = shape
    .map((_, d) => d)
    .filter((d) => shape[d] !== 1)
    .sort((a, b) => (out.strides[b] as number) - (out.strides[a] as number))
  const along = (list: readonly number[]): number[] => order.map((d) => list[d] as number)
  const strides = inputs.map((x) => (typeof x === 'number' ? [] : broadcastStrides(x, shape)))
  const access = inputs.map((x): Access => (typeof x === 'number' ? 'n' : 'g'))
  const walk = coalesce(along(shape), [out.strides, ...strides.filter((_, k) => access[k] === 'g')].map(along))
  const [own = [], ...rest] = walk.strides
  // A window on one element has a stride too: positions are divided by it.
  const steps = own.map((stride, d) => (walk.shape[d] === 1 ? 1 : stride))
  checkNested(kernel.name, walk.shape, steps)
  const numbers: number[] = [...walk.shape, out.offset, ...steps]
  let seen = 0
  inputs.forEach((x) => {
    if (typeof x === 'number') numbers.push(x)
    else numbers.push(x.offset, ...(rest[seen++] as number[]))
  })
  return {
    program: compile(kernel, output, out, inputs, access, walk.shape.length, true),
    target: memoryOf(out),
    inputs: [memoryOf(out), ...inputs.flatMap((x) => (typeof x === 'number' ? [] : [memoryOf(x)]))],
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

function compile(
  kernel: Kernel,
  output: number,
  { dtype }: Operand,
  inputs: readonly (Operand | number)[],
  access: readonly Access[],
  rank: number,
  inWindow: boolean,
): Program {
  const integer = dtype.kind !== 'floating' && inputs.every(isInteger)
  const key = `gpu:${output}:${dtype.name}:${integer}:${access.join('')}:${rank}:${inWindow}`
  const known = kernel.compiled.get(key)
  if (known !== undefined) return known as Program
  const text = new KernelText()
  const sizes = text.list(rank)
  const cell = text.constant('this.thread.x')
  const indices = inWindow ? windowIndices(text, cell, sizes) : text.indices(cell, sizes)
  const read: Record<string, string> = {}
  access.forEach((way, k) => {
    const name = kernel.inputs[k] as string
    if (way === 'n') {
      read[name] = text.number()
      return
    }
    const array = text.array()
    const at = way === 'p' ? cell : way === 'o' ? text.number() : position(text.number(), indices, text.list(rank))
    read[name] = text.constant(`${array}[${way === 'g' ? text.constant(at) : at}]`)
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
