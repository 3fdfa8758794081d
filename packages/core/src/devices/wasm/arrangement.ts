/** How the arrays of a call lie: what chooses a kernel, and what it is told. */
import type { Loop } from './plan.ts'
import type { Input, Layout } from './stream.ts'
import { accessOf, type Window } from './window.ts'

export function pointersOf(windows: readonly (Window | number)[]): number[] {
  const pointers: number[] = []
  for (const window of windows) if (typeof window !== 'number') pointers.push(window.pointer)
  return pointers
}

/** Whether a window of an input is one of an output. */
export const isInPlace = (outputs: readonly Window[], inputs: readonly (Window | number)[]): boolean =>
  inputs.some((input) => typeof input !== 'number' && outputs.some(({ pointer }) => pointer === input.pointer))

export const layoutsOf = (windows: readonly Window[], { size, steps }: Loop): Layout[] =>
  windows.map(({ type }, k) => ({ type, access: accessOf(type, steps[k] ?? 0, size) }))

/** The steps of the arrays that are strided: those of others are known to the kernel. */
export const stridesOf = (layouts: readonly Layout[], steps: readonly number[]): number[] =>
  steps.filter((_, k) => layouts[k]?.access === 'strided')

/** Records of loops for odometer.ts: innermost first, counters at 0. */
export function recordsOf(loops: readonly Loop[]): number[] {
  const words: number[] = []
  for (let i = loops.length - 1; i >= 0; i--) {
    const { size, steps } = loops[i] as Loop
    words.push(size, 0)
    for (const step of steps) words.push(step)
  }
  return words
}

/** What a compiled kernel depends on beside its formulas. */
export function keyOf(
  layouts: readonly Layout[],
  inputs: readonly (Window | number)[],
  more: Iterable<number | string>,
): string {
  let key = ''
  for (const { type, access } of layouts) key += `${type} ${access},`
  for (const input of inputs) key += typeof input === 'number' ? 'n' : 'a'
  for (const each of more) key += ` ${each}`
  return key
}

/** The layouts of arrays as a kernel's parts know them: `outputs` of them first, then those of the inputs by name. */
export function layoutsByName(
  names: readonly string[],
  layouts: readonly Layout[],
  outputs: number,
  inputs: readonly (Window | number)[],
): { readonly output: Layout; readonly outputs: readonly Layout[]; readonly inputs: readonly Input[] } {
  const [output = { type: 'float32', access: 'vector' }] = layouts
  const remaining = layouts.slice(outputs)
  const layoutOf = (k: number): Layout | 'number' =>
    typeof inputs[k] === 'number' ? 'number' : (remaining.shift() ?? output)
  return { output, outputs: layouts.slice(0, outputs), inputs: names.map((name, k) => ({ name, layout: layoutOf(k) })) }
}
