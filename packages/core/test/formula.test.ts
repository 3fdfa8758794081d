import { describe, expect, test } from 'vitest'
import { FormulaError } from '../src/errors.ts'
import {
  call,
  constant,
  differentiate,
  type Expression,
  evaluate,
  type FunctionName,
  fold,
  formatFormula,
  functions,
  parse,
  replace,
  substitute,
  variable,
  variablesOf,
} from '../src/formula/index.ts'
import { randomExpression, randomNumbers } from './formula-random.ts'

const scope = ['x', 'y', 'z', 'a', 'b', 'c', 'd']
const read = (source: string) => parse(source, scope)

describe('parse', () => {
  test.each([
    ['a + b * c', 'a + (b * c)'],
    ['a - b - c', '(a - b) - c'],
    ['a / b * c', '(a / b) * c'],
    ['a * b ** c', 'a * (b ** c)'],
    ['a ** b ** c', 'a ** (b ** c)'],
    ['-a ** b', '-(a ** b)'],
    ['a ** -b', 'a ** (-b)'],
    ['-a * b', '(-a) * b'],
    ['!a == b', '(!a) == b'],
    ['- - a', 'a'],
    ['+a - +b', 'a - b'],
    ['a < b == c < d', '(a < b) == (c < d)'],
    ['a + b < c * d', '(a + b) < (c * d)'],
    ['a || b && c', 'a || (b && c)'],
    ['a && b || c && d', '(a && b) || (c && d)'],
    ['a == b && c != d', '(a == b) && (c != d)'],
    ['a ? b : c ? d : x', 'a ? b : (c ? d : x)'],
    ['a ? b ? c : d : x', 'a ? (b ? c : d) : x'],
    ['a || b ? c + d : -x', '(a || b) ? (c + d) : (-x)'],
    ['where(a, b, c)', 'a ? b : c'],
    ['pow(a, b) + min(c, d)', 'a ** b + min(c, d)'],
    [' a\n+\tb ', 'a + b'],
  ])('%s is %s', (source, grouped) => {
    expect(read(source)).toBe(read(grouped))
  })

  test('operators are functions', () => {
    const [a, b] = [variable('a'), variable('b')]
    const operators = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div', '**': 'pow' } as const
    for (const [operator, name] of Object.entries(operators)) expect(read(`a ${operator} b`)).toBe(call(name, a, b))
    const comparisons = { '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge', '==': 'eq', '!=': 'ne' } as const
    for (const [operator, name] of Object.entries(comparisons)) expect(read(`a${operator}b`)).toBe(call(name, a, b))
    expect(read('a && b')).toBe(call('and', a, b))
    expect(read('a || !b')).toBe(call('or', a, call('not', b)))
  })

  test.each([
    ['1e-5', 1e-5],
    ['.5', 0.5],
    ['2.', 2],
    ['1.5E+3', 1500],
    ['-0', -0],
    ['pi', Math.PI],
    ['-inf', -Infinity],
    ['nan', Number.NaN],
    ['2 ** 10 / 4', 256],
    ['max(1, 2) + exp(0)', 3],
    ['1 < 2 ? 3 : 4', 3],
    ['0.1 + 0.2', 0.1 + 0.2],
  ])('%s is the number %d', (source, value) => {
    expect(parse(source, [])).toBe(constant(value))
  })

  test('a name in scope hides a constant, and may be that of a function', () => {
    expect(parse('pi + exp(exp)', ['pi', 'exp'])).toBe(call('add', variable('pi'), call('exp', variable('exp'))))
  })

  test('what a user writes stays, but for constants and what holds for every number', () => {
    expect(formatFormula(read('0 * x + 0'))).toBe('0 * x + 0')
    expect(formatFormula(read('x - x + 2 * 3'))).toBe('x - x + 6')
    expect(formatFormula(read('1 * x / 1 - 0'))).toBe('x')
    expect(formatFormula(read('(1 ? x : y) + (!a ? x : y)'))).toBe('x + (a ? y : x)')
  })

  test('folding changes no value, at zeros of both signs, infinities and NaN', () => {
    const values = [0, -0, 1, -1, 2.5, Infinity, -Infinity, Number.NaN]
    const atoms = [...values.map(constant), read('x'), read('-x'), read('!x'), read('x > y'), read('y')]
    const wrong: string[] = []
    const compare = (name: FunctionName, args: readonly Expression[]) => {
      for (const [x, y] of values.flatMap((x) => values.map((y) => [x, y] as const))) {
        const [expected, actual] = [call(name, ...args), fold(name, ...args)].map((e) => evaluate(e, { x, y }))
        if (!Object.is(actual, expected)) wrong.push(`${formatFormula(call(name, ...args))} at ${x}, ${y}: ${actual}`)
      }
    }
    for (const name of ['neg', 'not'] as const) for (const a of atoms) compare(name, [a])
    for (const name of ['add', 'sub', 'mul', 'div', 'pow', 'and', 'or', 'max'] as const) {
      for (const a of atoms) for (const b of atoms) compare(name, [a, b])
    }
    for (const condition of atoms) for (const a of atoms.slice(-3)) compare('where', [condition, a, read('y')])
    expect(wrong).toEqual([])
  })

  test('functions that are formulas', () => {
    expect(read('square(x + y)')).toBe(read('(x + y) * (x + y)'))
    expect(read('trigamma(rsqrt(x))')).toBe(read('polygamma(1, 1 / sqrt(x))'))
  })

  test('formatted formulas read back as the same tree', () => {
    const random = randomNumbers(1)
    for (let i = 0; i < 500; i++) {
      const e = randomExpression(random, scope, 5)
      const text = formatFormula(e)
      expect(read(text), text).toBe(e)
    }
  })
})

