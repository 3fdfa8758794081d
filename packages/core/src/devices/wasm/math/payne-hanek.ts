import { F32, type F32x4, F64, type FunctionHandle, I32, I64, type ModuleBuilder, select } from '../assembler.ts'
import * as coefficients from './coefficients.ts'
import { perLane } from './wide.ts'

/** The first 224 bits of 2/π, 32 at a time, after those before the point. */
const twoOverPi = [0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab]

/** Word number `first + index` of 2/π, for 0 ≤ first ≤ 4. */
function word(first: I32, index: number): I64 {
  const candidates = twoOverPi.slice(index, index + 5).map((bits) => I64.const(bits))
  return candidates.reduceRight((later, candidate, i) => select(first.eq(i), candidate, later))
}

/**
 * The sine of x and some quarter turns for finite |x| ≥ 2²⁰, one at a time. x = M 2ᵉ with an integer M, so of 2/π only the
 * bits from number e - 2 on matter: those before give whole turns. 96 of them times M, modulo whole turns, leave 64 bits of
 * the angle (M. Payne and R. Hanek, Radian reduction for trigonometric functions, 1983).
 */
function build(m: ModuleBuilder): FunctionHandle<[F32, I32], F64> {
  return m.function([F32, I32], F64, (f, x, quarters) => {
    const bits = f.let(x.asI32())
    const mantissa = f.let(bits.and(0x7fffff).or(0x800000).extend())
    const start = f.let(
      bits
        .shr(23)
        .and(255)
        .sub(150 + 2 - 32),
    )
    const first = f.let(start.shr(5))
    const shift = start.and(31).extend()
    const words = [0, 1, 2, 3].map((index) => f.let(word(first, index)))
    const chunk = (index: number): I64 => {
      const [a = I64.const(0), b = I64.const(0)] = words.slice(index)
      return a.shl(32).or(b).shl(shift).shr(32)
    }
    // A turn is 2⁶⁴, so that products may overflow.
    const turns = chunk(0).mul(mantissa).shl(32).add(chunk(1).mul(mantissa)).add(chunk(2).mul(mantissa).shr(32))
    const angle = f.let(turns)
    const n = f.let(angle.add(2 ** 61).shr(62))
    const r = f.let(
      angle
        .sub(n.shl(62))
        .toF64()
        .mul(Math.PI / 2 ** 63),
    )
    const square = f.let(r.mul(r))
    const negative = bits.shr(31)
    // The reduction is of |x|: for negative x both n and r change their signs.
    const signed = f.let(select(negative, n.mul(-1), n).add(quarters.extend()))
    const sine = scalarPolynomial(square, coefficients.sin).mul(select(negative, r.neg(), r))
    const value = f.let(select(signed.and(1).wrap(), scalarPolynomial(square, coefficients.cos), sine))
    return select(signed.and(2).wrap(), value.neg(), value)
  })
}

function scalarPolynomial(x: F64, constants: readonly number[]): F64 {
  return constants.reduceRight((sum, c) => sum.mul(x).add(c), F64.const(0))
}

const built = new WeakMap<ModuleBuilder, FunctionHandle<[F32, I32], F64>>()

function sineFunction(m: ModuleBuilder): FunctionHandle<[F32, I32], F64> {
  const sine = built.get(m) ?? build(m)
  built.set(m, sine)
  return sine
}

/** The sines of four numbers and some quarter turns, exact in the angle. Lanes below 2²⁰ or not finite are undefined. */
export function sineOfHuge(m: ModuleBuilder, x: F32x4, quarters: number): F32x4 {
  const sine = sineFunction(m)
  return perLane((value) => sine.call(value, I32.const(quarters)).toF32(), x)
}

/** The tangents, as sineOfHuge. */
export function tangentOfHuge(m: ModuleBuilder, x: F32x4): F32x4 {
  const sine = sineFunction(m)
  return perLane(
    (value) =>
      sine
        .call(value, I32.const(0))
        .div(sine.call(value, I32.const(1)))
        .toF32(),
    x,
  )
}
