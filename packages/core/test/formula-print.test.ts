import { describe, expect, test } from 'vitest'
import {
  compileJavaScript,
  compileScalar,
  type Expression,
  evaluate,
  formatFormula,
  functionOf,
  functions,
  gradientFormula,
  integerTemplates,
  isFunctionName,
  javaScriptTemplates,
  lower,
  parse,
  printJavaScript,
  runtime,
} from '../src/formula/index.ts'
import { pick, randomExpression, randomNumbers } from './formula-random.ts'

const inputs = ['x', 'y', 'a', 'b', 'c']
const read = Object.fromEntries(inputs.map((name) => [name, `${name}[i]`]))
const print = (source: string, ...more: readonly string[]) =>
  printJavaScript(
    [source, ...more].map((text) => parse(text, inputs)),
    read,
  )

describe('printJavaScript', () => {
  test('prints operators and calls as one would write them', () => {
    expect(print('x + 2 * exp(-y)')).toEqual({ statements: [], results: ['x[i] + (2 * Math.exp(-y[i]))'] })
    expect(print('erf(x) ** y').results).toEqual(['$.power($.erf(x[i]), y[i])'])
    expect(print('x - -2').results).toEqual(['x[i] - (-2)'])
    expect(print('max(inf, x) - nan').results).toEqual(['Math.max(Infinity, x[i]) - NaN'])
  })

  test('reads and computes once what is used more than once, over all formulas', () => {
    expect(print('x * x + exp(y)', 'exp(y)')).toEqual({
      statements: ['const $0 = x[i]', 'const $1 = Math.exp(y[i])'],
      results: ['($0 * $0) + $1', '$1'],
    })
  })

  test('keeps numbers and truth values apart', () => {
    expect(print('x < y').results).toEqual(['(x[i] < y[i]) ? 1 : 0'])
    expect(print('(x < y) * 3').results).toEqual(['((x[i] < y[i]) ? 1 : 0) * 3'])
    expect(print('x && !y ? 1 : 2').results).toEqual(['((x[i] !== 0) && (!(y[i] !== 0))) ? 1 : 2'])
    expect(print('isnan(x) == (x > y)').statements).toEqual(['const $0 = x[i]'])
  })

  test('a choice computes only the branch that is taken', () => {
    expect(print('x > 0 ? lgamma(x) : erf(y)')).toEqual({
      statements: ['const $0 = x[i]'],
      results: ['($0 > 0) ? $.lgamma($0) : $.erf(y[i])'],
    })
  })

  test('arguments that are called like the parameters of a template are not mistaken for them', () => {
    expect(printJavaScript([parse('pow(b, a) - max(c, b)', inputs)], { a: 'a', b: 'b', c: 'c' }).results).toEqual([
      '$.power(b, a) - Math.max(c, b)',
    ])
  })

  test('a variable that no code reads is refused', () => {
    expect(() => printJavaScript([parse('x', ['x'])], {})).toThrow('no code reads "x"')
    expect(() => printJavaScript([parse('toString', ['toString'])], {})).toThrow('no code reads "toString"')
  })

  test('generated names cannot be written in a formula, and no name of a formula is printed', () => {
    const names = ['out', 'g', 'Math', 'NaN', 'Infinity', 'undefined', 'return', 'i', 'constructor']
    for (const name of ['$', '$0', '$x0']) expect(() => parse(name, [name])).toThrow('unexpected "$"')
    const e = parse(names.map((name) => `exp(${name}) * ${name}`).join(' + '), names)
    const { statements, results } = printJavaScript([e], Object.fromEntries(names.map((name, k) => [name, `v${k}`])))
    for (const word of [...statements, ...results].join(' ').match(/[A-Za-z_$][\w$]*/g) ?? []) {
      expect(word).toMatch(/^(v\d|Math|exp|const|\$\d+)$/)
    }
    const values = names.map((_, k) => k / 7)
    expect(compileScalar(e, names)(...values)).toBe(
      evaluate(e, Object.fromEntries(names.map((name, k) => [name, k / 7]))),
    )
  })

  test('other dialects change templates, literals and names', () => {
    const printed = printJavaScript([parse('tanh(x) * tanh(x) + 1', ['x'])], read, {
      templates: { ...javaScriptTemplates, tanh: 'Math.tanh(Math.max(-20.0, Math.min(20.0, a)))' },
      number: (value) => value.toFixed(1),
      local: (index) => `t${index}`,
    })
    expect(printed).toEqual({
      statements: ['const t0 = Math.tanh(Math.max(-20.0, Math.min(20.0, x[i])))'],
      results: ['(t0 * t0) + 1.0'],
    })
  })

  test('a template may use an argument twice: it is computed once', () => {
    const templates = { ...javaScriptTemplates, sigmoid: 'a < 0 ? 0 : a' }
    expect(printJavaScript([parse('sigmoid(exp(x))', ['x'])], read, { templates })).toEqual({
      statements: ['const $0 = Math.exp(x[i])'],
      results: ['$0 < 0 ? 0 : $0'],
    })
  })

  test.each(Object.entries({ javaScriptTemplates, integerTemplates }))(
    '%s call what is there, with their arguments',
    (_, templates) => {
      for (const [name, template] of Object.entries(templates)) {
        if (!isFunctionName(name)) throw new Error(name)
        const used = new Set(template.match(/\b[abc]\b/g))
        expect([...used].sort().join('')).toBe('abc'.slice(0, functionOf(name).arity))
        for (const [, helper = ''] of template.matchAll(/\$\.(\w+)/g))
          expect(Object.hasOwn(runtime, helper), helper).toBe(true)
        for (const [, method = ''] of template.matchAll(/Math\.(\w+)/g))
          expect(Object.hasOwn(Math, method), method).toBe(true)
      }
    },
  )
})

