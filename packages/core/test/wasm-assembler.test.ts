import { describe, expect, it } from 'vitest'
import {
  choose,
  F32,
  F32x4,
  F64,
  F64x2,
  type FunctionBuilder,
  I32,
  I32x4,
  I64,
  ModuleBuilder,
  select,
} from '../src/devices/wasm/assembler.ts'
import { hasRelaxedSimd, hasSimd } from '../src/devices/wasm/probe.ts'

const memory = new WebAssembly.Memory({ initial: 1 })
const floats = new Float32Array(memory.buffer)

/** Compiles what `build` writes and returns the export `run`. */
function compile(
  build: (m: ModuleBuilder) => { readonly index: number },
  relaxed = false,
): (...args: number[]) => number {
  const m = new ModuleBuilder({ relaxed })
  m.importMemory()
  m.export('run', build(m))
  const { exports } = new WebAssembly.Instance(m.compile(), { env: { memory, log: Math.log } })
  const { run } = exports
  if (typeof run !== 'function') throw new Error('no function')
  return (...args) => Number(run(...args))
}

const saxpy = (m: ModuleBuilder) =>
  m.function([I32, F32, I32, I32], undefined, (f, n, a, x, y) => {
    const scale = f.let(F32x4.splat(a))
    const end = f.let(x.add(n.mul(4)))
    f.while(x.lt(end), () => {
      f.store(y, F32x4.load(x).madd(scale, F32x4.load(y)))
      f.set(x, x.add(16))
      f.set(y, y.add(16))
    })
  })

describe('assembler', () => {
  it('runs the example of its documentation, with and without relaxed SIMD', () => {
    expect(hasSimd).toBe(true)
    for (const relaxed of hasRelaxedSimd ? [false, true] : [false]) {
      floats.set([1, 2, 3, 4, 5, 6, 7, 8], 0)
      floats.set([1, 1, 1, 1, 1, 1, 1, 1], 8)
      compile(saxpy, relaxed)(8, 10, 0, 32)
      expect([...floats.subarray(8, 16)]).toEqual([11, 21, 31, 41, 51, 61, 71, 81])
    }
  })

  it('encodes integers of every size', () => {
    for (const value of [0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, -8192, 0x7fffffff, -0x80000000]) {
      expect(compile((m) => m.function([], I32, () => I32.const(value)))()).toBe(value)
    }
    const wide = compile((m) => m.function([], F64, () => I64.const(-(2n ** 62n)).toF64()))
    expect(wide()).toBe(-(2 ** 62))
  })

  it('computes a value that a statement uses twice once', () => {
    const run = compile((m) => {
      const calls = m.global(I32.const(0))
      const next = m.function([], I32, (f) => {
        f.setGlobal(calls, calls.value.add(1))
        return calls.value
      })
      return m.function([], I32, () => {
        const once = next.call()
        return once.mul(10).add(once)
      })
    })
    expect(run()).toBe(11)
    expect(run()).toBe(22)
  })

  it('computes only the chosen side of choose, and again outside what a side computed', () => {
    const run = compile((m) => {
      const divide = m.function([I32], I32, (_, x) => choose(x.eq(0), I32.const(-1), I32.const(100).div(x)))
      return m.function([I32], I32, (_, x) => {
        const square = x.mul(x)
        return choose(x.gt(5), square.add(square), divide.call(x)).add(square)
      })
    })
    expect(run(0)).toBe(-1)
    expect(run(4)).toBe(25 + 16)
    expect(run(6)).toBe(72 + 36)
  })

  it('leaves blocks, counts loops down and nests conditions', () => {
    const firstFactor = compile((m) =>
      m.function([I32], I32, (f, n) => {
        const d = f.let(I32.const(2))
        f.block((found) => {
          f.repeat(() => {
            f.exit(found, n.rem(d).eqz())
            f.set(d, d.add(1))
          }, d.lt(n))
        })
        f.if(
          d.eq(n),
          () => f.if(n.gt(3), () => f.set(d, I32.const(0))),
          () => f.set(d, d.mul(1)),
        )
        return d
      }),
    )
    expect(firstFactor(35)).toBe(5)
    expect(firstFactor(37)).toBe(0)
    expect(firstFactor(3)).toBe(3)
  })

  it('has lanes, masks, shuffles, conversions and partial stores', () => {
    const run = compile((m) =>
      m.function([I32], undefined, (f, p) => {
        const x = f.let(F32x4.load(p))
        const high = x.shuffle(x, [2, 3, 2, 3]).toF64x2().mul(0.5).toF32x4()
        f.store(p, x.lt(0).select(F32x4.const(0), x), 16)
        f.store(p, high.withLane(2, x.lane(1)).withLane(3, select(I32.const(1), F32.const(7), F32.const(8))), 32)
        f.storeLane(p, x, 8, 1, 48)
        f.storeLane(p, x, 4, 3, 56)
        f.storeLane(p, x.gt(2).and(I32x4.const(1)).narrow(), 4, 0, 60)
      }),
    )
    floats.set([-1, 2, 3, 4])
    run(0)
    expect([...floats.subarray(4, 15)]).toEqual([0, 2, 3, 4, 1.5, 2, 2, 7, 3, 4, 4])
    expect([...new Uint8Array(memory.buffer, 60, 4)]).toEqual([0, 0, 1, 1])
  })

  it('calls functions from outside', () => {
    const run = compile((m) => {
      const log = m.importFunction('log', [F64], F64)
      return m.function([F64], F64, (_, x) => log.call(x).mul(2))
    })
    expect(run(10)).toBe(2 * Math.log(10))
  })

  it('refuses to assign an expression', () => {
    const wrong = (f: FunctionBuilder, x: I32) => f.set(x.add(1), x)
    expect(() => compile((m) => m.function([I32], undefined, wrong))).toThrow(
      'set: the first argument is an expression',
    )
  })

  it('keeps every opcode a valid instruction', () => {
    const m = new ModuleBuilder()
    const vectors = m.function([F32x4, F64x2], F32x4, (_, x, y) =>
      x.abs().neg().sqrt().ceil().floor().trunc().nearest().min(x).max(x).pmin(x).pmax(y.toF32x4()).and(x).or(x),
    )
    m.export('run', vectors)
    expect(WebAssembly.validate(m.bytes())).toBe(true)
  })
})
