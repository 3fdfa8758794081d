import { float32 } from '../../dtype.ts'
import { RuntimeError } from '../../errors.ts'
import { call, constant, type Expression, variable, variablesOf } from '../../formula/index.ts'
import { broadcastStrides, coalesce, type Shape } from '../../shape.ts'
import type { Operand } from '../device.ts'
import { ReductionKernel } from '../kernel.ts'
import { isWhole, memoryOf } from './elementwise.ts'
import type { Program } from './engine.ts'
import { printFormulas, stored } from './formula.ts'
import type { Memory } from './memory.ts'
import type { Queue } from './queue.ts'
import { KernelText, position, specialNumbers } from './text.ts'

/** From this many elements on, a fold is made of shares that are folded beside each other: faster, and nearer to exact. */
const sharedFrom = 256

/** Runs a reduction: each cell folds one result, or a share of it that a second program joins with the others. */
export function runReduction(
  queue: Queue,
  kernel: ReductionKernel,
  output: Operand,
  inputs: readonly (Operand | number)[],
  shape: Shape,
): void {
  if (output.shape.includes(0)) return
  if (!isWhole(output)) throw new RuntimeError(`${kernel.name}: 'gpu' reduces into memory of its own only`)
  const isReduced = shape.map((size, i) => output.shape[i] === 1 && size !== 1)
  const of = (list: readonly number[], reduced: boolean): number[] => list.filter((_, i) => isReduced[i] === reduced)
  const arrays = inputs.filter((x) => typeof x !== 'number')
  const strides = arrays.map((x) => broadcastStrides(x, shape))
  const part = (reduced: boolean) =>
    coalesce(
      of(shape, reduced),
      strides.map((steps) => of(steps, reduced)),
    )
  const [kept, folded] = [part(false), part(true)]
  const n = folded.shape.reduce((product, size) => product * size, 1)
  const shares = n >= sharedFrom ? sharesOf(kernel) : null
  const count = shares === null ? 0 : Math.ceil(Math.sqrt(n))
  const geometry = [
    kept.shape,
    folded.shape,
    ...arrays.flatMap((x, k) => [[x.offset], kept.strides[k], folded.strides[k]]),
  ]
  const numbers = [
    n,
    count,
    ...kernel.start,
    ...geometry.flatMap((list) => list ?? []),
    ...inputs.filter((x) => typeof x === 'number'),
    ...specialNumbers,
  ]
  const isNumber = inputs.map((x) => typeof x === 'number')
  const ranks = [kept.shape.length, folded.shape.length] as const
  const memories = arrays.map(memoryOf)
  const program = compile(kernel, ranks, isNumber, output, shares !== null)
  if (shares === null) {
    queue.launch(kernel.name, [{ program, target: memoryOf(output), inputs: memories, numbers }])
    return
  }
  const cells = output.storage.length * count
  const partial: Memory = queue.allocate(cells)
  queue.launch(kernel.name, [{ program, target: partial, inputs: memories, numbers }])
  const join = compile(shares, [1, 1], [false], output, false)
  const joined = [n, 0, ...shares.start, output.storage.length, count, 0, count, 1, ...specialNumbers]
  queue.launch(kernel.name, [{ program: join, target: memoryOf(output), inputs: [partial], numbers: joined }])
  queue.free(partial)
}

