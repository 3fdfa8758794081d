import type { TypedArray } from '../../dtype.ts'
import { compileJavaScript, type Expression, printJavaScript } from '../../formula/index.ts'
import { broadcastStrides } from '../../shape.ts'
import type { Operand } from '../device.ts'
import { dtypeKey } from '../kernel.ts'
import type { RowKernel } from '../row-kernel.ts'
import { hostArray } from './host.ts'

/** Arguments of each array: itself, its position, its steps from row to row and from element to element. */
type RowLoop = (rows: number, n: number, ...operands: (TypedArray | number)[]) => void

/** Runs a row kernel in double precision; only what is kept in the output meanwhile is rounded. */
export function rows(kernel: RowKernel, outputs: readonly Operand[], inputs: readonly (Operand | number)[]): void {
  const { shape } = outputs[0] as Operand
  const args = [...outputs, ...inputs].flatMap((x): (TypedArray | number)[] => {
    if (typeof x === 'number') return [x]
    const [row, column] = broadcastStrides(x, [shape[0] as number, x.shape[1] as number])
    return [hostArray(x.storage), x.offset, row as number, x.shape[1] === 1 ? 0 : (column as number)]
  })
  compile(kernel, outputs, inputs)(shape[0] as number, shape[1] as number, ...args)
  for (const { storage } of outputs) if (storage.length === 1) storage.buffer = hostArray(storage)[0]
}

function compile(kernel: RowKernel, outputs: readonly Operand[], inputs: readonly (Operand | number)[]): RowLoop {
  const key = `js:rows:${dtypeKey([...outputs, ...inputs])}`
  const known = kernel.compiled.get(key)
  if (known !== undefined) return known as RowLoop
  const parameters: string[] = []
  const advance: string[] = []
  const array = (name: string): void => {
    parameters.push(name, `${name}p`, `${name}r`, `${name}c`)
    advance.push(`${name}p += ${name}r`)
  }
  const element = (name: string): string => `${name}[${name}p + $i * ${name}c]`
  outputs.forEach((_, k) => array(`$o${k}`))
  const read: Record<string, string> = { n: '$n', out: element('$o0') }
  const variables = [...kernel.inputs, ...kernel.perRow, ...kernel.parameters]
  inputs.forEach((x, k) => {
    const name = `$x${k}`
    if (typeof x === 'number') parameters.push(name)
    else array(name)
    const isPerRow = k >= kernel.inputs.length
    read[variables[k] as string] = typeof x === 'number' ? name : isPerRow ? `${name}[${name}p]` : element(name)
  })
  const lines: string[] = []
  let locals = 0
  /** Writes the statements that a formula needs, and gives its value. */
  const print = (formula: Expression): string => {
    const { statements, results } = printJavaScript([formula], read, { local: () => `$${locals++}` })
    lines.push(...statements)
    return results[0] as string
  }
  const loop = (body: () => void): void => {
    lines.push('for (let $i = 0; $i < $n; $i++) {')
    body()
    lines.push('}')
  }
  kernel.steps.forEach(({ name, fold, value, kept }, k) => {
    const state = `$s${k}`
    if (fold === null) lines.push(`const ${state} = ${print(value)}`)
    else {
      lines.push(`let ${state} = ${fold === 'add' ? 0 : -Infinity}`)
      loop(() => {
        lines.push(`const $v = ${print(value)}`)
        if (kept) lines.push(`${element('$o0')} = $v`)
        lines.push(fold === 'add' ? `${state} += $v` : `if ($v > ${state}) ${state} = $v`)
      })
    }
    read[name] = state
  })
  kernel.results.forEach((result, k) => lines.push(`$o${k + 1}[$o${k + 1}p] = ${read[result]}`))
  loop(() => lines.push(`${element('$o0')} = ${print(kernel.output)}`))
  const source = `return function rows($rows, $n, ${parameters.join(', ')}) {
    for (let $row = 0; $row < $rows; $row++) {
      ${[...lines, ...advance].join('\n      ')}
    }
  }`
  const compiled = compileJavaScript(source) as RowLoop
  kernel.compiled.set(key, compiled)
  return compiled
}
