import type { TypedArray } from '../../dtype.ts'
import { compileJavaScript, printJavaScript } from '../../formula/index.ts'
import type { Operand } from '../device.ts'
import type { ReductionKernel } from '../kernel.ts'
import { stored } from './elementwise.ts'
import { hostArray, walk } from './host.ts'

type ScanLoop = (n: number, out: TypedArray, p: number, s: number, x: TypedArray, q: number, t: number) => void

/** A fold that writes each of its intermediate results. */
export function scan(kernel: ReductionKernel, out: Operand, x: Operand, dim: number): void {
  const loop = compileScan(kernel, out)
  const [results, source] = [hostArray(out.storage), hostArray(x.storage)]
  const others = <T>(list: readonly T[]): T[] => list.filter((_, i) => i !== dim)
  const [n, step, from] = [x.shape[dim] as number, out.strides[dim] as number, x.strides[dim] as number]
  walk(others(x.shape), [others(out.strides), others(x.strides)], [out.offset, x.offset], (_, [p, q]) => {
    loop(n, results, p as number, step, source, q as number, from)
  })
}

function compileScan(kernel: ReductionKernel, out: Operand): ScanLoop {
  const key = `js:scan:${out.dtype.name}`
  const known = kernel.compiled.get(key)
  if (known !== undefined) return known as ScanLoop
  const read: Record<string, string> = { i: '$i', n: '($i + 1)', [kernel.inputs[0] as string]: '$v' }
  kernel.states.forEach((state, k) => {
    read[state] = `$a${k}`
  })
  const step = printJavaScript(kernel.step, read, {})
  const finish = printJavaScript([kernel.finish], read, { local: (index) => `$f${index}` })
  const source = `return function scan($n, $out, $p, $s, $x, $q, $t) {
    ${kernel.start.map((start, k) => `let $a${k} = ${start}`).join('\n')}
    for (let $i = 0; $i < $n; $i++, $p += $s, $q += $t) {
      const $v = $x[$q]
      ${step.statements.join('\n')}
      ${step.results.map((result, k) => `const $b${k} = ${result}`).join('\n')}
      ${kernel.states.map((_, k) => `$a${k} = $b${k}`).join('\n')}
      ${finish.statements.join('\n')}
      $out[$p] = ${stored(finish.results[0] as string, out.dtype)}
    }
  }`
  const loop = compileJavaScript(source) as ScanLoop
  kernel.compiled.set(key, loop)
  return loop
}