/** The text of the error that reading `source` throws. */
function refusal(source: string, names: readonly string[] = ['x', 'y']): string {
  try {
    parse(source, names)
  } catch (error) {
    if (error instanceof FormulaError) return error.message
    throw error
  }
  return 'nothing'
}

describe('errors', () => {
  test('show the formula, the place, what was found and what is in scope', () => {
    expect(refusal('x + w * 2')).toBe(
      'formula: unknown name "w" at column 5\n  x + w * 2\n      ^\n  in scope: x, y, pi, inf, nan',
    )
    expect(refusal('exp(x')).toBe(
      'formula: expected ")", found the end of the formula at column 6\n  exp(x\n       ^\n  in scope: x, y, pi, inf, nan',
    )
    expect(new FormulaError('a').name).toBe('FormulaError')
  })

  test.each([
    ['', 'expected a number, a name or "(", found the end of the formula at column 1'],
    ['x +', 'expected a number, a name or "(", found the end of the formula at column 4'],
    ['x y', 'expected an operator or the end, found "y" at column 3'],
    ['x )', 'expected an operator or the end, found ")" at column 3'],
    ['(x, y)', 'expected ")", found "," at column 3'],
    ['x ? y', 'expected ":", found the end of the formula at column 6'],
    ['x < y < x', 'a chained "<" at column 7'],
    ['x == y != x', 'a chained "!=" at column 8'],
    ['sin', 'the function "sin" without its arguments at column 1'],
    ['pow(x)', 'pow takes 2 arguments, got 1, at column 1'],
    ['exp()', 'exp takes 1 argument, got 0, at column 1'],
    ['square(x, y)', 'square takes 1 argument, got 2, at column 1'],
    ['1 + sinn(x)', 'unknown function "sinn" at column 5'],
    ['x(2)', 'unknown function "x" at column 1'],
    ['2x', '"x" right after a number at column 2'],
    ['1.2.3', '"." right after a number at column 4'],
    ['0x10', '"x" right after a number at column 2'],
    ['x % 2', 'unexpected "%" at column 3'],
    ['x = 2', 'unexpected "=" at column 3'],
    ['x & y', 'unexpected "&" at column 3'],
  ])('%j: %s', (source, message) => {
    expect(refusal(source)).toContain(`formula: ${message}`)
  })

  test('say what to write instead', () => {
    expect(refusal('x % 2')).toContain('fmod(a, b)')
    expect(refusal('x ^ 2')).toContain('a ** b')
    expect(refusal('x === y')).toContain('write ==')
    expect(refusal('lgama(x)')).toContain('nearest: lgamma')
    expect(refusal('Max(x, y)')).toContain('nearest: max')
    expect(refusal('x < y < 1')).toContain('a < b && b < c')
  })

  test('a long formula is cut around the place', () => {
    const message = refusal(`${'x + '.repeat(200)}w${' + x'.repeat(200)}`)
    const [, line = '', caret = ''] = message.split('\n')
    expect(line.length).toBeLessThan(130)
    expect(line[caret.length - 1]).toBe('w')
  })

  test('calls with a wrong number of arguments and names that cannot be written are not made', () => {
    expect(() => call('add', variable('x'))).toThrow(new FormulaError('formula: add takes 2 arguments, got 1'))
    for (const name of ['', '_x', '2x', 'x y', 'a.b', '$', '__proto__', 'é'])
      expect(() => variable(name)).toThrow(FormulaError)
  })
})

