import { FormulaError } from '../errors.ts'
import { errorAt } from './error.ts'
import { constant, type Expression, substitute, variable } from './expression.ts'
import { type FunctionName, functionOf, functions, isFunctionName, shorthands } from './functions.ts'
import { nearest } from './nearest.ts'
import { fold } from './simplify.ts'
import { type Token, tokenize } from './tokens.ts'

/** Formulas may be written by strangers: length and nesting are bounded, so that reading one always ends well. */
const maximumLength = 10_000
const maximumDepth = 100

const constants: ReadonlyMap<string, number> = new Map([
  ['pi', Math.PI],
  ['inf', Infinity],
  ['nan', NaN],
])

/** The binary operators, the loosest first. They associate to the left; comparisons are not chained. */
const levels: readonly (readonly (readonly [operator: string, name: FunctionName])[])[] = [
  [['||', 'or']],
  [['&&', 'and']],
  [
    ['==', 'eq'],
    ['!=', 'ne'],
  ],
  [
    ['<', 'lt'],
    ['<=', 'le'],
    ['>', 'gt'],
    ['>=', 'ge'],
  ],
  [
    ['+', 'add'],
    ['-', 'sub'],
  ],
  [
    ['*', 'mul'],
    ['/', 'div'],
  ],
]
const binaryOperators = levels.map((level) => new Map(level))
const comparisons: ReadonlySet<FunctionName> = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge'])

/**
 * Reads a formula: numbers, the names of `scope`, `pi`, `inf`, `nan`, calls of functions, and operators with JavaScript's
 * precedence: `?:`, `||`, `&&`, `== !=`, `< <= > >=`, `+ -`, `* /`, unary `- + !`, `**`. As in Python, `-x ** 2` is
 * `-(x ** 2)`. Comparisons do not chain, and `%` is refused: languages differ on its sign. Constants are folded.
 * @throws {FormulaError} that shows the place, what was found there and what would be right
 */
export function parse(source: string, scope: readonly string[]): Expression {
  if (source.length > maximumLength) {
    throw new FormulaError(`formula: ${source.length} characters; at most ${maximumLength} are read`)
  }
  return new Parser(source, scope).parse()
}

class Parser {
  private readonly source: string
  private readonly scope: readonly string[]
  private readonly tokens: readonly Token[]
  private index = 0
  private depth = 0

  constructor(source: string, scope: readonly string[]) {
    this.source = source
    this.scope = scope
    this.tokens = tokenize(source)
  }

  parse(): Expression {
    const result = this.choice()
    if (this.token.kind !== 'end') throw this.unexpected('an operator or the end')
    return result
  }

  private get token(): Token {
    return this.tokens[this.index] ?? { kind: 'end', text: '', position: this.source.length }
  }

  /** `condition ? a : b`, and whatever binds tighter. */
  private choice(): Expression {
    return this.nested(() => {
      const condition = this.binary(0)
      if (!this.accept('?')) return condition
      const whenTrue = this.choice()
      this.expect(':')
      return fold('where', condition, whenTrue, this.choice())
    })
  }

  private binary(level: number): Expression {
    const operators = binaryOperators[level]
    if (operators === undefined) return this.unary()
    let result = this.binary(level + 1)
    for (let count = 0; ; count++) {
      const { kind, text, position } = this.token
      const name = kind === 'operator' ? operators.get(text) : undefined
      if (name === undefined) return result
      if (count > 0 && comparisons.has(name)) {
        throw errorAt(this.source, position, `a chained "${text}"`, 'write a < b && b < c')
      }
      this.index++
      result = fold(name, result, this.binary(level + 1))
    }
  }

  private unary(): Expression {
    return this.nested(() => {
      if (this.accept('-')) return fold('neg', this.unary())
      if (this.accept('!')) return fold('not', this.unary())
      if (this.accept('+')) return this.unary()
      const base = this.primary()
      return this.accept('**') ? fold('pow', base, this.unary()) : base
    })
  }

  private primary(): Expression {
    const { kind, text, position } = this.token
    if (kind === 'number') {
      this.index++
      return constant(Number(text))
    }
    if (kind === 'name') {
      this.index++
      return this.accept('(') ? this.call(text, position) : this.named(text, position)
    }
    if (!this.accept('(')) throw this.unexpected('a number, a name or "("')
    const inner = this.choice()
    this.expect(')')
    return inner
  }

  private named(name: string, position: number): Expression {
    if (this.scope.includes(name)) return variable(name)
    const value = constants.get(name)
    if (value !== undefined) return constant(value)
    const isFunction = isFunctionName(name) || shorthands.has(name)
    const message = isFunction ? `the function "${name}" without its arguments` : `unknown name "${name}"`
    throw errorAt(this.source, position, message, this.inScope())
  }

  private call(name: string, position: number): Expression {
    const args: Expression[] = []
    if (!this.accept(')')) {
      do args.push(this.choice())
      while (this.accept(','))
      this.expect(')')
    }
    const takes = (arity: number) => {
      if (args.length === arity) return
      const plural = arity === 1 ? '' : 's'
      throw errorAt(this.source, position, `${name} takes ${arity} argument${plural}, got ${args.length},`)
    }
    if (isFunctionName(name)) {
      takes(functionOf(name).arity)
      return fold(name, ...args)
    }
    const shorthand = shorthands.get(name)
    if (shorthand === undefined) {
      const known = nearest(name, [...Object.keys(functions), ...shorthands.keys()])
      throw errorAt(this.source, position, `unknown function "${name}"`, `nearest: ${known.join(', ')}`)
    }
    const { parameters, formula } = shorthand
    takes(parameters.length)
    const replacements = new Map(parameters.map((parameter, i) => [parameter, args[i]]))
    return substitute(parse(formula, parameters), Object.fromEntries(replacements), fold)
  }

  /** Runs a reader one level deeper. */
  private nested(read: () => Expression): Expression {
    this.depth++
    if (this.depth > 2 * maximumDepth) {
      throw errorAt(this.source, this.token.position, `more than ${maximumDepth} levels of nesting`)
    }
    const result = read()
    this.depth--
    return result
  }

  private accept(operator: string): boolean {
    const { kind, text } = this.token
    const found = kind === 'operator' && text === operator
    if (found) this.index++
    return found
  }

  private expect(operator: string): void {
    if (!this.accept(operator)) throw this.unexpected(`"${operator}"`)
  }

  private unexpected(expected: string): FormulaError {
    const { kind, text, position } = this.token
    const found = kind === 'end' ? 'the end of the formula' : `"${text}"`
    return errorAt(this.source, position, `expected ${expected}, found ${found}`, this.inScope())
  }

  private inScope(): string {
    return `in scope: ${[...this.scope, ...constants.keys()].join(', ')}`
  }
}
