/**
 * Typed WebAssembly expressions. A value is a tree of instructions that says how to compute something; it emits nothing
 * until a statement of a `FunctionBuilder` uses it (see assembler.ts). The methods of a value are the instructions of its
 * type (see opcodes.ts); a number among their arguments is a constant, in all lanes of a vector: `x.mul(x).add(1)`.
 */
import { float32Bytes, float64Bytes, int32Bytes, int64Bytes, signed, signed64 } from './encoding.ts'
import { access, accessLane, make, type Node, relaxed, simd, type Type, Value } from './node.ts'
import * as opcodes from './opcodes.ts'

/** `condition ? a : b` where only the chosen side is computed. */
export function choose<V extends Value<V>>(condition: I32, a: V, b: V): V {
  return new a.type({ type: a.type.byte, code: [], operands: [condition.node], branches: [a.node, b.node] })
}

/** `condition ? a : b` where both sides are computed: no jump. */
export function select<V extends Value<V>>(condition: I32, a: V, b: V): V {
  return make(a.type, [0x1c, 1, a.type.byte], a, b, condition)
}

// -------------------------------------------------------------------------------------------------- scalars

/** A 32-bit integer: a number, a size, an address, a condition. */
export class I32 extends Value<I32> {
  static readonly byte = 0x7f
  static readonly storing = [[0x36], 2] as const
  get type(): Type<I32> {
    return I32
  }
  static const(value: number): I32 {
    return make(I32, [0x41, ...signed(value | 0)])
  }
  static load(address: I32, offset = 0): I32 {
    return access(I32, [0x28], 2, offset, address)
  }
  /** One byte, as 0 to 255. */
  static load8(address: I32, offset = 0): I32 {
    return access(I32, [0x2d], 0, offset, address)
  }
  extend(): I64 {
    return make(I64, [0xad], this)
  }
  asF32(): F32 {
    return make(F32, [0xbe], this)
  }
  toF64(): F64 {
    return make(F64, [0xb7], this)
  }
}

/** A 64-bit integer. */
export class I64 extends Value<I64> {
  static readonly byte = 0x7e
  static readonly storing = [[0x37], 3] as const
  get type(): Type<I64> {
    return I64
  }
  static const(value: number | bigint): I64 {
    return make(I64, [0x42, ...signed64(BigInt.asIntN(64, BigInt(value)))])
  }
  static load(address: I32, offset = 0): I64 {
    return access(I64, [0x29], 3, offset, address)
  }
  /** The low 32 bits. */
  wrap(): I32 {
    return make(I32, [0xa7], this)
  }
  asF64(): F64 {
    return make(F64, [0xbf], this)
  }
  /** As a signed number. */
  toF64(): F64 {
    return make(F64, [0xb9], this)
  }
}

/** A 32-bit float. */
export class F32 extends Value<F32> {
  static readonly byte = 0x7d
  static readonly storing = [[0x38], 2] as const
  get type(): Type<F32> {
    return F32
  }
  static const(value: number): F32 {
    return make(F32, [0x43, ...float32Bytes(value)])
  }
  static load(address: I32, offset = 0): F32 {
    return access(F32, [0x2a], 2, offset, address)
  }
  asI32(): I32 {
    return make(I32, [0xbc], this)
  }
  toF64(): F64 {
    return make(F64, [0xbb], this)
  }
}

/** A 64-bit float. */
export class F64 extends Value<F64> {
  static readonly byte = 0x7c
  static readonly storing = [[0x39], 3] as const
  get type(): Type<F64> {
    return F64
  }
  static const(value: number): F64 {
    return make(F64, [0x44, ...float64Bytes(value)])
  }
  static load(address: I32, offset = 0): F64 {
    return access(F64, [0x2b], 3, offset, address)
  }
  asI64(): I64 {
    return make(I64, [0xbd], this)
  }
  toF32(): F32 {
    return make(F32, [0xb6], this)
  }
  /** Rounded towards zero, saturating, NaN to 0. */
  toI32(): I32 {
    return make(I32, [0xfc, 2], this)
  }
}

// -------------------------------------------------------------------------------------------------- vectors

/** What all 128-bit vectors share. */
export abstract class Vector<Self> extends Value<Self> {
  static readonly byte = 0x7b
  static readonly storing = [simd(0x0b), 4] as const