describe('hostile formulas', () => {
  test.each([
    'constructor',
    '__proto__',
    'toString(x)',
    'hasOwnProperty(x)',
    'x.constructor',
    'x["constructor"]',
    '`${x}`',
    "'x'",
    '"x"',
    'x; y',
    'x // y',
    'x /* y */',
    'x => x',
    '{}',
    '[x]',
    '() => 1',
    'this',
    'globalThis',
    'process(x)',
    'eval(x)',
    'new x',
    'π',
    'х', // Cyrillic
    'x\u2028y',
    '\\u0078',
    '1_000',
    '1n',
    '\u0000',
    '\ud800',
  ])('%j is refused', (source) => {
    expect(refusal(source)).toMatch(/^formula: /)
  })

  test('names of Object.prototype are names like any other', () => {
    const e = parse('constructor + valueOf', ['constructor', 'valueOf'])
    expect(
      evaluate(
        e,
        Object.fromEntries([
          ['constructor', 1],
          ['valueOf', 2],
        ]),
      ),
    ).toBe(3)
    expect(formatFormula(differentiate(e, 'constructor'))).toBe('1')
    expect(substitute(variable('toString'), {})).toBe(variable('toString'))
    expect(() => evaluate(variable('toString'), {})).toThrow('no value for "toString"')
  })

  test('length and nesting are bounded', () => {
    expect(refusal('('.repeat(1_000_000))).toBe('formula: 1000000 characters; at most 10000 are read')
    for (const opening of ['(', '-', '!', 'exp(', 'x ? ', 'x ? y : ', 'x ** ', '-(']) {
      expect(refusal(opening.repeat(1000))).toContain('levels of nesting')
    }
    expect(refusal(`${'('.repeat(90)}x${')'.repeat(90)}`)).toBe('nothing')
  })

  test('the longest chain of operators is read, differentiated and evaluated', () => {
    const e = parse(`x${'*x'.repeat(4999)}`, ['x'])
    expect(evaluate(e, { x: 1 })).toBe(1)
    expect(evaluate(differentiate(e, 'x'), { x: 1 })).toBe(5000)
  })
})

describe('expressions', () => {
  test('equal trees are one object', () => {
    expect(read('sin(x) * (y + 1)')).toBe(read('sin( x )*(y+1)'))
    expect(constant(0)).not.toBe(constant(-0))
    expect(constant(Number.NaN)).toBe(constant(Number.NaN))
    expect(Object.isFrozen(read('x + y'))).toBe(true)
  })

  test('variables in the order in which they are read', () => {
    expect([...variablesOf(read('y * x + sin(y) + z'))]).toEqual(['y', 'x', 'z'])
    expect([...variablesOf(read('y'), read('x'))]).toEqual(['y', 'x'])
  })

  test('substitution is simultaneous', () => {
    expect(substitute(read('x - y'), { x: read('y'), y: read('x') })).toBe(read('y - x'))
  })

  test('a subtree is replaced wherever it stands', () => {
    expect(replace(read('exp(x) * y + sin(exp(x))'), read('exp(x)'), variable('out'))).toBe(
      parse('out * y + sin(out)', ['out', 'y']),
    )
  })

  test('there are no functions but those of the table', () => {
    for (const name of ['valueOf', 'hasOwnProperty', '__proto__']) expect(Object.hasOwn(functions, name)).toBe(false)
  })
})
