import { variablesOf } from '../../formula/index.ts'
import type { Operand } from '../device.ts'
import type { ReductionKernel } from '../kernel.ts'
import { memoryOf } from './elementwise.ts'
import type { Program } from './engine.ts'
import { printFormulas, stored } from './formula.ts'
import { compute, temporary } from './program.ts'
import type { Queue } from './queue.ts'
import { KernelText, position, replaced, windowOf } from './text.ts'

/** From this length on a line is cut into blocks. */
const leastCut = 128

/**
 * Each result folds all before it. Of a long line, each block is folded first, then all blocks before each one, then what comes
 * before each element in its own block: the cost is that of some square roots of the length for each element.
 */
export function runScan(queue: Queue, kernel: ReductionKernel, out: Operand, x: Operand, dim: number): void {
  const n = out.shape[dim] as number
  const run = (part: Part, target: Operand, inputs: readonly Operand[], sizes: readonly number[]): void => {
    const windows = inputs.flatMap(windowOf)
    const program = programOf(kernel, part, target, dim)
    compute(queue, kernel.name, target, program, inputs, [...kernel.start, ...target.shape, ...sizes, ...windows])
  }
  if (n < leastCut || !isJoining(kernel)) return run('whole', out, [x], [])
  const size = Math.ceil(Math.sqrt(n))
  const shape = out.shape.map((length, d) => (d === dim ? Math.ceil(n / size) : length))
  const [folded, before] = [temporary(queue, { ...out, shape }), temporary(queue, { ...out, shape })]
  run('blocks', folded, [x], [n, size])
  run('before', before, [folded], [])
  run('rest', out, [x, before], [size])
  for (const part of [folded, before]) queue.free(memoryOf(part))
}

/** Whether a fold joins what parts have come to as it joins elements: it has one state and does not count. */
function isJoining({ states, step, finish }: ReductionKernel): boolean {
  return states.length === 1 && [...step, finish].every((e) => !variablesOf(e).has('n') && !variablesOf(e).has('i'))
}

/** What a program folds: all elements up to its own; those of a block; all before its own; those up to its own in its block. */
type Part = 'whole' | 'blocks' | 'before' | 'rest'

function programOf(kernel: ReductionKernel, part: Part, { shape, dtype }: Operand, dim: number): Program {
  const rank = shape.length
  const key = `gpu:scan:${part}:${rank}:${dim}:${dtype.name}`
  const known = kernel.compiled.get(key)
  if (known !== undefined) return known as Program
  const text = new KernelText()
  const starts = text.list(kernel.states.length)
  const indices = text.indices(text.constant('this.thread.x'), text.list(rank))
  const own = indices[dim] as string
  const [n, size] = part === 'blocks' ? text.list(2) : ['', part === 'rest' ? text.number() : '']
  const [source, offset, strides] = [text.array(), text.number(), text.list(rank)]
  let [first, count] = [text.constant(`${own} - ${own}`), part === 'before' ? own : text.constant(`${own} + 1`)]
  let states = starts
  if (part === 'blocks') {
    first = text.constant(`${own} * ${size}`)
    count = text.constant(`Math.min(${size}, ${n} - ${first})`)
  } else if (part === 'rest') {
    const [block, place] = text.divide(own, size as string)
    first = text.constant(`${own} - ${place}`)
    count = text.constant(`${place} + 1`)
    states = [`${text.array()}[${position(text.number(), replaced(indices, dim, block), text.list(rank))}]`]
  }
  const read: Record<string, string> = {}
  kernel.states.forEach((state, k) => {
    read[state] = text.variable(states[k] as string)
  })
  read['i'] = text.variable(`${own} - ${own}`)
  text.loop(count, (turn) => {
    const at = text.constant(position(offset, replaced(indices, dim, `(${first} + ${turn})`), strides))
    read[kernel.inputs[0] as string] = text.constant(`${source}[${at}]`)
    read['n'] = text.constant(`${read['i'] as string} + 1`)
    const { statements, results } = printFormulas(kernel.step, read)
    text.add(...statements)
    const next = results.map((result) => text.constant(result))
    kernel.states.forEach((state, k) => text.add(`${read[state] as string} = ${next[k] as string};`))
    text.add(`${read['i'] as string} = ${read['i'] as string} + 1;`)
  })
  const { statements, results } = printFormulas([kernel.finish], { ...read, n: read['i'] }, { prefix: 'k_f' })
  text.add(...statements, `return ${stored(results[0] as string, dtype)};`)
  const program = text.program()
  kernel.compiled.set(key, program)
  return program
}
