import type { TypedArray } from '../../dtype.ts'
import { numel } from '../../shape.ts'
import type { Operand } from '../device.ts'
import type { AverageWindow, Pair, PoolRoutines, PoolWindow } from '../windows.ts'
import { hostArray } from './host.ts'

/** The elements of a window along one direction: the first inside of the plane, and the end that the rest stay below. */
type Run = readonly [first: number, end: number]
type Planes = readonly [planes: number, height: number, width: number]

/** Calls back for each result with its place, the place of its plane, where its window begins, and what is inside. */
function eachWindow(
  out: Operand,
  [planes, height, width]: Planes,
  window: PoolWindow,
  visit: (at: number, plane: number, start: Pair, rows: Run, columns: Run) => void,
): void {
  const [, outHeight, outWidth] = out.shape as Planes
  let at = 0
  for (let p = 0; p < planes; p++) {
    for (let y = 0; y < outHeight; y++) {
      const top = y * window.stride[0] - window.padding[0]
      const rows = inside(top, window, 0, height)
      for (let x = 0; x < outWidth; x++) {
        const left = x * window.stride[1] - window.padding[1]
        visit(at++, p * height * width, [top, left], rows, inside(left, window, 1, width))
      }
    }
  }
}

function inside(at: number, { kernel, dilation }: PoolWindow, d: 0 | 1, size: number): Run {
  const first = at < 0 ? at + Math.ceil(-at / dilation[d]) * dilation[d] : at
  return [first, Math.min(size, at + (kernel[d] - 1) * dilation[d] + 1)]
}

/** What a window's sum is divided by; its padding ends where that of the plane does. */
function divisorOf(
  { kernel, padding, countPadding, divisor }: AverageWindow,
  [, height, width]: Planes,
  [top, left]: Pair,
  rows: Run,
  columns: Run,
): number {
  if (divisor !== null) return divisor
  if (!countPadding) return (rows[1] - rows[0]) * (columns[1] - columns[0])
  const wide = Math.min(left + kernel[1], width + padding[1]) - left
  return (Math.min(top + kernel[0], height + padding[0]) - top) * wide
}

/** The elements of a row-major operand. */
function elementsOf({ storage, offset, shape }: Operand): TypedArray {
  return hostArray(storage).subarray(offset, offset + numel(shape))
}

/** The plain reference of pooling. */
export const poolRoutines: PoolRoutines = {
  maxPool(values, indices, x, window) {
    const [source, largest, places] = [elementsOf(x), elementsOf(values), elementsOf(indices)]
    const planes = x.shape as Planes
    const [, , width] = planes
    const [stepY, stepX] = window.dilation
    eachWindow(values, planes, window, (at, plane, _, [top, bottom], [left, right]) => {
      let best = Number.NEGATIVE_INFINITY
      let place = top * width + left
      for (let y = top; y < bottom; y += stepY) {
        for (let x = left; x < right; x += stepX) {
          const value = source[plane + y * width + x] as number
          if (value > best || Number.isNaN(value)) {
            best = value
            place = y * width + x
          }
        }
      }
      largest[at] = best
      places[at] = place
    })
  },

  maxPoolInput(out, g, indices) {
    const [into, from, places] = [elementsOf(out), elementsOf(g), elementsOf(indices)]
    const [planes, height, width] = out.shape as Planes
    const count = from.length / planes
    const sums = new Float64Array(into.length)
    for (let i = 0; i < from.length; i++) {
      const at = Math.floor(i / count) * height * width + (places[i] as number)
      sums[at] = (sums[at] as number) + (from[i] as number)
    }
    into.set(sums)
  },

  averagePool(out, x, window) {
    const [source, into] = [elementsOf(x), elementsOf(out)]
    const planes = x.shape as Planes
    const [, , width] = planes
    eachWindow(out, planes, window, (at, plane, start, rows, columns) => {
      let sum = 0
      for (let y = rows[0]; y < rows[1]; y++) {
        for (let x = columns[0]; x < columns[1]; x++) sum += source[plane + y * width + x] as number
      }
      into[at] = sum / divisorOf(window, planes, start, rows, columns)
    })
  },

  averagePoolInput(out, g, window) {
    const [into, from] = [elementsOf(out), elementsOf(g)]
    const planes = out.shape as Planes
    const [, , width] = planes
    const sums = new Float64Array(into.length)
    eachWindow(g, planes, window, (at, plane, start, rows, columns) => {
      const share = (from[at] as number) / divisorOf(window, planes, start, rows, columns)
      for (let y = rows[0]; y < rows[1]; y++) {
        for (let x = columns[0]; x < columns[1]; x++) {
          const place = plane + y * width + x
          sums[place] = (sums[place] as number) + share
        }
      }
    })
    into.set(sums)
  },
}
