import { type Build, type Call, call, constant, type Expression, transform } from './expression.ts'
import { type FunctionName, functionOf } from './functions.ts'

export const zero = constant(0)
export const one = constant(1)
const two = constant(2)

/** Whether `e` is the constant 0 or -0. */
export const isZero = (e: Expression): boolean => e.kind === 'constant' && e.value === 0

/** Whether `e` is true as a condition: a constant other than 0. */
export const isTrue = (e: Expression): boolean => e.kind === 'constant' && e.value !== 0

const isConstant = (e: Expression, value: number): boolean => e.kind === 'constant' && Object.is(e.value, value)

const isCall = (e: Expression, name: FunctionName): e is Call => e.kind === 'call' && e.name === name

const isTruth = (e: Expression): boolean => e.kind === 'call' && functionOf(e.name).truth === true

const argument = (e: Expression, index: number): Expression => (e.kind === 'call' && e.args[index]) || zero

/** Looks at a call that is about to be made and answers with something simpler, or with nothing. */
type Rule = (a: Expression, b: Expression, c: Expression) => Expression | undefined
type Rules = { readonly [name in FunctionName]?: Rule }

/** What holds for every number, signed zeros, infinities and NaN included. */
const exact: Rules = {
  add: (a, b) => (isConstant(b, -0) ? a : isConstant(a, -0) ? b : undefined),
  sub: (a, b) => (isConstant(b, 0) ? a : undefined),
  mul: (a, b) => {
    if (isConstant(b, 1)) return a
    if (isConstant(a, 1)) return b
    if (isConstant(b, -1)) return fold('neg', a)
    return isConstant(a, -1) ? fold('neg', b) : undefined
  },
  div: (a, b) => (isConstant(b, 1) ? a : isConstant(b, -1) ? fold('neg', a) : undefined),
  neg: (a) => (isCall(a, 'neg') ? argument(a, 0) : undefined),
  pow: (a, b) => (isConstant(b, 1) ? a : b.kind === 'constant' && b.value === 0 ? one : undefined),
  and: (a, b) => {
    if (isZero(a) || isZero(b)) return zero
    return isTrue(a) && isTruth(b) ? b : isTrue(b) && isTruth(a) ? a : undefined
  },
  or: (a, b) => {
    if (isTrue(a) || isTrue(b)) return one
    return isZero(a) && isTruth(b) ? b : isZero(b) && isTruth(a) ? a : undefined
  },
  not: (a) => (isCall(a, 'not') && isTruth(argument(a, 0)) ? argument(a, 0) : undefined),
  where: (condition, a, b) => {
    if (condition.kind === 'constant') return isTrue(condition) ? a : b
    if (a === b) return a
    return isCall(condition, 'not') ? fold('where', argument(condition, 0), b, a) : undefined
  },
}

/**
 * What holds where a zero is structural, "does not depend on it": `0 * x` is 0 even if x is infinite. It holds in
 * derivatives, never in a formula that a user wrote. Signs and numeric factors go to the front, where they meet.
 */
const structural: Rules = {
  add: (a, b) => {
    if (isZero(a)) return b
    if (isZero(b)) return a
    if (a === b) return combine('mul', two, a)
    if (isCall(b, 'neg')) return combine('sub', a, argument(b, 0))
    if (isCall(a, 'neg')) return combine('sub', b, argument(a, 0))
    return branchwise('add', a, b)
  },
  sub: (a, b) => {
    if (isZero(b)) return a
    if (isZero(a)) return combine('neg', b)
    if (isCall(b, 'neg')) return combine('add', a, argument(b, 0))
    return branchwise('sub', a, b)
  },
  mul: (a, b) => {
    if (isZero(a) || isZero(b)) return zero
    if (isCall(a, 'neg')) return combine('neg', combine('mul', argument(a, 0), b))
    if (isCall(b, 'neg')) return combine('neg', combine('mul', a, argument(b, 0)))
    const [factorA, restA] = factorOf(a)
    const [factorB, restB] = factorOf(b)
    const product = factorA * factorB
    const size = Math.abs(product)
    // Two factors that are far apart balance each other; their product could leave the range of a float32.
    if ((factorA === 1 && factorB === 1) || !(size > 1e-30 && size < 1e30)) return undefined
    const factor = constant(product)
    if (restB === one) return restA === one ? factor : scale(factor, restA)
    return scale(factor, restA === one ? restB : combine('mul', restA, restB))
  },
  div: (a, b) => {
    if (isZero(a)) return zero
    if (isCall(a, 'neg')) return combine('neg', combine('div', argument(a, 0), b))
    return isCall(b, 'neg') ? combine('neg', combine('div', a, argument(b, 0))) : undefined
  },
  neg: (a) => {
    if (isZero(a)) return zero
    return isCall(a, 'sub') ? combine('sub', argument(a, 1), argument(a, 0)) : undefined
  },
}

/** The numeric factor at the front of `e`, and what it multiplies. */
function factorOf(e: Expression): [number, Expression] {
  if (e.kind === 'constant') return [e.value, one]
  const front = argument(e, 0)
  return isCall(e, 'mul') && front.kind === 'constant' ? [front.value, argument(e, 1)] : [1, e]
}

const scale = (factor: Expression, e: Expression): Expression => fold('mul', factor, e)

/** Two choices by the same condition are added inside the branches: one choice remains. */
function branchwise(name: 'add' | 'sub', a: Expression, b: Expression): Expression | undefined {
  if (!isCall(a, 'where') || !isCall(b, 'where') || argument(a, 0) !== argument(b, 0)) return undefined
  const branch = (i: number) => combine(name, argument(a, i), argument(b, i))
  return combine('where', argument(a, 0), branch(1), branch(2))
}

function apply(rules: Rules, name: FunctionName, args: readonly Expression[]): Expression | undefined {
  const [a = zero, b = zero, c = zero] = args
  return rules[name]?.(a, b, c)
}

/** A call with its constants folded, and otherwise as it was written. */
export const fold: Build = (name, ...args) => {
  const numbers = args.flatMap((e) => (e.kind === 'constant' ? [e.value] : []))
  const entry = functionOf(name)
  if (numbers.length === args.length && args.length === entry.arity) {
    const [a = 0, b = 0, c = 0] = numbers
    return constant(entry.value(a, b, c))
  }
  return apply(exact, name, args) ?? call(name, ...args)
}

/** A call inside of a derivative: folded, with structural zeros and ones taken out. */
export const combine: Build = (name, ...args) => apply(structural, name, args) ?? fold(name, ...args)

/** Powers that are products, quotients and roots, as PyTorch computes them. */
const powers: readonly (readonly [number, (a: Expression) => Expression])[] = [
  [2, (a) => call('mul', a, a)],
  [3, (a) => call('mul', call('mul', a, a), a)],
  [0.5, (a) => call('sqrt', a)],
  [-0.5, (a) => call('div', one, call('sqrt', a))],
  [-1, (a) => call('div', one, a)],
  [-2, (a) => call('div', one, call('mul', a, a))],
]

/** `e` as a device should compute it: `pow` with a small constant exponent is written out. Printers start from here. */
export function lower(e: Expression): Expression {
  const change = (node: Expression, [base = zero, exponent = zero]: readonly Expression[]) =>
    isCall(node, 'pow') ? powers.find(([value]) => isConstant(exponent, value))?.[1](base) : undefined
  return transform(e, change, fold)
}