const same = (a: number, b: number) => Object.is(a, b) || Math.abs(a - b) <= 1e-12 * Math.abs(b) || (a === 0 && b === 0)
const edges = [0, -0, 1, -1, 0.5, -2.5, 3, 80, -80, 1e300, Infinity, -Infinity, Number.NaN]

describe('compiled formulas', () => {
  test.each(Object.keys(functions))('%s equals its reference', (name) => {
    if (!isFunctionName(name)) throw new Error(name)
    const { arity, integers } = functionOf(name)
    const parameters = inputs.slice(0, arity)
    const e = parse(`${name}(${parameters.join()})`, inputs)
    const f = compileScalar(e, parameters)
    const random = randomNumbers(5)
    for (let i = 0; i < 200; i++) {
      const [a = 0, b = 0, c = 0] = parameters.map(() => (integers ? Math.round(random() * 30) : pick(random, edges)))
      const [expected, actual] = [functionOf(name).value(a, b, c), f(...[a, b, c].slice(0, arity))]
      expect(same(actual, expected), `${name}(${[a, b, c].slice(0, arity).join()}): ${actual}, ${expected}`).toBe(true)
    }
  })

  test('random formulas and their gradients equal the walk over the tree', () => {
    const random = randomNumbers(2)
    const check = (e: Expression, names: readonly string[]) => {
      const f = compileScalar(e, names)
      const lowered = lower(e)
      for (let k = 0; k < 5; k++) {
        const values = names.map(() => (random() < 0.3 ? pick(random, edges) : 4 * random() - 2))
        const expected = evaluate(lowered, Object.fromEntries(names.map((name, i) => [name, values[i] ?? 0])))
        expect(f(...values), `${formatFormula(e)} at ${values.join()}`).toBe(expected)
      }
    }
    for (let i = 0; i < 300; i++) {
      const e = randomExpression(random, inputs, 5)
      check(e, inputs)
      check(gradientFormula(e, 'x'), [...inputs, 'out', 'g'])
    }
  })

  test('asked again, the same function', () => {
    const e = parse('x + y', ['x', 'y'])
    expect(compileScalar(e, ['x', 'y'])).toBe(compileScalar(e, ['x', 'y']))
    expect(compileScalar(e, ['y', 'x'])).not.toBe(compileScalar(e, ['x', 'y']))
    expect(compileScalar(parse('x - y', ['x', 'y']), ['y', 'x'])(1, 5)).toBe(4)
  })

  test('the deepest formulas compile', () => {
    const x = Array.from({ length: 2400 }, () => 'x+1').join('*')
    const e = parse(x, ['x'])
    expect(compileScalar(e, ['x'])(0)).toBe(evaluate(e, { x: 0 }))
    expect(compileScalar(gradientFormula(e, 'x'), ['x', 'g'])(0, 1)).toBe(2400)
    const nested = parse(`${'exp(-'.repeat(45)}x${')'.repeat(45)}`, ['x'])
    expect(compileScalar(nested, ['x'])(1)).toBe(evaluate(nested, { x: 1 }))
  })

  test('powers by small constants are products, quotients and roots', () => {
    const lowered = (source: string) => lower(parse(source, ['x']))
    expect(lowered('x ** 2 + x ** 3')).toBe(parse('x * x + x * x * x', ['x']))
    expect(lowered('x ** 0.5 + x ** -0.5')).toBe(parse('sqrt(x) + 1 / sqrt(x)', ['x']))
    expect(lowered('x ** -1 + x ** -2')).toBe(parse('1 / x + 1 / (x * x)', ['x']))
    expect(lowered('x ** 4 + x ** x')).toBe(parse('x ** 4 + x ** x', ['x']))
  })

  test('compileJavaScript gives printed code the runtime', () => {
    expect(compileJavaScript('return $.sign(-3)')).toBe(-1)
  })
})

describe('integers', () => {
  const integer = (source: string, x: number, y = 0) =>
    compileScalar(parse(source, ['x', 'y']), ['x', 'y'], 'integer')(x, y)

  test('arithmetic wraps around at 32 bits', () => {
    expect(integer('x * y', 65537, 65537)).toBe(131073)
    expect(integer('x + 1 - 0', 2147483647)).toBe(-2147483648)
    expect(integer('x - y', -2147483648, 1)).toBe(2147483647)
    expect(integer('-x + abs(x)', -2147483648)).toBe(0)
    expect(integer('x ** y', 3, 40)).toBe(Number(BigInt.asIntN(32, 3n ** 40n)))
    expect(integer('x ** y', -2, 31)).toBe(-2147483648)
    expect([integer('x ** y', -1, -3), integer('x ** y', 1, -3), integer('x ** y', 2, -1)]).toEqual([-1, 1, 0])
  })

  test('division and remainders', () => {
    expect([integer('x / y', -7, 2), integer('floor_divide(x, y)', -7, 2)]).toEqual([-3, -4])
    expect([integer('fmod(x, y)', -7, 3), integer('remainder(x, y)', -7, 3)]).toEqual([-1, 2])
  })

  test('bits', () => {
    expect(integer('bitand(x, y) + bitor(x, y)', 12, 10)).toBe(22)
    expect(integer('bitxor(x, bitnot(y))', 12, 10)).toBe(12 ^ ~10)
    expect(integer('shl(x, 3) + shr(y, 2)', 5, -9)).toBe(37)
  })
})
