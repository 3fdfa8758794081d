import { type Call, constant, type Expression, nodesOf } from '../../formula/expression.ts'
import { type FunctionName, functionOf } from '../../formula/functions.ts'
import { F32x4, F64, type FunctionBuilder, type FunctionHandle, type I32x4, type ModuleBuilder } from './assembler.ts'
import { onePlusErf } from './math/error.ts'
import { binary, unary } from './math/index.ts'
import { perLane } from './math/wide.ts'

/** What a formula is while a kernel is written: numbers, or the mask that four truth values are. */
export type Lanes = F32x4 | I32x4

/** Functions that kernels have no instructions for: called in JavaScript, number by number. */
export type Imports = ReadonlyMap<FunctionName, FunctionHandle<[F64, F64, F64], F64>>

/** Four numbers; truth values become 1 and 0. */
export function toNumbers(value: Lanes): F32x4 {
  return value instanceof F32x4 ? value : value.and(F32x4.const(1)).asF32x4()
}

/** Four truth values as a mask; numbers are true where they are not 0, NaN included. */
export function toMask(value: Lanes): I32x4 {
  return value instanceof F32x4 ? value.ne(0) : value
}

/** What truth values and choices become. Numbers are compared, masks combined. */
const logic: { readonly [name: string]: (...args: readonly [Lanes, Lanes, Lanes]) => Lanes } = {
  lt: (a, b) => toNumbers(a).lt(toNumbers(b)),
  le: (a, b) => toNumbers(a).le(toNumbers(b)),
  gt: (a, b) => toNumbers(a).gt(toNumbers(b)),
  ge: (a, b) => toNumbers(a).ge(toNumbers(b)),
  eq: (a, b) => toNumbers(a).eq(toNumbers(b)),
  ne: (a, b) => toNumbers(a).ne(toNumbers(b)),
  and: (a, b) => toMask(a).and(toMask(b)),
  or: (a, b) => toMask(a).or(toMask(b)),
  not: (a) => toMask(a).not(),
  isnan: (a) => toNumbers(a).ne(toNumbers(a)),
  isinf: (a) => toNumbers(a).abs().eq(Infinity),
  where: (a, b, c) => toMask(a).select(toNumbers(b), toNumbers(c)),
}

const isNamed = <Table extends object>(table: Table, name: PropertyKey): name is keyof Table =>
  Object.hasOwn(table, name)

/** Imports into a module the functions of formulas that it has no instructions for. Comes before its first function. */
export function importsOf(m: ModuleBuilder, formulas: readonly Expression[]): Imports {
  const names = nodesOf(...formulas).flatMap((node) => (node.kind === 'call' && !isKnown(node.name) ? [node.name] : []))
  return new Map([...new Set(names)].map((name) => [name, m.importFunction(name, [F64, F64, F64], F64)]))
}

function isKnown(name: FunctionName): boolean {
  return isNamed(logic, name) || isNamed(unary, name) || isNamed(binary, name)
}

/** What to instantiate a module with, beside its memory: the JavaScript of `importsOf`. */
export function importedFunctions(formulas: readonly Expression[]): Record<string, (...args: number[]) => number> {
  const names = nodesOf(...formulas).flatMap((node) => (node.kind === 'call' && !isKnown(node.name) ? [node.name] : []))
  return Object.fromEntries(names.map((name) => [name, (a = 0, b = 0, c = 0) => functionOf(name).value(a, b, c)]))
}

/** Where a formula is compiled, and what its variables are there. */
export interface Scope {
  readonly m: ModuleBuilder
  readonly imports: Imports
  readonly variables: ReadonlyMap<string, Lanes>
}

/**
 * The values of formulas, four at a time. A node that several formulas share is computed once, in a local; the rest are
 * expressions, so one formula alone becomes one statement.
 */
export function compileFormulas(f: FunctionBuilder, formulas: readonly Expression[], scope: Scope): Lanes[] {
  const values = new Map<Expression, Lanes>()
  const uses = new Map<Expression, number>()
  for (const formula of formulas) for (const node of nodesOf(formula)) uses.set(node, (uses.get(node) ?? 0) + 1)
  for (const node of nodesOf(...formulas)) {
    const value = compileNode(node, scope, values)
    const isShared = node.kind === 'call' && (uses.get(node) ?? 0) > 1
    values.set(node, isShared ? keep(f, value) : value)
  }
  return formulas.map((formula) => valueOf(values, formula))
}

