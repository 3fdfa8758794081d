import { type DType, float32, largestFloat32, type TypedArray } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { fillUniform32 } from './blocks.ts'
import { plain, requireFloating } from './checks.ts'
import { fma64 } from './fma.ts'
import type { Generator } from './generator.ts'

/** The next float64 of [0, 1): 53 of 64 random bits. */
export function uniform53(generator: Generator): number {
  return generator.random53() * 2 ** -53
}

/** Fills `out` with numbers of [from, to), each equally likely, as `uniform_`. */
export function fillUniform(out: TypedArray, dtype: DType, from: number, to: number, generator: Generator): void {
  requireFloating('check_uniform_bounds', dtype)
  const max = dtype === float32 ? largestFloat32 : Number.MAX_VALUE
  for (const [name, bound] of [['from', from] as const, ['to', to] as const]) {
    if (!(Math.abs(bound) <= max)) {
      throw new RuntimeError(`${name} is out of bounds for ${dtype.scalarName.toLowerCase()}`)
    }
  }
  if (from > to) {
    throw new RuntimeError(
      `uniform_ expects to return a [from, to) range, but found from=${plain(from)} > to=${plain(to)}`,
    )
  }
  if (to - from > max) {
    throw new RuntimeError(
      `uniform_ expects to-from <= std::numeric_limits<${dtype.scalarName}>::max(), but found to=${plain(to)} and ` +
        `from=${plain(from)} which result in to-from to exceed the limit`,
    )
  }
  if (dtype === float32) {
    const start = Math.fround(from)
    const width = Math.fround(Math.fround(to) - start)
    fillUniform32(out as Float32Array, start, width, generator)
  } else {
    const width = to - from
    for (let i = 0; i < out.length; i++) out[i] = fma64(uniform53(generator), width, from)
  }
}
