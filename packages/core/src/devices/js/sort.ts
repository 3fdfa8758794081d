import { float64, type TypedArray } from '../../dtype.ts'
import type { Operand } from '../device.ts'
import { forEachRow, hostArray } from './host.ts'

/** Places that fit below the 32 bits of an element in the 53 of a float64. */
const places = 2 ** 21

/** See Routines. */
export function sort(values: Operand, indices: Operand, x: Operand, descending: boolean): void {
  const [sorted, order, source] = [hostArray(values.storage), hostArray(indices.storage), hostArray(x.storage)]
  const n = x.shape[x.shape.length - 1] as number
  const stride = x.strides[x.strides.length - 1] as number
  const line = x.dtype.array(n)
  const orderOf = x.dtype === float64 || n > places ? orderByMerging : orderByKeys
  forEachRow([x], (row, [start]) => {
    for (let i = 0; i < n; i++) line[i] = source[(start as number) + i * stride] as number
    const found = orderOf(line, descending)
    order.set(found, row * n)
    for (let i = 0; i < n; i++) sorted[row * n + i] = line[found[i] as number] as number
  })
}

/**
 * The places of elements of at most 32 bits in their order, equals as they were: each becomes a whole number that is larger
 * where it comes later, its place in the bits below, and an engine sorts numbers that need no function to compare them.
 */
function orderByKeys(line: TypedArray, descending: boolean): Int32Array {
  const ranks = line instanceof Float32Array ? ranksOfFloats(line) : line
  const bottom = line instanceof Int32Array ? -(2 ** 31) : 0
  const keys = new Float64Array(line.length)
  for (let i = 0; i < keys.length; i++) {
    const rank = (ranks[i] as number) - bottom
    keys[i] = (descending ? 2 ** 32 - 1 - rank : rank) * places + i
  }
  keys.sort()
  const order = new Int32Array(keys.length)
  for (let i = 0; i < order.length; i++) {
    const key = keys[i] as number
    order[i] = key - Math.floor(key / places) * places
  }
  return order
}

/** Whole numbers of 32 bits in the order of float32 numbers: their bits, turned over where negative. NaN counts as largest. */
function ranksOfFloats(line: Float32Array): Uint32Array {
  const ranks = new Uint32Array(line.length)
  // What is added makes -0 equal 0.
  const bits = new Int32Array(line.map((x) => x + 0).buffer)
  for (let i = 0; i < ranks.length; i++) {
    const word = bits[i] as number
    ranks[i] = Number.isNaN(line[i]) ? 2 ** 32 - 1 : word < 0 ? ~word : word | 0x80000000
  }
  return ranks
}

/** The places of any elements in their order, equals as they were: runs are merged in pairs, each twice as long as before. */
function orderByMerging(line: TypedArray, descending: boolean): Int32Array {
  const n = line.length
  let [order, others] = [new Int32Array(n), new Int32Array(n)]
  for (let i = 0; i < n; i++) order[i] = i
  for (let run = 1; run < n; run *= 2) {
    for (let start = 0; start < n; start += 2 * run) {
      const [middle, end] = [Math.min(start + run, n), Math.min(start + 2 * run, n)]
      let [a, b] = [start, middle]
      for (let i = start; i < end; i++) {
        const [x, y] = [line[order[a] as number] as number, line[order[b] as number] as number]
        const isFirst = a < middle && (b === end || !(descending ? isAfter(y, x) : isAfter(x, y)))
        others[i] = order[isFirst ? a++ : b++] as number
      }
    }
    ;[order, others] = [others, order]
  }
  return order
}

/** Whether a number comes after another: NaN counts as largest. */
const isAfter = (x: number, y: number): boolean => x > y || (Number.isNaN(x) && !Number.isNaN(y))
