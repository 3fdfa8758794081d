import type { Expression } from './expression.ts'
import { interpret } from './interpret.ts'
import { type Numbers, printJavaScript, runtime, runtimeName } from './javascript.ts'

/** A compiled formula: a function of numbers in the order of its inputs. */
export type ScalarFunction = (...numbers: number[]) => number

const cache = new WeakMap<Expression, Map<string, ScalarFunction>>()

/**
 * Compiles `e` to a function of numbers of a kind; the result is not yet rounded to it. Asked again, it gives the same
 * function.
 */
export function compileScalar(e: Expression, inputs: readonly string[], numbers: Numbers = 'double'): ScalarFunction {
  const key = `${numbers} ${inputs.join()}`
  let compiled = cache.get(e)
  if (compiled === undefined) {
    compiled = new Map()
    cache.set(e, compiled)
  }
  let scalar = compiled.get(key)
  if (scalar === undefined) {
    scalar = compile(e, inputs, numbers)
    compiled.set(key, scalar)
  }
  return scalar
}

function compile(e: Expression, inputs: readonly string[], numbers: Numbers): ScalarFunction {
  const parameters = inputs.map((_, i) => `$x${i}`)
  const read = Object.fromEntries(inputs.map((input, i) => [input, `$x${i}`]))
  const { statements, results } = printJavaScript([e], read, { numbers })
  const body = [...statements, `return ${results.join()}`].join('\n')
  return compileJavaScript(`return (${parameters.join(', ')}) => {\n${body}\n}`) as ScalarFunction
}

/**
 * Runs code, the body of a function that sees `runtime`, and gives what it returns. Nothing but code around what
 * `printJavaScript` prints may come here: no name and no text of a formula is in that, only numbers and our templates.
 */
export function compileJavaScript(code: string): unknown {
  try {
    const run = new Function(runtimeName, `'use strict'\n${code}`)
    const result: unknown = run(runtime)
    return result
  } catch (error) {
    // The content security policy of a page may forbid it.
    if (!(error instanceof EvalError)) throw error
    return interpret(code, { [runtimeName]: runtime })
  }
}
