/** What JavaScript's operators make of a tensor, whose values they never read. */
import { describe, expect, test } from 'vitest'
import * as torch from '../src/index.ts'
import { devices } from './devices.ts'

/** As a program without types has them. */
type Any = never

const numeric: Readonly<Record<string, (x: Any) => unknown>> = {
  'x * 2': (x) => x * 2,
  '2 - x': (x) => 2 - x,
  'x / x': (x) => x / x,
  'x % 2': (x) => x % 2,
  'x ** 2': (x) => x ** 2,
  'x > 0': (x) => x > 0,
  'x <= 1': (x) => x <= 1,
  '+x': (x) => +x,
  '-x': (x) => -x,
  '~x': (x) => ~x,
  'x | 0': (x) => x | 0,
  'x << 1': (x) => x << 1,
  'Math.abs(x)': (x) => Math.abs(x),
  'Number(x)': (x) => Number(x),
  'isNaN(x)': (x) => Number.isNaN(Math.max(x, 0)),
  '[0].fill(x)': (x) => new Float32Array(1).fill(x),
  'BigInt.asIntN(x, 1n)': (x) => BigInt.asIntN(x, 1n),
}

for (const { name, type, use } of devices) {
  describe(`operators on ${name}`, () => {
    use()
    const some = () => [torch.tensor(3), torch.tensor([1, 2]), torch.zeros(2, 0)].map((x) => x.to(type))

    test.each(Object.entries(numeric))('%s says what to write', (_, run) => {
      use()
      for (const x of some()) {
        const shape = `a Tensor of shape [${x.shape.join(', ')}] is not a number: write x.mul(2) for x * 2`
        expect(() => run(x as Any)).toThrow(TypeError)
        expect(() => run(x as Any)).toThrow(shape)
      }
    })

    test('text is the text of the tensor', () => {
      use()
      for (const x of some()) {
        const text = x.toString()
        // oxlint-disable-next-line typescript/restrict-template-expressions -- what is tested
        expect([`in ${x as Any}`, String(x), 'loss ' + x, (x as Any) + 1]).toEqual([
          `in ${text}`,
          text,
          `loss ${text}`,
          `${text}1`,
        ])
        expect([x].join()).toBe(text)
      }
    })
  })
}
