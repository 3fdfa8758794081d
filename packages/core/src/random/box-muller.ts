import { F32x4, F64, F64x2, type FunctionBuilder, I32, I32x4, ModuleBuilder } from '../devices/wasm/assembler.ts'
import { hasSimd } from '../devices/wasm/probe.ts'
import { boxMuller32, cephes } from './cephes.ts'

/** Four float32s as float64s: products are exact then, and a sum is rounded to float64 and to float32, as by `fma32`. */
type Wide = readonly [low: F64x2, high: F64x2]

const wide = (x: F32x4): Wide => [x.toF64x2(), x.shuffle(x, [2, 3, 2, 3]).toF64x2()]
const all = (value: number): Wide => [F64x2.const(value), F64x2.const(value)]

function fma([a, b]: Wide, [c, d]: Wide, [e, g]: Wide): F32x4 {
  return a.mul(c).add(e).toF32x4().shuffle(b.mul(d).add(g).toF32x4(), [0, 1, 4, 5])
}

/** A polynomial in `x`, its highest coefficient first, each step a multiplication and addition in one. */
function horner(f: FunctionBuilder, x: Wide, [first = 0, ...others]: readonly number[]): F32x4 {
  return others.reduce<F32x4>(
    (sum, c, i) => f.let(fma(i === 0 ? all(first) : wide(sum), x, all(c))),
    F32x4.const(first),
  )
}

/** `log32` of cephes.ts. */
function log(f: FunctionBuilder, x: F32x4): F32x4 {
  const bits = x.asI32x4()
  const [m, e] = [
    f.let(bits.and(I32x4.const(0x007fffff)).or(I32x4.const(0x3f000000)).asF32x4()),
    f.let(bits.shr(23).sub(126).toF32x4()),
  ]
  const isLow = f.let(m.lt(cephes.sqrtHalf))
  f.set(e, e.sub(isLow.and(F32x4.const(1)).asF32x4()))
  f.set(m, m.add(isLow.and(m).asF32x4()).sub(1))
  const z = f.let(m.mul(m))
  const y = f.let(horner(f, wide(m), cephes.log).mul(m))
  f.set(y, fma(wide(y), wide(z), wide(e.mul(cephes.ln2Low))))
  f.set(y, fma(wide(z), all(-0.5), wide(y)))
  return f.let(fma(wide(e), all(cephes.ln2High), wide(m.add(y))))
}

/** `boxMuller32` of cephes.ts for each 16 of `count` float32s from `at` on. */
function boxMullerModule(): ModuleBuilder {
  const module = new ModuleBuilder()
  module.importMemory()
  const run = module.function<[I32, F64, F64]>([I32, F64, F64], undefined, (f, count, mean, std) => {
    const at = f.let(I32.const(0))
    const end = f.let(count.shl(2))
    const half = f.let(I32.const(0))
    const both = (x: F64x2): Wide => [x, x]
    const [width, middle] = [both(f.let(F64x2.splat(std))), both(f.let(F64x2.splat(mean)))]
    f.while(at.lt(end), () => {
      const radius = f.let(
        log(f, f.let(F32x4.const(1).sub(F32x4.load(at))))
          .mul(-2)
          .sqrt(),
      )
      const theta = f.let(F32x4.load(at, 32).mul(cephes.twoPi))
      const octant = f.let(toWhole(theta.mul(cephes.fourOverPi)).add(1).and(I32x4.const(-2)))
      const turns = wide(f.let(octant.toF32x4()))
      const x = f.let(theta)
      for (const piece of cephes.minusPiOver4) f.set(x, fma(turns, all(piece), wide(x)))
      const z = f.let(x.mul(x))
      const c = f.let(horner(f, wide(z), cephes.cos).mul(z))
      const near1 = f.let(fma(wide(c), wide(z), wide(z.mul(-0.5))).add(1))
      const s = f.let(horner(f, wide(z), cephes.sin).mul(z))
      const near0 = f.let(fma(wide(s), wide(x), wide(x)))
      const isSwapped = f.let(octant.and(I32x4.const(2)).eq(2))
      // The sign bits of both.
      const sinSign = octant.and(I32x4.const(4)).shl(29)
      const cosSign = octant.sub(2).not().and(I32x4.const(4)).shl(29)
      const sin = f.let(isSwapped.select(near1, near0).xor(sinSign))
      const cos = f.let(isSwapped.select(near0, near1).xor(cosSign))
      f.store(at, fma(wide(radius.mul(cos)), width, middle))
      f.store(at, fma(wide(radius.mul(sin)), width, middle), 32)
      // Four of the first eight, the other four, then the next 16.
      f.set(at, at.add(16).add(half.shl(5)))
      f.set(half, half.xor(1))
    })
  })
  module.export('run', run)
  return module
}

/** Whole numbers of what is at least 0 and small, without its fraction. */
const toWhole = (x: F32x4): I32x4 => {
  const [low, high] = wide(x)
  return low.toI32x4().shuffle(high.toI32x4(), [0, 1, 4, 5])
}

/** How many float32s the module's memory holds. */
const room = 2 ** 14

let kernel: { readonly run: (count: number, mean: number, std: number) => void; readonly data: Float32Array } | null =
  null

function compile(): NonNullable<typeof kernel> {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const { exports } = new WebAssembly.Instance(boxMullerModule().compile(), { env: { memory } })
  return { run: exports['run'] as (...args: number[]) => void, data: new Float32Array(memory.buffer) }
}

/** Turns uniform float32 numbers into normal ones, 16 at a time: many of them in WebAssembly. What is left over stays as it is. */
export function boxMullerAll(data: Float32Array, mean: number, std: number): void {
  const count = data.length - (data.length % 16)
  if (!hasSimd || count < 1024) {
    for (let i = 0; i < count; i += 16) boxMuller32(data, i, mean, std)
    return
  }
  kernel ??= compile()
  for (let i = 0; i < count; i += room) {
    const part = data.subarray(i, Math.min(i + room, count))
    kernel.data.set(part)
    kernel.run(part.length, Math.fround(mean), Math.fround(std))
    part.set(kernel.data.subarray(0, part.length))
  }
}
