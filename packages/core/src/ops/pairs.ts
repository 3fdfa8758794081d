import type { DType } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { broadcastShapes } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { fromValues } from './creation.ts'
import { leader } from './define/operands.ts'
import { result_type } from './define/promotion.ts'

/** Combines two elements at a time on the host: for what no formula says. Nothing is recorded. */
function pairwise(
  name: string,
  kind: DType['kind'],
  x: Tensor,
  other: Tensor,
  combine: (a: number, b: number, dtype: DType) => number,
): Tensor {
  const { device } = leader(name, [x, other])
  const dtype = result_type(x, other)
  if (dtype.kind !== kind) throw new RuntimeError(`"${name}_cpu" not implemented for '${dtype.scalarName}'`)
  const shape = broadcastShapes(x.shape, other.shape)
  const read = (y: Tensor): ArrayLike<number> => y.detach().to(dtype).expand(shape).to_typed_array()
  const right = read(other)
  const values = Float64Array.from(read(x), (a, i) => combine(a, right[i] as number, dtype))
  return fromValues(values, shape, dtype, device)
}

/** The greatest common divisor of whole numbers; never negative. */
export const gcd = (x: Tensor, other: Tensor): Tensor => pairwise('gcd', 'integer', x, other, commonDivisor)
/** The least common multiple of whole numbers; never negative. */
export const lcm = (x: Tensor, other: Tensor): Tensor =>
  pairwise('lcm', 'integer', x, other, (a, b) => (a === 0 && b === 0 ? 0 : Math.abs((a / commonDivisor(a, b)) * b)))

function commonDivisor(a: number, b: number): number {
  let [larger, rest] = [Math.abs(a), Math.abs(b)]
  while (rest !== 0) [larger, rest] = [rest, larger % rest]
  return larger
}

/** The next floating point number after `x` in the direction of `other`. */
export const nextafter = (x: Tensor, other: Tensor): Tensor =>
  pairwise('nextafter', 'floating', x, other, (a, b, dtype) => {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN
    if (a === b) return b
    const step = b > a === a > 0 ? 1 : -1
    return a === 0 ? Math.sign(b) * neighbour(0, 1, dtype) : neighbour(a, step, dtype)
  })

/** The number `step` further from 0. The numbers of one sign are in the order of their bits. */
function neighbour(value: number, step: 1 | -1, dtype: DType): number {
  const cell = dtype.array(1)
  cell[0] = value
  const view = new DataView(cell.buffer)
  const [low, high] = littleEndian ? [0, cell.byteLength - 4] : [cell.byteLength - 4, 0]
  const carries = step > 0 ? 0xffffffff : 0
  const word = view.getUint32(low, littleEndian)
  if (cell.byteLength === 8 && word === carries)
    view.setUint32(high, view.getUint32(high, littleEndian) + step, littleEndian)
  view.setUint32(low, word + step, littleEndian)
  return cell[0]
}
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1
