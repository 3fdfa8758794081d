import { F32x4, F64x2, type I32, type Vector } from './assembler.ts'
import { access, accessLane, simd } from './node.ts'

/** The arithmetic of vectors that a matrix product needs. */
export interface Lanes<V> extends Vector<V> {
  add(b: V): V
  mul(b: V): V
  madd(b: V, c: V): V
}

/** An element type and its vectors: what tells the kernels of one dtype from those of another. */
export interface Element<V extends Lanes<V>> {
  readonly name: string
  /** Of one element. */
  readonly bytes: 4 | 8
  /** Elements in a vector. */
  readonly lanes: 4 | 2
  zero(): V
  load(address: I32, offset?: number): V
  /** One element, in all lanes. */
  loadSplat(address: I32, offset?: number): V
  /** One element in lane 0, zeros in the others. */
  loadOne(address: I32, offset?: number): V
  /** `vector` with the element at an address in one lane. */
  loadLane(vector: V, lane: number, address: I32, offset?: number): V
  /** `lanes` vectors as the rows of a square, turned into its columns. Takes variables: each is used several times. */
  transpose(rows: readonly V[]): V[]
}

/** float32: four lanes. */
export const float32: Element<F32x4> = {
  name: 'float32',
  bytes: 4,
  lanes: 4,
  zero: () => F32x4.const(0),
  load: (address, offset) => F32x4.load(address, offset),
  loadSplat: (address, offset) => F32x4.loadSplat(address, offset),
  loadOne: (address, offset) => F32x4.loadOne(address, offset),
  loadLane: (vector, lane, address, offset) => vector.loadLane(address, lane, offset),
  transpose([a, b, c, d]) {
    if (!a || !b || !c || !d) throw new Error('transpose: four vectors are needed')
    const [ab, cd] = [a.shuffle(b, [0, 4, 1, 5]), c.shuffle(d, [0, 4, 1, 5])]
    const [abHigh, cdHigh] = [a.shuffle(b, [2, 6, 3, 7]), c.shuffle(d, [2, 6, 3, 7])]
    return [
      ab.shuffle(cd, [0, 1, 4, 5]),
      ab.shuffle(cd, [2, 3, 6, 7]),
      abHigh.shuffle(cdHigh, [0, 1, 4, 5]),
      abHigh.shuffle(cdHigh, [2, 3, 6, 7]),
    ]
  },
}

/** float64: two lanes. */
export const float64: Element<F64x2> = {
  name: 'float64',
  bytes: 8,
  lanes: 2,
  zero: () => F64x2.const(0),
  load: (address, offset) => F64x2.load(address, offset),
  loadSplat: (address, offset = 0) => access(F64x2, simd(0x0a), 3, offset, address),
  loadOne: (address, offset = 0) => access(F64x2, simd(0x5d), 3, offset, address),
  loadLane: (vector, lane, address, offset = 0) => accessLane(F64x2, 0x57, 3, offset, lane, address, vector),
  transpose([a, b]) {
    if (!a || !b) throw new Error('transpose: two vectors are needed')
    return [a.shuffle(b, [0, 1, 4, 5]), a.shuffle(b, [2, 3, 6, 7])]
  },
}

/** The numbers from 0 to `count - 1`, for kernels that are unrolled by TypeScript. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}
