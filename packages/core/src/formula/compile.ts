import type { Expression } from './expression.ts'
import { printJavaScript, runtime, runtimeName } from './javascript.ts'

/** A compiled formula: numbers in the order of its inputs, in float64. */
export type ScalarFunction = (...numbers: number[]) => number

const cache = new WeakMap<Expression, Map<string, ScalarFunction>>()

/** Compiles `e` to a function of numbers; asked again, it gives the same function. */
export function compileScalar(e: Expression, inputs: readonly string[]): ScalarFunction {
  const key = inputs.join()
  const compiled = cache.get(e)?.get(key) ?? compile(e, inputs)
  const functionsOfE = cache.get(e) ?? new Map<string, ScalarFunction>()
  cache.set(e, functionsOfE.set(key, compiled))
  return compiled
}

function compile(e: Expression, inputs: readonly string[]): ScalarFunction {
  const parameters = inputs.map((_, i) => `$x${i}`)
  const read = Object.fromEntries(inputs.map((input, i) => [input, `$x${i}`]))
  const { statements, results } = printJavaScript([e], read)
  const body = [...statements, `return ${results.join()}`].join('\n')
  // Only printed code is compiled: names of formulas are not in it, and numbers and templates are ours.
  // oxlint-disable-next-line typescript/no-implied-eval
  const make = new Function(runtimeName, `'use strict'\nreturn (${parameters.join(', ')}) => {\n${body}\n}`)
  const compiled: unknown = make(runtime)
  return compiled as ScalarFunction
}