  not(): Self {
    return make(this.type, simd(0x4d), this)
  }
  /** 1 where any bit is set. */
  anyTrue(): I32 {
    return make(I32, simd(0x53), this)
  }
  /** `this` as a mask: the bits of `a` where it is set, of `b` elsewhere. */
  select<V extends Vector<V>>(a: V, b: V): V {
    return make(a.type, simd(0x52), a, b, this)
  }
  /** Bytes 0 to 15 are of `this`, 16 to 31 of `b`. */
  shuffleBytes(b: Vector<unknown>, bytes: readonly number[]): Self {
    return make(this.type, [...simd(0x0d), ...bytes], this, b)
  }
  /** 32-bit lanes: 0 to 3 are of `this`, 4 to 7 of `b`. */
  shuffle(b: Vector<unknown>, lanes: readonly number[]): Self {
    return this.shuffleBytes(
      b,
      lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]),
    )
  }
  asF32x4(): F32x4 {
    return new F32x4(this.node)
  }
  asI32x4(): I32x4 {
    return new I32x4(this.node)
  }
  asF64x2(): F64x2 {
    return new F64x2(this.node)
  }
  asI64x2(): I64x2 {
    return new I64x2(this.node)
  }
}

/** Four 32-bit floats. */
export class F32x4 extends Vector<F32x4> {
  get type(): Type<F32x4> {
    return F32x4
  }
  static const(value: number): F32x4 {
    return new F32x4(constant(float32Bytes(value)))
  }
  static splat(value: F32): F32x4 {
    return make(F32x4, simd(0x13), value)
  }
  static load(address: I32, offset = 0): F32x4 {
    return access(F32x4, simd(0x00), 0, offset, address)
  }
  /** One float, in all lanes. */
  static loadSplat(address: I32, offset = 0): F32x4 {
    return access(F32x4, simd(0x09), 2, offset, address)
  }
  /** One float in lane 0, zeros in the others. */
  static loadOne(address: I32, offset = 0): F32x4 {
    return access(F32x4, simd(0x5c), 2, offset, address)
  }
  /** `this` with the float at an address in one lane. */
  loadLane(address: I32, lane: number, offset = 0): F32x4 {
    return accessLane(F32x4, 0x56, 2, offset, lane, address, this)
  }
  lane(lane: number): F32 {
    return make(F32, [...simd(0x1f), lane], this)
  }
  withLane(lane: number, value: F32): F32x4 {
    return make(F32x4, [...simd(0x20), lane], this, value)
  }
  /** `this * b + c`, in one rounding where the module has relaxed SIMD and the machine the instruction. */
  madd(b: F32x4 | number, c: F32x4 | number): F32x4 {
    const [factor, term] = [lift(F32x4, b), lift(F32x4, c)]
    return relaxed(F32x4, 0x105, [this, factor, term], this.mul(factor).add(term))
  }
  /** `c - this * b`, as `madd`. */
  nmadd(b: F32x4 | number, c: F32x4 | number): F32x4 {
    const [factor, term] = [lift(F32x4, b), lift(F32x4, c)]
    return relaxed(F32x4, 0x106, [this, factor, term], term.sub(this.mul(factor)))
  }
  /** Rounded towards zero, saturating, NaN to 0. */
  toI32x4(): I32x4 {
    return make(I32x4, simd(0xf8), this)
  }
  /** Lanes 0 and 1. */
  toF64x2(): F64x2 {
    return make(F64x2, simd(0x5f), this)
  }
}

/** Two 64-bit floats. */
export class F64x2 extends Vector<F64x2> {
  get type(): Type<F64x2> {
    return F64x2
  }
  static const(value: number): F64x2 {
    return new F64x2(constant(float64Bytes(value)))
  }
  static splat(value: F64): F64x2 {
    return make(F64x2, simd(0x14), value)
  }
  static load(address: I32, offset = 0): F64x2 {
    return access(F64x2, simd(0x00), 0, offset, address)
  }
  lane(lane: number): F64 {
    return make(F64, [...simd(0x21), lane], this)
  }
  /** `this * b + c`, as that of `F32x4`. */
  madd(b: F64x2 | number, c: F64x2 | number): F64x2 {
    const [factor, term] = [lift(F64x2, b), lift(F64x2, c)]
    return relaxed(F64x2, 0x107, [this, factor, term], this.mul(factor).add(term))
  }
  /** `c - this * b`, as `madd`. */
  nmadd(b: F64x2 | number, c: F64x2 | number): F64x2 {
    const [factor, term] = [lift(F64x2, b), lift(F64x2, c)]
    return relaxed(F64x2, 0x108, [this, factor, term], term.sub(this.mul(factor)))
  }
  /** Lanes 0 and 1, zeros in 2 and 3. */
  toF32x4(): F32x4 {
    return make(F32x4, simd(0x5e), this)
  }
  /** Lanes 0 and 1 rounded towards zero, saturating, zeros in 2 and 3. */
  toI32x4(): I32x4 {
    return make(I32x4, simd(0xfc), this)
  }
}

