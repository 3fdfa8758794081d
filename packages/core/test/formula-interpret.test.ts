/** Where code must not be made from text, printed code is interpreted, and does what it does when it is compiled. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { registerDevice } from '../src/devices/device.ts'
import { js } from '../src/devices/js/index.ts'
import { compileJavaScript, printJavaScript } from '../src/formula/index.ts'
import * as torch from '../src/index.ts'
import { randomExpression, randomNumbers } from './formula-random.ts'

/** As in a page whose content security policy lacks 'unsafe-eval'. */
function forbid(): void {
  vi.stubGlobal('Function', function refuse() {
    throw new EvalError('Evaluating a string as JavaScript violates the Content Security Policy')
  })
}

afterEach(() => void vi.unstubAllGlobals())

test('other errors than that of the policy stay', () => {
  expect(() => compileJavaScript('return (')).toThrow(SyntaxError)
  forbid()
  expect(() => compileJavaScript('return (')).toThrow('this is a bug')
})

test.each(['double', 'single', 'integer'] as const)('random formulas give the same numbers (%s)', (numbers) => {
  const random = randomNumbers(5)
  for (let i = 0; i < 300; i++) {
    const formula = randomExpression(random, ['x', 'y'], 5)
    const { statements, results } = printJavaScript([formula], { x: '$x', y: '$y' }, { numbers })
    const code = `return ($x, $y) => {\n${[...statements, `return ${results.join()}`].join('\n')}\n}`
    const compiled = compileJavaScript(code) as (x: number, y: number) => number
    forbid()
    const interpreted = compileJavaScript(code) as (x: number, y: number) => number
    vi.unstubAllGlobals()
    for (const [x, y] of [
      [1, 2],
      [-0.5, 3],
      [0, -1],
      [7, 7],
    ] as const) {
      expect(interpreted(x, y), code).toBe(compiled(x, y))
    }
  }
})

describe('kernels', () => {
  const x = (): torch.Tensor =>
    torch.tensor(
      [
        [1, 2, -3],
        [4, 0, 6],
      ],
      { requires_grad: true },
    )
  const cases: Readonly<Record<string, readonly [() => torch.Tensor, unknown]>> = {
    'a formula': [
      () => x().mul(2).add(1).relu(),
      [
        [3, 5, 0],
        [9, 1, 13],
      ],
    ],
    'a formula of views': [
      () =>
        x()
          .t()
          .add(torch.tensor([10, 20])),
      [
        [11, 24],
        [12, 20],
        [7, 26],
      ],
    ],
    'a comparison': [
      () => x().gt(1),
      [
        [false, true, false],
        [true, false, true],
      ],
    ],
    'whole numbers': [() => torch.arange(4).mul(3).sub(1), [-1, 2, 5, 8]],
    'a number': [() => torch.tensor(3).pow(2).add(1), 10],
    'a sum': [() => x().sum(), 10],
    'sums of columns': [() => x().sum(0), [5, 2, 3]],
    'a maximum': [() => x().amax(1), [2, 6]],
    rows: [
      () => torch.zeros(2, 4).softmax(1),
      [
        [0.25, 0.25, 0.25, 0.25],
        [0.25, 0.25, 0.25, 0.25],
      ],
    ],
    'a scan': [
      () => x().cumsum(1),
      [
        [1, 3, 0],
        [4, 4, 10],
      ],
    ],
    'a product': [() => x().matmul(torch.ones(3, 1)), [[0], [10]]],
  }

  test.each(Object.entries(cases))('%s', (_, [run, expected]) => {
    registerDevice(js)
    forbid()
    expect(run().tolist()).toEqual(expected)
  })

  test('gradients, and a step of an optimizer', () => {
    registerDevice(js)
    forbid()
    const w = torch.tensor([1, -2], { requires_grad: true })
    w.pow(2).sum().backward()
    expect(w.grad?.tolist()).toEqual([2, -4])
    torch.update('interpreted', { writes: { p: 'p - lr * g' }, reads: ['g'], parameters: ['lr'] })({
      p: w,
      g: w.grad as torch.Tensor,
      lr: 0.25,
    })
    expect(w.tolist()).toEqual([0.5, -1])
  })
})