/** A variable that holds a value. */
export function keep(f: FunctionBuilder, value: Lanes): Lanes {
  return value instanceof F32x4 ? f.let(value) : f.let(value)
}

function valueOf(values: ReadonlyMap<Expression, Lanes>, node: Expression): Lanes {
  const value = values.get(node)
  if (value === undefined) throw new Error('compileFormulas: a node comes before its arguments')
  return value
}

function compileNode(node: Expression, scope: Scope, values: ReadonlyMap<Expression, Lanes>): Lanes {
  if (node.kind === 'constant') return F32x4.const(node.value)
  if (node.kind === 'call') return compileCall(node, scope, values)
  const value = scope.variables.get(node.name)
  if (value === undefined)
    throw new Error(`compileFormulas: '${node.name}' is no input; there are ${[...scope.variables.keys()].join(', ')}`)
  return value
}

function compileCall(node: Call, { m, imports }: Scope, values: ReadonlyMap<Expression, Lanes>): Lanes {
  const [a, b = a, c = a] = node.args.map((argument) => valueOf(values, argument))
  if (a === undefined || b === undefined || c === undefined)
    throw new Error(`compileFormulas: ${node.name} has no arguments`)
  const compileLogic = Object.hasOwn(logic, node.name) ? logic[node.name] : undefined
  if (compileLogic) return compileLogic(a, b, c)
  const [x, y, z] = [toNumbers(a), toNumbers(b), toNumbers(c)]
  const cheaper = shortcut(node, x, y, (argument) => valueOf(values, argument))
  if (cheaper) return cheaper
  if (isNamed(unary, node.name)) return unary[node.name](m, x)
  if (isNamed(binary, node.name)) return binary[node.name](m, x, y)
  const imported = imports.get(node.name)
  if (imported === undefined) throw new Error(`compileFormulas: ${node.name} is not imported`)
  return perLane((p, q, r) => imported.call(p.toF64(), q.toF64(), r.toF64()).toF32(), x, y, z)
}

/** Powers that are cheaper than `pow`: those that PyTorch has shortcuts for. */
export const powers: ReadonlyMap<number, (x: F32x4) => F32x4> = new Map([
  [1, (x) => x],
  [2, (x) => x.mul(x)],
  [3, (x) => x.mul(x).mul(x)],
  [0.5, (x) => x.sqrt()],
  [-0.5, (x) => F32x4.const(1).div(x.sqrt())],
  [-1, (x) => F32x4.const(1).div(x)],
  [-2, (x) => F32x4.const(1).div(x.mul(x))],
])

/** A cheaper form of a call: of the sum 1 + erf, and of one whose second argument is a constant. */
function shortcut(node: Call, x: F32x4, y: F32x4, valueOf: (node: Expression) => Lanes): F32x4 | undefined {
  const { name, args } = node
  const [first, argument] = args
  if (name === 'add' && first === constant(1) && argument?.kind === 'call' && argument.name === 'erf') {
    const [inner = argument] = argument.args
    return onePlusErf(toNumbers(valueOf(inner)))
  }
  if (argument?.kind !== 'constant') return undefined
  const { value } = argument
  if (name === 'pow') return powers.get(value)?.(x)
  if (name === 'div' && isPowerOfTwo(value)) return x.mul(1 / value)
  if (Number.isNaN(value)) return undefined
  // pmin and pmax are one instruction; they keep a NaN on the left, and a zero there, whose sign the sum makes positive.
  if (name === 'min' && !Object.is(value, -0)) return x.pmin(y)
  if (name === 'max' && !Object.is(value, -0)) return value === 0 ? x.pmax(y).add(0) : x.pmax(y)
  return undefined
}

function isPowerOfTwo(value: number): boolean {
  const exponent = Math.log2(Math.abs(value))
  return Number.isInteger(exponent) && Math.abs(exponent) <= 126
}