function compile(
  kernel: ReductionKernel,
  [keptRank, foldedRank]: readonly [number, number],
  isNumber: readonly boolean[],
  output: Operand,
  shared: boolean,
): Program {
  const dtype = shared ? float32 : output.dtype
  const key = `gpu:${dtype.name}:${keptRank}:${foldedRank}:${isNumber.join('')}:${shared}`
  const known = kernel.compiled.get(key)
  if (known !== undefined) return known as Program
  const text = new KernelText()
  const n = text.number()
  const shares = text.number()
  const starts = text.list(kernel.states.length)
  const kept = text.list(keptRank)
  const folded = text.list(foldedRank)
  const cell = text.constant('this.thread.x')
  const [place, share] = shared ? text.divide(cell, shares) : [cell, cell]
  const indices = text.indices(place, kept)
  const read: Record<string, string> = { n }
  const arrays = isNumber.flatMap((plain, k) => {
    if (plain) return []
    const base = text.constant(position(text.number(), indices, text.list(keptRank)))
    return [{ k, array: text.array(), base, strides: text.list(foldedRank) }]
  })
  isNumber.forEach((plain, k) => {
    if (plain) read[kernel.inputs[k] as string] = text.number()
  })
  kernel.states.forEach((state, k) => {
    read[state] = text.variable(starts[k] as string)
  })
  read['i'] = text.variable(`${n} - ${n}`)
  const step = (at: readonly string[]): void => {
    for (const { k, array, base, strides } of arrays) {
      read[kernel.inputs[k] as string] = text.constant(`${array}[${text.constant(position(base, at, strides))}]`)
    }
    const { statements, results } = printFormulas(kernel.step, read)
    text.add(...statements)
    const next = results.map((result) => text.constant(result))
    kernel.states.forEach((state, k) => {
      text.add(`${read[state] as string} = ${next[k] as string};`)
    })
    text.add(`${read['i'] as string} = ${read['i'] as string} + 1;`)
  }
  if (shared) {
    const [turns, rest] = text.divide(n, shares)
    text.loop(text.constant(`${rest} > ${share} ? ${turns} + 1 : ${turns}`), (turn) => {
      step(text.indices(text.constant(`${share} + ${turn} * ${shares}`), folded))
    })
    text.add(`return ${read[kernel.states[0] as string] as string};`)
  } else {
    nest(text, folded, [], step)
    const { statements, results } = printFormulas([kernel.finish], read, { prefix: 'k_f' })
    text.add(...statements, `return ${stored(results[0] as string, dtype)};`)
  }
  const program = text.program()
  kernel.compiled.set(key, program)
  return program
}

/** Loops over all indices of a shape, the last dimension innermost. */
function nest(
  text: KernelText,
  sizes: readonly string[],
  outer: readonly string[],
  body: (indices: readonly string[]) => void,
): void {
  const [size, ...more] = sizes
  if (size === undefined) return body(outer)
  text.loop(size, (counter) => nest(text, more, [...outer, counter], body))
}

/** Combinations whose order does not matter, with what changes nothing. */
const combinations: ReadonlyMap<string, number> = new Map([
  ['add', 0],
  ['mul', 1],
  ['max', Number.NEGATIVE_INFINITY],
  ['min', Number.POSITIVE_INFINITY],
  ['fmax', Number.NEGATIVE_INFINITY],
  ['fmin', Number.POSITIVE_INFINITY],
  ['and', 1],
  ['or', 0],
])

/** The reduction that joins shares of a reduction, where its step only combines its state with a value of each element. */
function sharesOf(kernel: ReductionKernel): ReductionKernel | null {
  const known = kernel.compiled.get('gpu:shares')
  if (known !== undefined) return known as ReductionKernel | null
  const found = findShares(kernel)
  kernel.compiled.set('gpu:shares', found)
  return found
}

function findShares({ name, states, start, step, finish }: ReductionKernel): ReductionKernel | null {
  const [formula] = step
  const [state] = states
  if (states.length !== 1 || state === undefined || formula?.kind !== 'call') return null
  const [a, b] = formula.args as readonly [Expression, Expression]
  const value = a === variable(state) ? b : b === variable(state) ? a : null
  const neutral = combinations.get(formula.name)
  if (value === null || neutral === undefined || constant(neutral) !== constant(start[0] ?? Number.NaN)) return null
  const used = variablesOf(value)
  if (used.has(state) || used.has('i') || [...variablesOf(finish)].some((x) => x !== state && x !== 'n')) return null
  return new ReductionKernel(
    name,
    ['share'],
    states,
    start,
    [call(formula.name, variable(state), variable('share'))],
    finish,
  )
}
