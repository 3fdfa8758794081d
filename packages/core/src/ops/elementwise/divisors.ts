import { RuntimeError } from '../../errors.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { type Application, choice, type ElementwiseFunction, elementwise } from '../define/elementwise.ts'
import { resultType } from '../define/promotion.ts'

type Pair = [x: Tensor, other: Tensor]
const ofIntegers = (name: string, op: Pick<ElementwiseFunction<Pair>, 'on'>) =>
  choice(name, ['Tensor input', 'Tensor other'], (x: Tensor, other: Tensor): Application => {
    const dtype = resultType(x, other)
    if (dtype.kind !== 'integer') throw new RuntimeError(`"${name}_cpu" not implemented for '${dtype.scalarName}'`)
    return op.on(x, other)
  })

/** The greatest common divisor of whole numbers; never negative. */
export const gcd = ofIntegers('gcd', elementwise('gcd', ['x', 'other'], { forward: 'gcd(x, other)' }))
/** The least common multiple of whole numbers; never negative. */
export const lcm = ofIntegers(
  'lcm',
  elementwise('lcm', ['x', 'other'], {
    gradient: { x: '0', other: '0' },
    forward: 'x == 0 && other == 0 ? 0 : abs(floor_divide(x, gcd(x, other)) * other)',
  }),
)
