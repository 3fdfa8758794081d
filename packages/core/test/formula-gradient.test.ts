import { describe, expect, test } from 'vitest'
import {
  call,
  compileScalar,
  constant,
  differentiate,
  type Expression,
  evaluate,
  formatFormula,
  functionOf,
  functions,
  gradientFormula,
  isFunctionName,
  nodesOf,
  parse,
  variable,
  vjp,
} from '../src/formula/index.ts'
import { randomExpression, randomNumbers } from './formula-random.ts'

const parameters = ['a', 'b', 'c'] as const

type Point = Readonly<Record<string, number>>

/** The derivatives of `e` that are not its central differences at `point`, in words. */
function wrongDerivatives(e: Expression, names: readonly string[], point: Point, tolerance: number): string[] {
  const inputs = Object.keys(point)
  const f = compileScalar(e, inputs)
  return names.flatMap((name) => {
    const at = (shift: number) => f(...inputs.map((input) => (point[input] ?? 0) + (input === name ? shift : 0)))
    const h = 1e-5
    const expected = (at(h) - at(-h)) / (2 * h)
    const actual = compileScalar(differentiate(e, name), inputs)(...Object.values(point))
    const error = Math.abs(actual - expected) / (1 + Math.abs(expected))
    return error < tolerance
      ? []
      : [`d/d${name} ${formatFormula(e)} at ${JSON.stringify(point)}: ${actual}, ${expected}`]
  })
}

describe('the table', () => {
  const names = Object.keys(functions).filter(isFunctionName)

  test.each(names)('derivatives of %s, first and second, are its finite differences', (name) => {
    const { domain, integers = '' } = functionOf(name)
    const inputs = parameters.slice(0, domain.length)
    const smooth = inputs.filter((input) => !integers.includes(input))
    const e = call(name, ...inputs.map(variable))
    const random = randomNumbers(7)
    for (let i = 0; i < 40; i++) {
      const draw = ([low, high]: readonly [number, number], isInteger: boolean) => {
        const x = low + (high - low) * random()
        return isInteger ? Math.round(x) : x
      }
      const values = domain.map((interval, k) => draw(interval, integers.includes(parameters[k] ?? '')))
      const point = Object.fromEntries(inputs.map((input, k) => [input, values[k] ?? 0]))
      expect(wrongDerivatives(e, smooth, point, 1e-7)).toEqual([])
      for (const first of smooth) expect(wrongDerivatives(differentiate(e, first), smooth, point, 1e-6)).toEqual([])
    }
  })

  test.each(names)('the entry of %s is consistent', (name) => {
    const { arity, domain, gradient = {}, guard = {}, conditions = 0, truth = false, value } = functionOf(name)
    expect(domain.length).toBe(arity)
    const own = parameters.slice(0, arity)
    for (const argument of [...Object.keys(gradient), ...Object.keys(guard)]) expect(own).toContain(argument)
    for (const argument of Object.keys(guard)) expect(Object.keys(gradient)).toContain(argument)
    expect(conditions).toBeLessThanOrEqual(arity)
    const [a = 1, b = 1, c = 1] = domain.map(([low, high]) => Math.round((low + high) / 2 + 0.6))
    expect(!truth || [0, 1].includes(value(a, b, c))).toBe(true)
  })
})

describe('gradients of ops', () => {
  const gradient = (source: string, input = 'x') =>
    formatFormula(gradientFormula(parse(source, ['x', 'y', 'alpha']), input))

  test.each([
    ['x', 'g'],
    ['-x', '-g'],
    ['y', '0'],
    ['3', '0'],
    ['exp(x)', 'g * out'],
    ['log(x)', 'g / x'],
    ['sin(x)', 'g * cos(x)'],
    ['cos(x)', '-(g * sin(x))'],
    ['tanh(x)', 'g * (1 - out * out)'],
    ['sigmoid(x)', 'g * (out * (1 - out))'],
    ['sqrt(x)', 'g / (2 * out)'],
    ['abs(x)', 'g * sign(x)'],
    ['x * y', 'g * y'],
    ['x / y', 'g / y'],
    ['y / x', '-(g * out / x)'],
    ['y - x', '-g'],
    ['x + alpha * y', 'g'],
    ['x ** 2', '2 * (g * x)'],
    ['x * x', '2 * (g * x)'],
    ['x ** 3', '3 * (g * x ** 2)'],
    ['sin(x ** 2)', '2 * (g * cos(x ** 2) * x)'],
    ['x ** y', 'y != 0 ? g * (y * x ** (y - 1)) : 0'],
    ['max(x, 0)', 'x < 0 ? 0 : x == 0 ? g / 2 : g'],
    ['x > 0 ? x : 0', 'x > 0 ? g : 0'],
    ['x > 0 ? log(x) : 0', 'x > 0 ? g / x : 0'],
    ['x > 0 ? x : alpha * (exp(x) - 1)', 'x > 0 ? g : g * alpha * exp(x)'],
    ['fmin(fmax(x, -1), 1) + floor(x) - round(x)', 'fmax(x, -1) <= 1 || isnan(1) ? x >= -1 || isnan(-1) ? g : 0 : 0'],
    ['floor(x) + sign(x) + (x > y)', '0'],
    ['0 * x', '0'],
    ['1e-200 * (1e-200 * exp(x))', 'g * 1e-200 * 1e-200 * exp(x)'],
    ['0.5 * (4 * x)', '2 * g'],
  ])('of %s: %s', (source, expected) => {
    const e = parse(source, ['x', 'y', 'alpha'])
    expect(gradient(source)).toBe(formatFormula(parse(expected, ['x', 'y', 'alpha', 'out', 'g'])))
    expect(formatFormula(gradientFormula(e, 'x', 'result', 'upstream'))).toBe(
      gradient(source)
        .replace(/\bout\b/g, 'result')
        .replace(/\bg\b/g, 'upstream'),
    )
  })

  test('an input cannot have the name of the result or of the gradient', () => {
    expect(() => gradientFormula(parse('g * x', ['g', 'x']), 'x')).toThrow('cannot be called "g"')
    expect(() => gradientFormula(parse('out + x', ['out', 'x']), 'x')).toThrow('cannot be called "out"')
  })

  test('the gradient is that of the op, scaled, with `out` its result', () => {
    const random = randomNumbers(3)
    for (const source of [
      'x * tanh(log1p(exp(x)))',
      'exp(-(x - y) ** 2) / (1 + exp(x))',
      'hypot(x, y) * atan2(x, y)',
    ]) {
      const e = parse(source, ['x', 'y'])
      for (const input of ['x', 'y']) {
        const point = { x: 0.2 + random(), y: 0.2 + random() }
        const expected = -2.5 * evaluate(differentiate(e, input), point)
        const actual = evaluate(gradientFormula(e, input), { ...point, g: -2.5, out: evaluate(e, point) })
        expect(Math.abs(actual - expected)).toBeLessThan(1e-14 * Math.abs(expected) + 1e-300)
      }
    }
  })
})

