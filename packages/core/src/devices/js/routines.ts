import type { Routines, ScatterMode } from '../routines.ts'
import { hostArray, walk } from './host.ts'
import { rows } from './rows.ts'
import { scan } from './scan.ts'
import { search } from './search.ts'
import { sort } from './sort.ts'

const joins: Readonly<Record<ScatterMode, (old: number, value: number) => number>> = {
  set: (_, value) => value,
  add: (old, value) => old + value,
  multiply: (old, value) => old * value,
  max: Math.max,
  min: Math.min,
}

/** The plain reference of every routine. */
export const routines: Routines = {
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

  sort,

  search,
}
