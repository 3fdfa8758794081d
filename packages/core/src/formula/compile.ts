import type { Expression } from './expression.ts'
import { printJavaScript, runtime, runtimeName } from './javascript.ts'

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
  return compileJavaScript(`return (${parameters.join(', ')}) => {\n${body}\n}`) as ScalarFunction
}

/**
 * Runs code, the body of a function that sees `runtime`, and gives what it returns. Nothing but code around what
 * `printJavaScript` prints may come here: no name and no text of a formula is in that, only numbers and our templates.
 */
export function compileJavaScript(code: string): unknown {
  const run = new Function(runtimeName, `'use strict'\n${code}`)
  const result: unknown = run(runtime)
  return result
}