describe('branches that are not taken', () => {
  const at = (source: string, x: number, y = 0) =>
    evaluate(gradientFormula(parse(source, ['x', 'y']), 'x'), {
      x,
      y,
      g: 1,
      out: evaluate(parse(source, ['x', 'y']), { x, y }),
    })

  test.each([
    ['x > 0 ? log(x) : 0', 0, 0],
    ['x > 0 ? sqrt(x) : x', 0, 1],
    ['x > 0 ? exp(log(x) * 2) : 3 * x', 0, 3],
    ['x == 0 ? 1 : sin(x) / x', 0, 0],
    ['x > 0 ? (x > 1 ? log(x - 1) : x) : sqrt(x)', 1, 1],
    ['max(log(x), 5)', 0, 0],
    ['min(sqrt(x), -1)', 0, 0],
    ['fmax(y, sqrt(x - 1))', 1, 0],
    ['pow(sqrt(x), 0)', 0, 0],
    ['y * sqrt(x) > 0 ? y : 2 * x', 0, 2],
  ])('%s at %d has the derivative %d', (source, x, expected) => {
    expect(at(source, x, 1)).toBe(expected)
  })

  test('nothing reaches the second derivative either', () => {
    const second = differentiate(differentiate(parse('x > 0 ? x ** 1.5 + log(x) : x * x', ['x']), 'x'), 'x')
    expect(evaluate(second, { x: 0 })).toBe(2)
  })

  test('ties of max and min share the gradient, and NaN passes it on, as in PyTorch', () => {
    for (const name of ['max', 'min'] as const) {
      const e = call(name, variable('x'), variable('y'))
      const { x, y } = vjp(e, constant(1), ['x', 'y'])
      const gradients = (point: { x: number; y: number }) => [x, y].map((d) => evaluate(d ?? constant(9), point))
      expect(gradients({ x: 2, y: 2 })).toEqual([0.5, 0.5])
      expect(gradients({ x: 1, y: 2 })).toEqual(name === 'max' ? [0, 1] : [1, 0])
      expect(gradients({ x: Number.NaN, y: 2 })).toEqual([1, 1])
    }
  })
})

describe('vjp', () => {
  test('gives every name that was asked for', () => {
    const e = parse('x * y', ['x', 'y'])
    const result = vjp(e, variable('g'), ['x', 'y', 'z'])
    expect(Object.entries(result).map(([name, d]) => `${name}: ${formatFormula(d)}`)).toEqual([
      'x: g * y',
      'y: g * x',
      'z: 0',
    ])
  })

  test('is linear in size: what is shared in the formula is shared in its gradient', () => {
    let e: Expression = variable('x')
    for (let i = 0; i < 50; i++) e = call('sin', call('mul', e, e))
    expect(nodesOf(e, differentiate(e, 'x')).length).toBeLessThan(400)
  })

  test('of random formulas equals finite differences wherever these settle', () => {
    const random = randomNumbers(11)
    let compared = 0
    for (let i = 0; i < 400; i++) {
      const e = randomExpression(random, ['x', 'y'], 3)
      const point = { x: 0.3 + random(), y: 0.3 + random() }
      const f = (shift: number) => evaluate(e, { ...point, x: point.x + shift })
      const [wide, narrow] = [1e-4, 1e-5].map((h) => (f(h) - f(-h)) / (2 * h)) as [number, number]
      if (!(Math.abs(wide - narrow) < 1e-4 * (1 + Math.abs(narrow)) && Math.abs(narrow) < 1e3)) continue
      const derivative = evaluate(differentiate(e, 'x'), point)
      // Roots of what is 0 everywhere have no derivative, and finite differences do not see it.
      if (!Number.isFinite(derivative)) continue
      expect(Math.abs(derivative - narrow) / (1 + Math.abs(narrow)), formatFormula(e)).toBeLessThan(1e-4)
      compared++
    }
    expect(compared).toBeGreaterThan(200)
  })
})
