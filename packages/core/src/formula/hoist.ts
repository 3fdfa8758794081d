import { call, type Expression, nodesOf, transform, variable } from './expression.ts'

/** Formulas from which the arithmetic on numbers alone was taken out. */
export interface Hoisted {
  readonly formulas: Expression[]
  /** What stands for the numbers now, under names that no formula of a user can have used. */
  readonly numbers: ReadonlyMap<string, Expression>
}

/**
 * Takes out of formulas whatever depends on nothing but the given variables and constants: it can be computed once, in
 * float64, rather than for each element in the precision of the elements.
 */
export function hoist(formulas: readonly Expression[], names: readonly string[]): Hoisted {
  const numeric = new Set<Expression>()
  const used = new Set<string>()
  for (const node of nodesOf(...formulas)) {
    if (node.kind === 'variable') used.add(node.name)
    const isNumeric =
      node.kind === 'constant' ||
      (node.kind === 'variable' ? names.includes(node.name) : node.args.every((argument) => numeric.has(argument)))
    if (isNumeric) numeric.add(node)
  }
  const numbers = new Map<string, Expression>()
  const known = new Map<Expression, Expression>()
  const standIn = (node: Expression): Expression => {
    if (node.kind === 'constant') return node
    const name = node.kind === 'variable' ? node.name : freeName(used)
    const replacement = known.get(node) ?? variable(name)
    if (!known.has(node)) numbers.set(name, node)
    known.set(node, replacement)
    used.add(name)
    return replacement
  }
  const rebuild = (node: Expression, args: readonly Expression[]): Expression | undefined => {
    if (node.kind !== 'call' || numeric.has(node)) return undefined
    return call(node.name, ...node.args.map((old, i) => (numeric.has(old) ? standIn(old) : (args[i] as Expression))))
  }
  const rebuilt = formulas.map((formula) =>
    numeric.has(formula) ? standIn(formula) : transform(formula, rebuild, call),
  )
  return { formulas: rebuilt, numbers }
}

function freeName(used: ReadonlySet<string>): string {
  let index = 0
  while (used.has(`n${index}`)) index++
  return `n${index}`
}
