import type { TypedArray } from '../../dtype.ts'
import { compileJavaScript, printJavaScript } from '../../formula/index.ts'
import { broadcastStrides, coalesce, type Shape } from '../../shape.ts'
import type { Operand } from '../device.ts'
import { dtypeKey, type ReductionKernel } from '../kernel.ts'
import { stored } from './elementwise.ts'
import { hostArray, walk } from './host.ts'

/** A fold to one element: `fold(sizes, out, position, n, ...inputs)`, an array with its position and strides. */
type Fold = (sizes: readonly number[], out: TypedArray, position: number, n: number, ...inputs: FoldInput[]) => void
type FoldInput = TypedArray | readonly number[] | number

/** Runs a reduction: the kept dimensions here, the reduced ones in compiled code, in double precision. */
export function runReduction(
  kernel: ReductionKernel,
  output: Operand,
  inputs: readonly (Operand | number)[],
  shape: Shape,
): void {
  const arrays = inputs.filter((x) => typeof x !== 'number')
  const strides = arrays.map((x) => broadcastStrides(x, shape))
  const isReduced = shape.map((size, i) => output.shape[i] === 1 && size !== 1)
  const of = (steps: readonly number[], reduced: boolean): number[] => steps.filter((_, i) => isReduced[i] === reduced)
  const kept = coalesce(
    of(shape, false),
    [output.strides, ...strides].map((steps) => of(steps, false)),
  )
  const folded = coalesce(
    of(shape, true),
    strides.map((steps) => of(steps, true)),
  )
  const n = folded.shape.reduce((product, size) => product * size, 1)
  const fold = compileFold(kernel, folded.shape.length, output, inputs)
  const args = inputs.flatMap((x): FoldInput[] => (typeof x === 'number' ? [x] : [hostArray(x.storage), 0, []]))
  const slots: number[] = []
  let slot = 0
  for (const x of inputs) {
    if (typeof x !== 'number') {
      args[slot + 2] = folded.strides[slots.length] as number[]
      slots.push(slot + 1)
    }
    slot += typeof x === 'number' ? 1 : 3
  }
  const out = hostArray(output.storage)
  walk(kept.shape, kept.strides, [output.offset, ...arrays.map((x) => x.offset)], (_, positions) => {
    for (let k = 0; k < slots.length; k++) args[slots[k] as number] = positions[k + 1] as number
    fold(folded.shape, out, positions[0] as number, n, ...args)
  })
  if (output.storage.length === 1) output.storage.buffer = out[0]
}

function compileFold(
  kernel: ReductionKernel,
  rank: number,
  output: Operand,
  inputs: readonly (Operand | number)[],
): Fold {
  const key = `js:${rank}:${dtypeKey([output, ...inputs])}`
  const known = kernel.compiled.get(key)
  if (known !== undefined) return known as Fold
  const states = kernel.states.map((_, k) => `$a${k}`)
  const read: Record<string, string> = { i: '$i', n: '$n' }
  kernel.states.forEach((state, k) => {
    read[state] = states[k] as string
  })
  const parameters = ['$sizes', '$out', '$p', '$n']
  const loads: string[] = []
  const positions: string[][] = Array.from({ length: rank + 1 }, () => [])
  const names: string[] = []
  inputs.forEach((x, k) => {
    const name = `$x${k}`
    const variable = kernel.inputs[k] as string
    if (typeof x === 'number') {
      parameters.push(name)
      read[variable] = name
      return
    }
    names.push(name)
    parameters.push(name, `${name}p0`, `${name}s`)
    for (let d = 0; d < rank; d++) (positions[d] as string[]).push(name)
    loads.push(`const ${name}v = ${name}[${name}p${rank}]`)
    read[variable] = `${name}v`
  })
  const step = printJavaScript(kernel.step, read, {})
  const finish = printJavaScript([kernel.finish], read, {})
  const next = step.results.map((result, k) => `const $b${k} = ${result}`)
  const assign = states.map((state, k) => `${state} = $b${k}`)
  let loop = [...loads, ...step.statements, ...next, ...assign, '$i++'].join('\n')
  for (let d = rank - 1; d >= 0; d--) {
    const moving = names.map((name) => `let ${name}p${d + 1} = ${name}p${d}`)
    const moved = names.map((name) => `${name}p${d + 1} += ${name}s[${d}]`)
    loop = `${moving.join('\n')}\nfor (let $j${d} = 0; $j${d} < $sizes[${d}]; $j${d}++) {\n${loop}\n${moved.join('\n')}\n}`
  }
  const source = `return function fold(${parameters.join(', ')}) {
    ${states.map((state, k) => `let ${state} = ${printNumber(kernel.start[k] as number)}`).join('\n')}
    let $i = 0
    ${loop}
    ${finish.statements.join('\n')}
    $out[$p] = ${stored(finish.results[0] as string, output.dtype)}
  }`
  const fold = compileJavaScript(source) as Fold
  kernel.compiled.set(key, fold)
  return fold
}

/** A number as JavaScript text: infinities and NaN are names, which `String` gives. */
function printNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}
