import { FormulaError } from '../errors.ts'
import { type Expression, nodesOf } from './expression.ts'
import { type FunctionName, functionOf } from './functions.ts'
import { parse } from './parse.ts'

/** What a kernel's formula may cost. The time to compile it, with its gradient, grows with that. */
const mostCost = 1500

/** The functions that are an instruction or two; all others are long polynomials. */
const cheap: ReadonlySet<FunctionName> = new Set<FunctionName>([
  ...([
    'add',
    'sub',
    'mul',
    'div',
    'neg',
    'where',
    'min',
    'max',
    'fmin',
    'fmax',
    'abs',
    'sign',
    'copysign',
    'sqrt',
  ] as const),
  ...(['floor', 'ceil', 'round', 'trunc', 'bitand', 'bitor', 'bitxor', 'bitnot', 'shl', 'shr'] as const),
])

const costOf = (name: FunctionName): number => (cheap.has(name) || functionOf(name).truth === true ? 1 : 20)

/**
 * Reads a formula that kernels are made of, as `parse`, and bounds what that may cost.
 *
 * @throws FormulaError for one that would take seconds to compile: 1,500 operators, or 75 functions such as `exp`.
 */
export function readFormula(source: string, scope: readonly string[]): Expression {
  const formula = parse(source, scope)
  const calls = nodesOf(formula).flatMap((node) => (node.kind === 'call' ? [node.name] : []))
  const cost = calls.reduce((sum, name) => sum + costOf(name), 0)
  if (cost <= mostCost) return formula
  const functions = calls.filter((name) => costOf(name) > 1).length
  throw new FormulaError(
    `formula: too long to compile, with ${calls.length - functions} operators and ${functions} functions: each function ` +
      `counts as 20 operators, and there may be ${mostCost}; make it of several ops`,
  )
}