/** Four 32-bit integers, or a mask of four lanes. */
export class I32x4 extends Vector<I32x4> {
  get type(): Type<I32x4> {
    return I32x4
  }
  static const(value: number): I32x4 {
    return new I32x4(constant(int32Bytes(value)))
  }
  /** A constant of four different lanes. */
  static lanes(...lanes: readonly [number, number, number, number]): I32x4 {
    return make(I32x4, [...simd(0x0c), ...lanes.flatMap(int32Bytes)])
  }
  static splat(value: I32): I32x4 {
    return make(I32x4, simd(0x11), value)
  }
  static load(address: I32, offset = 0): I32x4 {
    return access(I32x4, simd(0x00), 0, offset, address)
  }
  /** Four bytes, each as 0 to 255. */
  static load8(address: I32, offset = 0): I32x4 {
    const bytes = access(I32x4, simd(0x5c), 2, offset, address)
    return make(I32x4, simd(0xa9), make(I32x4, simd(0x89), bytes))
  }
  /** One byte as 0 to 255, in all lanes. */
  static loadSplat8(address: I32, offset = 0): I32x4 {
    return I32x4.splat(I32.load8(address, offset))
  }
  lane(lane: number): I32 {
    return make(I32, [...simd(0x1b), lane], this)
  }
  withLane(lane: number, value: I32): I32x4 {
    return make(I32x4, [...simd(0x1c), lane], this, value)
  }
  /** 1 where every lane has a bit set. */
  allTrue(): I32 {
    return make(I32, simd(0xa3), this)
  }
  /** The top bits of the lanes, lane 0 lowest. */
  bitmask(): I32 {
    return make(I32, simd(0xa4), this)
  }
  /** The lanes as bytes 0 to 3 of a vector, saturating at 0 and 255. */
  narrow(): I32x4 {
    const words = make(I32x4, simd(0x86), this, this)
    return make(I32x4, simd(0x66), words, words)
  }
  toF32x4(): F32x4 {
    return make(F32x4, simd(0xfa), this)
  }
  /** Lanes 0 and 1. */
  toF64x2(): F64x2 {
    return make(F64x2, simd(0xfe), this)
  }
  /** Lanes 0 and 1, with their sign. */
  toI64x2(): I64x2 {
    return make(I64x2, simd(0xc7), this)
  }
}

/** Two 64-bit integers, or a mask of two lanes. */
export class I64x2 extends Vector<I64x2> {
  get type(): Type<I64x2> {
    return I64x2
  }
  static const(value: number | bigint): I64x2 {
    return new I64x2(constant(int64Bytes(BigInt.asIntN(64, BigInt(value)))))
  }
  static splat(value: I64): I64x2 {
    return make(I64x2, simd(0x12), value)
  }
  lane(lane: number): I64 {
    return make(I64, [...simd(0x1d), lane], this)
  }
}

/** All lanes the same bytes. Zeros and ones are cheaper made than kept. */
function constant(lane: readonly number[]): Node {
  const bytes = Array.from({ length: 16 }, (_, i) => lane[i % lane.length] ?? 0)
  const cheap = bytes.every((byte) => byte === 0) || bytes.every((byte) => byte === 255)
  return { type: Vector.byte, code: [...simd(0x0c), ...bytes], operands: [], constant: !cheap }
}

/** A number as a constant of a type. */
function lift<V>(type: Type<V> & { const(value: number): V }, value: V | number): V {
  return typeof value === 'number' ? type.const(value) : value
}

// ------------------------------------------------------------------------ the instructions of opcodes.ts as methods

