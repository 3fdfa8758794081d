import { FormulaError } from '../errors.ts'
import { type FunctionName, functions } from './functions.ts'

/**
 * A formula as a tree. Nodes are interned: equal trees are the same object, so a shared subexpression is found by `===`.
 * Operators are calls too: `a + b` is `add(a, b)`, `-a` is `neg(a)`, `c ? a : b` is `where(c, a, b)`.
 */
export type Expression = Constant | Variable | Call

export interface Constant {
  readonly kind: 'constant'
  readonly id: number
  readonly value: number
}

export interface Variable {
  readonly kind: 'variable'
  readonly id: number
  readonly name: string
}

export interface Call {
  readonly kind: 'call'
  /** The serial number of the node, by which calls on it are interned. */
  readonly id: number
  readonly name: FunctionName
  readonly args: readonly Expression[]
}

const constants = new Map<number | string, Constant>()
const variables = new Map<string, Variable>()
const calls = new Map<string, Call>()
let nextId = 0

/** The constant `value`; `0` and `-0` are two constants, all NaNs are one. */
export function constant(value: number): Constant {
  const key = Object.is(value, -0) ? '-0' : value
  let node = constants.get(key)
  if (node === undefined) {
    node = Object.freeze({ kind: 'constant', id: nextId++, value })
    constants.set(key, node)
  }
  return node
}

/** The variable `name`: letters, digits and underscores, a letter first. */
export function variable(name: string): Variable {
  let node = variables.get(name)
  if (node === undefined) {
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
      throw new FormulaError(`formula: ${JSON.stringify(name)} cannot name a variable; use letters, digits and _`)
    }
    node = Object.freeze({ kind: 'variable', id: nextId++, name })
    variables.set(name, node)
  }
  return node
}

/** The call of the function `name`, as it stands: nothing is folded or simplified. */
export function call(name: FunctionName, ...args: Expression[]): Call {
  const key = `${name} ${args.map((argument) => argument.id).join(' ')}`
  let node = calls.get(key)
  if (node === undefined) {
    const arity = functions[name].arity
    if (args.length !== arity) {
      throw new FormulaError(`formula: ${name} takes ${arity} argument${arity === 1 ? '' : 's'}, got ${args.length}`)
    }
    node = Object.freeze({ kind: 'call', id: nextId++, name, args: Object.freeze(args) })
    calls.set(key, node)
  }
  return node
}

/** Every node under `roots` once, arguments before the calls that use them. The order depends on the structure alone. */
export function nodesOf(...roots: readonly Expression[]): Expression[] {
  const nodes: Expression[] = []
  const seen = new Set<Expression>()
  // An explicit stack: a formula as deep as the parser allows, differentiated twice, must not overflow the caller's.
  const stack = roots.map((root) => ({ node: root, next: 0 })).reverse()
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const { node } = top
    const argument = node.kind === 'call' ? node.args[top.next++] : undefined
    if (seen.has(node)) stack.pop()
    else if (argument !== undefined) stack.push({ node: argument, next: 0 })
    else {
      seen.add(node)
      nodes.push(node)
      stack.pop()
    }
  }
  return nodes
}

/** The names of the variables under `roots`, in the order in which they are first read. */
export function variablesOf(...roots: readonly Expression[]): ReadonlySet<string> {
  return new Set(nodesOf(...roots).flatMap((node) => (node.kind === 'variable' ? [node.name] : [])))
}

/** Makes a call; `fold` and `combine` of simplify.ts are builders that simplify as they build. */
export type Build = (name: FunctionName, ...args: Expression[]) => Expression

/**
 * `e` rebuilt from the leaves up: `change` sees each node with its new arguments and may answer with a replacement; where
 * it does not, the call is built again if its arguments changed.
 */
export function transform(
  e: Expression,
  change: (node: Expression, args: readonly Expression[]) => Expression | undefined,
  build: Build,
): Expression {
  const results = new Map<Expression, Expression>()
  const resultOf = (node: Expression): Expression => results.get(node) ?? node
  for (const node of nodesOf(e)) {
    const args = node.kind === 'call' ? node.args.map(resultOf) : []
    const same = node.kind !== 'call' || node.args.every((argument, i) => argument === args[i])
    results.set(node, change(node, args) ?? (same ? node : build(node.name, ...args)))
  }
  return resultOf(e)
}

/** `e` with variables replaced, all at once, by the expressions that stand under their names. */
export function substitute(
  e: Expression,
  replacements: Readonly<Record<string, Expression | undefined>>,
  build: Build = call,
): Expression {
  const change = (node: Expression) =>
    node.kind === 'variable' && Object.hasOwn(replacements, node.name) ? replacements[node.name] : undefined
  return transform(e, change, build)
}

/** `e` with each occurrence of the subtree `target` replaced. */
export function replace(e: Expression, target: Expression, replacement: Expression, build: Build = call): Expression {
  return transform(e, (node) => (node === target ? replacement : undefined), build)
}
