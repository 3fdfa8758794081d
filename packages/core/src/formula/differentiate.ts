import { FormulaError } from '../errors.ts'
import { type Call, type Expression, nodesOf, replace, substitute, variable, variablesOf } from './expression.ts'
import { functionOf } from './functions.ts'
import { parse } from './parse.ts'
import { combine, isTrue, isZero, one, zero } from './simplify.ts'

/** The names in the table of functions for the arguments of a call. */
const parameters = ['a', 'b', 'c'] as const
type Parameter = (typeof parameters)[number]

const parsedRules = new Map<string, Expression>()

/** A rule of the table, `gradient` or `guard`, with the arguments of `call` put in. */
function instantiate(rule: string, call: Call, g: Expression): Expression {
  let parsed = parsedRules.get(rule)
  if (parsed === undefined) {
    parsed = parse(rule, [...parameters, 'out', 'g'])
    parsedRules.set(rule, parsed)
  }
  const [a = zero, b = zero, c = zero] = call.args
  return substitute(parsed, { a, b, c, out: call, g }, combine)
}

/** Gradients, by the name of the variable that they belong to. */
type Gradients = Map<string, Expression>

const sumOf = (a: Expression | undefined, b: Expression): Expression => (a === undefined ? b : combine('add', a, b))

/** Walks from `e` down to the variables, each node once its gradient is complete. */
function pull(e: Expression, g: Expression, names: ReadonlySet<string>): Gradients {
  const nodes = nodesOf(e)
  const needed = new Set<Expression>()
  for (const node of nodes) {
    const needs =
      node.kind === 'variable'
        ? names.has(node.name)
        : node.kind === 'call' && node.args.some((argument) => needed.has(argument))
    if (needs) needed.add(node)
  }
  const gradients: Gradients = new Map()
  const received = new Map<Expression, Expression>([[e, g]])

  const pass = (call: Call, argument: Expression, parameter: Parameter, gradient: Expression) => {
    const { guard: rule } = functionOf(call.name)
    const guard = rule?.[parameter] === undefined ? one : instantiate(rule[parameter], call, zero)
    const passed = instantiate(functionOf(call.name).gradient?.[parameter] ?? '0', call, gradient)
    if (isZero(guard) || isZero(passed)) return
    if (isTrue(guard)) {
      received.set(argument, sumOf(received.get(argument), passed))
      return
    }
    // The choice is made outside of all that lies below, or 0 times an infinity in there would be NaN.
    for (const [name, inner] of pull(argument, passed, names)) {
      gradients.set(name, sumOf(gradients.get(name), combine('where', guard, inner, zero)))
    }
  }

  for (const node of nodes.reverse()) {
    const gradient = received.get(node)
    if (gradient === undefined || !needed.has(node)) continue
    if (node.kind === 'variable') gradients.set(node.name, sumOf(gradients.get(node.name), gradient))
    if (node.kind !== 'call') continue
    for (const [i, parameter] of parameters.entries()) {
      const argument = node.args[i]
      if (argument !== undefined && needed.has(argument)) pass(node, argument, parameter, gradient)
    }
  }
  return gradients
}

/**
 * The vector-Jacobian product of a formula, by reverse accumulation: for each of `names` the gradient that it receives
 * when `e` receives `g`. Subexpressions of `e` and of one another are shared. Where a branch of `e` is not taken, nothing
 * of it reaches the result, neither infinities nor NaN.
 */
export function vjp(e: Expression, g: Expression, names: readonly string[]): Record<string, Expression> {
  const gradients = pull(e, g, new Set(names))
  return Object.fromEntries(names.map((name) => [name, gradients.get(name) ?? zero]))
}

/** The partial derivative of `e` by the variable `name`. */
export function differentiate(e: Expression, name: string): Expression {
  return pull(e, one, new Set([name])).get(name) ?? zero
}

/**
 * The gradient of an op whose formula is `forward` for its input `input`, in terms of the inputs, the op's result
 * `outName` and the incoming gradient `gName`: of `exp(x)` it is `g * out`, of `log(x)` it is `g / x`.
 * @throws {FormulaError} if an input of `forward` has one of these two names
 */
export function gradientFormula(forward: Expression, input: string, outName = 'out', gName = 'g'): Expression {
  const used = variablesOf(forward)
  const taken = [outName, gName].find((name) => used.has(name))
  if (taken !== undefined)
    throw new FormulaError(`formula: an input cannot be called "${taken}"; gradients use that name`)
  const gradient = pull(forward, variable(gName), new Set([input])).get(input) ?? zero
  return forward.kind === 'call' ? replace(gradient, forward, variable(outName)) : gradient
}
