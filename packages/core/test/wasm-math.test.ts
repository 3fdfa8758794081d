import { describe, expect, it } from 'vitest'
import { F32x4, I32, ModuleBuilder } from '../src/devices/wasm/assembler.ts'
import { onePlusErf } from '../src/devices/wasm/math/error.ts'
import { binary, unary } from '../src/devices/wasm/math/index.ts'
import { hasRelaxedSimd } from '../src/devices/wasm/probe.ts'
import { type FunctionName, functionOf } from '../src/formula/functions.ts'

/**
 * The largest errors in units in the last place of float32, found on four million values of each function. What is not here
 * is computed in float64 or correctly rounded: 0.51.
 */
const bounds: { readonly [name: string]: number } = {
  exp: 1.2,
  log: 0.9,
  tanh: 1.4,
  sigmoid: 1.5,
  erf: 1.2,
  erfinv: 0.7,
}
const boundOf = (name: string): number => bounds[name] ?? 0.51

const floatOf = new Float32Array(1)
const bitsOf = new Int32Array(floatOf.buffer)

function fromBits(bits: number): number {
  bitsOf[0] = bits
  return floatOf[0] ?? 0
}

/** Every exponent of float32 with several mantissas, both signs, and the edges. */
function sweep(mantissas: number): Float32Array {
  const values = [0, Infinity, NaN, 1, 0.5, 2, 3, 10, 100, 1000, 88.72283, 88.72284, -103.97208]
  let state = 12345
  for (let exponent = 0; exponent < 255; exponent++) {
    const patterns = [0, 1, 0x7fffff]
    for (let i = 3; i < mantissas; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0
      patterns.push(state >>> 9)
    }
    for (const mantissa of patterns) {
      values.push(fromBits((exponent << 23) | mantissa))
    }
  }
  // The floats around the multiples of π/4, where sines and tangents vanish or explode.
  for (let k = 1; k < 2 ** 23; k = Math.ceil(k * 1.05)) {
    floatOf[0] = (k * Math.PI) / 4
    const bits = bitsOf[0] ?? 0
    values.push(fromBits(bits - 1), fromBits(bits), fromBits(bits + 1))
  }
  // Neighbours go through a kernel together, so that its shorter paths for ordinary vectors are taken too.
  while (values.length % 4 !== 0) values.push(1)
  return Float32Array.from([...values, ...values.map((value) => (value === value ? -value : 1))])
}

/** Runs one function of the table over arrays, through a module of its own. */
function evaluate(
  f: (m: ModuleBuilder, a: F32x4, b: F32x4) => F32x4,
  a: Float32Array,
  b: Float32Array,
  relaxed: boolean,
): Float32Array {
  const bytes = a.byteLength
  const memory = new WebAssembly.Memory({ initial: Math.ceil((3 * bytes) / 65536) })
  const m = new ModuleBuilder({ relaxed })
  m.importMemory()
  const run = m.function([I32], undefined, (k, end) => {
    const i = k.let(I32.const(0))
    k.while(i.lt(end), () => {
      k.store(i, f(m, F32x4.load(i), F32x4.load(i, bytes)), 2 * bytes)
      k.set(i, i.add(16))
    })
  })
  m.export('run', run)
  new Float32Array(memory.buffer).set(a)
  new Float32Array(memory.buffer, bytes).set(b)
  const { exports } = new WebAssembly.Instance(m.compile(), { env: { memory } })
  if (typeof exports.run !== 'function') throw new Error('no function')
  exports.run(bytes)
  return new Float32Array(memory.buffer, 2 * bytes, a.length)
}

/** The order of a float among all floats: neighbours differ by one. */
function rank(value: number): number {
  floatOf[0] = value
  const bits = bitsOf[0] ?? 0
  return bits < 0 ? -(bits & 0x7fffffff) : bits
}

/** How far a result is from the exact value, in units in the last place; infinite where NaN or the sign of zero is wrong. */
function ulps(result: number, exact: number): number {
  const rounded = Math.fround(exact)
  if (Object.is(result, rounded)) {
    if (!Number.isFinite(rounded)) return 0
  } else if (Number.isNaN(result) || Number.isNaN(rounded)) return Infinity
  else if (result === 0 && rounded === 0) return Infinity
  else if (!Number.isFinite(result) || !Number.isFinite(rounded)) return Math.abs(rank(result) - rank(rounded))
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(exact))), -126)
  return Math.abs(result - exact) / 2 ** (exponent - 23)
}

const modes = hasRelaxedSimd ? [false, true] : [false]

describe.each(modes)('WASM mathematics, relaxed: %s', (relaxed) => {
  const x = sweep(16)
  it.each(Object.entries(unary))('%s', (name, f) => {
    const exact = functionOf(name as FunctionName).value
    const result = evaluate(f, x, x, relaxed)
    let worst = { ulps: 0, x: 0, result: 0, exact: 0 }
    for (const [i, value] of x.entries()) {
      const distance = ulps(result[i] ?? 0, exact(value, 0, 0))
      if (distance > worst.ulps) worst = { ulps: distance, x: value, result: result[i] ?? 0, exact: exact(value, 0, 0) }
    }
    expect(worst.ulps, JSON.stringify(worst)).toBeLessThanOrEqual(boundOf(name))
  })
  it('1 + erf, to 2^-22', () => {
    const result = evaluate((_, value) => onePlusErf(value), x, x, relaxed)
    const exact = functionOf('erf').value
    const wrong = Array.from(x, (value, i) => [value, result[i] ?? 0, 1 + exact(value, 0, 0)] as const).filter(
      ([, found, wanted]) => !(Math.abs(found - wanted) <= 2 ** -22) && !(Number.isNaN(found) && Number.isNaN(wanted)),
    )
    expect(wrong).toEqual([])
  })
  it.each(Object.entries(binary))('%s', (name, f) => {
    const base = sweep(4)
    const n = base.length
    let worst = { ulps: 0, a: 0, b: 0, result: 0, exact: 0 }
    const exact = functionOf(name as FunctionName).value
    for (let step = 1; step < n; step += Math.ceil(n / 61)) {
      const b = base.map((_, i) => base[(i * step + step) % n] ?? 0)
      const result = evaluate(f, base, b, relaxed)
      for (let i = 0; i < n; i++) {
        const [p = 0, q = 0] = [base[i], b[i]]
        const distance = ulps(result[i] ?? 0, exact(p, q, 0))
        if (distance > worst.ulps) worst = { ulps: distance, a: p, b: q, result: result[i] ?? 0, exact: exact(p, q, 0) }
      }
    }
    expect(worst.ulps, JSON.stringify(worst)).toBeLessThanOrEqual(boundOf(name))
  })
})
