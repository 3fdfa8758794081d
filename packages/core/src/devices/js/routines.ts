import type { TypedArray } from '../../dtype.ts'
import { contiguousStrides, numel } from '../../shape.ts'
import type { Operand } from '../device.ts'
import type { Routines, ScatterMode } from '../routines.ts'
import { convRoutines } from './conv.ts'
import { forEachRow, hostArray, walk } from './host.ts'
import { poolRoutines } from './pooling.ts'
import { rows } from './rows.ts'
import { scan } from './scan.ts'

const joins: Readonly<Record<ScatterMode, (old: number, value: number) => number>> = {
  set: (_, value) => value,
  add: (old, value) => old + value,
  multiply: (old, value) => old * value,
  max: Math.max,
  min: Math.min,
}

/** The plain reference of every routine. */
export const routines: Routines = {
  ...convRoutines,
  ...poolRoutines,

  matmul(out, a, b, start) {
    const [batch, m, n] = out.shape as readonly [number, number, number]
    const k = a.shape[2] as number
    const [c, x, y] = [hostArray(out.storage), hostArray(a.storage), hostArray(b.storage)]
    const [aBatch, aRow, aColumn] = a.strides as readonly [number, number, number]
    const [bBatch, bRow, bColumn] = b.strides as readonly [number, number, number]
    const [first, from = 0, below = 0] = start === null ? [] : [hostArray(start.storage), ...start.strides]
    const row = new Float64Array(n)
    for (let s = 0; s < batch; s++) {
      for (let i = 0; i < m; i++) {
        row.fill(0)
        for (let p = 0; p < k; p++) {
          const left = x[a.offset + s * aBatch + i * aRow + p * aColumn] as number
          let at = b.offset + s * bBatch + p * bRow
          for (let j = 0; j < n; j++, at += bColumn) row[j] = (row[j] as number) + left * (y[at] as number)
        }
        const at = (start?.offset ?? 0) + s * from + i * below
        if (first !== undefined) for (let j = 0; j < n; j++) row[j] = (row[j] as number) + (first[at + j] as number)
        c.set(row, out.offset + (s * m + i) * n)
      }
    }
  },

  gather(out, x, index, dim) {
    const [values, source, indices] = [hostArray(out.storage), hostArray(x.storage), hostArray(index.storage)]
    const step = x.strides[dim] as number
    const others = x.strides.map((stride, i) => (i === dim ? 0 : stride))
    walk(out.shape, [index.strides, others], [index.offset, x.offset], (i, [at, from]) => {
      values[out.offset + i] = source[(from as number) + (indices[at as number] as number) * step] as number
    })
  },

  scatter(out, index, source, dim, mode) {
    const [values, from, indices] = [hostArray(out.storage), hostArray(source.storage), hostArray(index.storage)]
    const step = out.strides[dim] as number
    const others = out.strides.map((stride, i) => (i === dim ? 0 : stride))
    const strides = [index.strides, source.strides, others]
    walk(index.shape, strides, [index.offset, source.offset, out.offset], (_, [at, read, base]) => {
      const to = (base as number) + (indices[at as number] as number) * step
      const value = from[read as number] as number
      const old = values[to] as number
      values[to] = joins[mode](old, value)
    })
  },

  rows,

  scan,

  sort(values, indices, x, descending) {
    const [sorted, order, source] = [hostArray(values.storage), hostArray(indices.storage), hostArray(x.storage)]
    const n = x.shape[x.shape.length - 1] as number
    const stride = x.strides[x.strides.length - 1] as number
    const line = new Float64Array(n)
    forEachRow([x], (row, [start]) => {
      for (let i = 0; i < n; i++) line[i] = source[(start as number) + i * stride] as number
      const [values, places] = sortedWithPlaces(line, descending)
      sorted.set(values, row * n)
      order.set(places, row * n)
    })
  },
}

/** Whether a number comes after another: NaN counts as largest. */
const isAfter = (x: number, y: number): boolean => x > y || (Number.isNaN(x) && !Number.isNaN(y))

/** Numbers in their order, equals as they were, and where each was: runs are merged in pairs, each twice as long as before. */
function sortedWithPlaces(line: Float64Array, descending: boolean): [values: Float64Array, places: Int32Array] {
  const n = line.length
  let [values, others] = [line.slice(), new Float64Array(n)]
  let [places, otherPlaces] = [Int32Array.from(line, (_, i) => i), new Int32Array(n)]
  for (let run = 1; run < n; run *= 2) {
    for (let start = 0; start < n; start += 2 * run) {
      const [middle, end] = [Math.min(start + run, n), Math.min(start + 2 * run, n)]
      let [a, b] = [start, middle]
      for (let i = start; i < end; i++) {
        const [x, y] = [values[a] as number, values[b] as number]
        const isFirst = a < middle && (b === end || !(descending ? isAfter(y, x) : isAfter(x, y)))
        others[i] = isFirst ? x : y
        otherPlaces[i] = places[isFirst ? a++ : b++] as number
      }
    }
    ;[values, others] = [others, values]
    ;[places, otherPlaces] = [otherPlaces, places]
  }
  return [values, places]
}

/** The elements of an operand in row-major order: its own memory where it already is. */
export function rowMajor(x: Operand): TypedArray {
  const array = hostArray(x.storage)
  const length = numel(x.shape)
  if (x.strides.every((stride, i) => stride === contiguousStrides(x.shape)[i]))
    return array.subarray(x.offset, x.offset + length)
  const copy = x.dtype.array(length)
  walk(x.shape, [x.strides], [x.offset], (i, [at]) => {
    copy[i] = array[at as number] as number
  })
  return copy
}
