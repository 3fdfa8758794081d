import { bool, type DType, float32, type TypedArray } from '../../dtype.ts'
import { compileJavaScript, compileScalar, type Numbers, printJavaScript } from '../../formula/index.ts'
import { broadcastStrides, coalesce } from '../../shape.ts'
import type { Operand } from '../device.ts'
import { dtypeKey, type Kernel } from '../kernel.ts'
import { hostArray, hostValue, walk } from './host.ts'

/** An inner loop: `n` steps from positions, by strides. Arguments of each array: itself, its position, its stride. */
type InnerLoop = (n: number, ...operands: (TypedArray | number)[]) => void

/** Runs an elementwise kernel: coalesced outer dimensions here, the inner one in compiled code. */
export function runElementwise(
  kernel: Kernel,
  outputs: readonly Operand[],
  inputs: readonly (Operand | number)[],
): void {
  const { shape } = outputs[0] as Operand
  if (shape.includes(0)) return
  if (outputs.every((out) => typeof out.storage.buffer === 'number')) {
    runOnNumbers(kernel, outputs, inputs)
    return
  }
  // A lone number needs no array, and keeps none.
  const operands = [...outputs, ...inputs].map((x, i) =>
    i >= outputs.length && typeof x !== 'number' && typeof x.storage.buffer === 'number' ? x.storage.buffer : x,
  )
  const arrays = operands.filter((x) => typeof x !== 'number')
  const flat = coalesce(
    shape,
    arrays.map((x) => broadcastStrides(x, shape)),
  )
  const loop = compileLoop(kernel, outputs.length, operands)
  const n = flat.shape.pop() as number
  const steps = flat.strides.map((strides) => strides.pop() as number)
  const args = operands.flatMap((x) => (typeof x === 'number' ? [x] : [hostArray(x.storage), 0, 0]))
  const slots: number[] = []
  let slot = 0
  for (const x of operands) {
    if (typeof x !== 'number') slots.push(slot + 1)
    slot += typeof x === 'number' ? 1 : 3
  }
  slots.forEach((at, k) => {
    args[at + 1] = steps[k] as number
  })
  walk(
    flat.shape,
    flat.strides,
    arrays.map((x) => x.offset),
    (_, positions) => {
      for (let k = 0; k < slots.length; k++) args[slots[k] as number] = positions[k] as number
      loop(n, ...args)
    },
  )
}

/** The case of single elements kept as plain numbers. */
function runOnNumbers(kernel: Kernel, outputs: readonly Operand[], inputs: readonly (Operand | number)[]): void {
  const values = inputs.map((x) => (typeof x === 'number' ? x : hostValue(x.storage, x.offset)))
  const results = kernel.outputs.map((formula, i) =>
    (outputs[i] as Operand).dtype.round(
      compileScalar(formula, kernel.inputs, numbersOf([...outputs, ...inputs]))(...values),
    ),
  )
  outputs.forEach((out, i) => {
    out.storage.buffer = results[i]
  })
}

function compileLoop(kernel: Kernel, outputs: number, operands: readonly (Operand | number)[]): InnerLoop {
  const key = `js:${dtypeKey(operands)}`
  const known = kernel.compiled.get(key)
  if (known !== undefined) return known as InnerLoop
  const parameters: string[] = ['$n']
  const loads: string[] = []
  const steps: string[] = []
  const read: Record<string, string> = {}
  operands.forEach((x, i) => {
    const name = i < outputs ? `$o${i}` : `$x${i}`
    parameters.push(...(typeof x === 'number' ? [name] : [name, `${name}p`, `${name}s`]))
    if (typeof x !== 'number') steps.push(`${name}p += ${name}s`)
    if (i < outputs) return
    if (typeof x !== 'number') loads.push(`const ${name}v = ${name}[${name}p]`)
    read[kernel.inputs[i - outputs] as string] = typeof x === 'number' ? name : `${name}v`
  })
  const dtypes = operands.slice(0, outputs).map((x) => (x as Operand).dtype)
  const { statements, results } = printJavaScript(kernel.outputs, read, { numbers: numbersOf(operands) })
  const stores = results.map((result, i) => `$o${i}[$o${i}p] = ${stored(result, dtypes[i] as DType)}`)
  const body = [...loads, ...statements, ...stores, ...steps].map((line) => `      ${line}`).join('\n')
  const source = `return function kernel(${parameters.join(', ')}) {
    for (let $i = 0; $i < $n; $i++) {
${body}
    }
  }`
  const loop = compileJavaScript(source) as InnerLoop
  kernel.compiled.set(key, loop)
  return loop
}

/** What a kernel computes with: float32 where an operand is, integers where all are. */
function numbersOf(operands: readonly (Operand | number)[]): Numbers {
  if (operands.some((x) => typeof x !== 'number' && x.dtype === float32)) return 'single'
  return operands.every(isInteger) ? 'integer' : 'double'
}

/** Whether an operand holds whole numbers, of which products wrap around. */
function isInteger(x: Operand | number): boolean {
  return typeof x === 'number' ? Number.isInteger(x) : x.dtype.kind !== 'floating'
}

/** A result as it goes into an array: bools are stored as 0 and 1 (NaN is true), all else wraps or rounds by itself. */
export function stored(result: string, dtype: DType): string {
  return dtype === bool ? `(${result}) === 0 ? 0 : 1` : result
}
