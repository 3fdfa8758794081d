import type { Expression } from './expression.ts'
import { printJavaScript, RUNTIME, runtime } from './javascript.ts'

/** A compiled formula: a function of numbers in the order of its inputs. */
export type ScalarFunction = (...numbers: number[]) => number

const cache = new WeakMap<Expression, Map<string, ScalarFunction>>()

/**
 * Compiles `e` to a function of numbers, in float64 or, where `integer` is set, in 32-bit integers. Asked again, it gives
 * the same function.
 */
export function compileScalar(
  e: Expression,
  inputs: readonly string[],
  options: { readonly integer?: boolean } = {},
): ScalarFunction {
  const { integer = false } = options
  const key = `${integer} ${inputs.join()}`
  let compiled = cache.get(e)
  if (compiled === undefined) {
    compiled = new Map()
    cache.set(e, compiled)
  }
  let scalar = compiled.get(key)
  if (scalar === undefined) {
    scalar = compile(e, inputs, integer)
    compiled.set(key, scalar)
  }
  return scalar
}

function compile(e: Expression, inputs: readonly string[], integer: boolean): ScalarFunction {
  const parameters = inputs.map((_, i) => `$x${i}`)
  const read = Object.fromEntries(inputs.map((input, i) => [input, `$x${i}`]))
  const { statements, results } = printJavaScript([e], read, { integer })
  const body = [...statements, `return ${results.join()}`].join('\n')
  // Only printed code is compiled: names of formulas are not in it, and numbers and templates are ours.
  const make = new Function(RUNTIME, `'use strict'\nreturn (${parameters.join(', ')}) => {\n${body}\n}`)
  const scalar: unknown = make(runtime)
  return scalar as ScalarFunction
}