type Methods<Table, Signature> = { [Name in keyof Table]: Signature }
type Unary<Table, V> = Methods<Table, () => V>
type Binary<Table, V, R = V> = Methods<Table, (b: V | number) => R>
type Bitwise<V> = Methods<typeof opcodes.v128.binary, (b: Vector<unknown>) => V>
type Shift<Table, V> = Methods<Table, (count: I32 | number) => V>

export interface I32 extends Unary<typeof opcodes.i32.unary, I32>, Binary<typeof opcodes.i32.binary, I32> {}
export interface I64 extends Unary<typeof opcodes.i64.unary, I64>, Binary<typeof opcodes.i64.binary, I64> {}
export interface I64 extends Binary<typeof opcodes.i64.compare, I64, I32> {}
export interface F32 extends Unary<typeof opcodes.f32.unary, F32>, Binary<typeof opcodes.f32.binary, F32> {}
export interface F32 extends Binary<typeof opcodes.f32.compare, F32, I32> {}
export interface F64 extends Unary<typeof opcodes.f64.unary, F64>, Binary<typeof opcodes.f64.binary, F64> {}
export interface F64 extends Binary<typeof opcodes.f64.compare, F64, I32> {}
export interface Vector<Self> extends Bitwise<Self> {}
export interface F32x4 extends Unary<typeof opcodes.f32x4.unary, F32x4>, Binary<typeof opcodes.f32x4.binary, F32x4> {}
export interface F32x4 extends Binary<typeof opcodes.f32x4.compare, F32x4, I32x4> {}
export interface F64x2 extends Unary<typeof opcodes.f64x2.unary, F64x2>, Binary<typeof opcodes.f64x2.binary, F64x2> {}
export interface F64x2 extends Binary<typeof opcodes.f64x2.compare, F64x2, I64x2> {}
export interface I32x4 extends Unary<typeof opcodes.i32x4.unary, I32x4>, Binary<typeof opcodes.i32x4.binary, I32x4> {}
export interface I32x4 extends Binary<typeof opcodes.i32x4.compare, I32x4>, Shift<typeof opcodes.i32x4.shift, I32x4> {}
export interface I64x2 extends Unary<typeof opcodes.i64x2.unary, I64x2>, Binary<typeof opcodes.i64x2.binary, I64x2> {}
export interface I64x2 extends Binary<typeof opcodes.i64x2.compare, I64x2>, Shift<typeof opcodes.i64x2.shift, I64x2> {}

interface Instructions {
  readonly unary?: Record<string, number>
  readonly binary?: Record<string, number>
  readonly compare?: Record<string, number>
  readonly shift?: Record<string, number>
}

function install<V extends Value<V>, Mask>(
  type: Type<V> & { const(value: number): V },
  mask: Type<Mask>,
  { unary = {}, binary = {}, compare = {}, shift = {} }: Instructions,
): void {
  const code = (opcode: number): readonly number[] => (type.byte === Vector.byte ? simd(opcode) : [opcode])
  function method(name: string, value: (this: V, b: V | number) => unknown): void {
    Reflect.set(type.prototype, name, value)
  }
  for (const [name, opcode] of Object.entries(unary)) {
    method(name, function () {
      return make(type, code(opcode), this)
    })
  }
  for (const [name, opcode] of Object.entries(binary)) {
    method(name, function (b) {
      return make(type, code(opcode), this, lift(type, b))
    })
  }
  for (const [name, opcode] of Object.entries(compare)) {
    method(name, function (b) {
      return make(mask, code(opcode), this, lift(type, b))
    })
  }
  for (const [name, value] of Object.entries(shift)) {
    Reflect.set(type.prototype, name, function (this: V, count: I32 | number) {
      return make(type, simd(value), this, lift(I32, count))
    })
  }
}

install(I32, I32, opcodes.i32)
install(I64, I32, opcodes.i64)
install(F32, I32, opcodes.f32)
install(F64, I32, opcodes.f64)
for (const [name, opcode] of Object.entries(opcodes.v128.binary)) {
  Reflect.set(Vector.prototype, name, function <V>(this: Vector<V>, b: Vector<unknown>): V {
    return make(this.type, simd(opcode), this, b)
  })
}
install(F32x4, I32x4, opcodes.f32x4)
install(F64x2, I64x2, opcodes.f64x2)
install(I32x4, I32x4, opcodes.i32x4)
install(I64x2, I64x2, opcodes.i64x2)
