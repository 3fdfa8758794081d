import { FormulaError } from '../errors.ts'
import { type Expression, nodesOf } from './expression.ts'
import { functionOf } from './functions.ts'

/** The value of `e` in float64, by walking the tree: the reference for what devices compile, and as slow as it looks. */
export function evaluate(e: Expression, values: Readonly<Record<string, number>>): number {
  const results = new Map<Expression, number>()
  const resultOf = (node: Expression | undefined): number => (node && results.get(node)) ?? NaN
  for (const node of nodesOf(e)) results.set(node, valueOf(node, values, resultOf))
  return resultOf(e)
}

function valueOf(
  node: Expression,
  values: Readonly<Record<string, number>>,
  resultOf: (node: Expression | undefined) => number,
): number {
  if (node.kind === 'constant') return node.value
  if (node.kind === 'call') {
    const [a, b, c] = node.args
    return functionOf(node.name).value(resultOf(a), resultOf(b), resultOf(c))
  }
  const value = Object.hasOwn(values, node.name) ? values[node.name] : undefined
  if (value === undefined) throw new FormulaError(`formula: no value for "${node.name}"`)
  return value
}
