import { type Effect, type FunctionHandle, I32, type ModuleBuilder, select } from './assembler.ts'
import { repeatTimes } from './conv-pad.ts'
import { addLanes } from './matmul-dot.ts'
import { type Element, type Lanes, range } from './matmul-element.ts'
import type { Pack } from './matmul-pack.ts'
import { eachRow, rowPointers, tileRows } from './matmul-panel.ts'
import type { PartialVectors } from './matmul-partial.ts'

type PackPixels = FunctionHandle<
  [channels: I32, height: I32, width: I32, from: I32, channel: I32, row: I32, column: I32, to: I32, step: I32],
  Effect
>

/** Adds the copy of an image of any strides to pixels `step` bytes apart, each with all its channels in whole vectors. */
export function packPixelsKernel(m: ModuleBuilder, pack: Pack): PackPixels {
  return m.function(
    [I32, I32, I32, I32, I32, I32, I32, I32, I32],
    undefined,
    (f, channels, height, width, from, channel, row, column, to, step) => {
      repeatTimes(f, height, () => {
        f.do(pack.call(width, channels, from, column, channel, to, step))
        f.set(from, from.add(row))
        f.set(to, to.add(width.mul(step)))
      })
    },
  )
}

export type Correlate = FunctionHandle<CorrelateParameters, Effect>

type CorrelateParameters = [
  ...[windows: I32, rows: I32, width: I32, image: I32, table: I32, row: I32],
  ...[g: I32, step: I32, c: I32, isMore: I32],
]

/**
 * Adds the gradient of a convolution's weight for some rows of one image: a product of matrices whose A nobody writes down.
 * Row `i` of A is the window of the padded image that begins at `image + table[i]`: `rows` rows of `width` elements, `row`
 * bytes apart. B is the incoming gradient, a pixel with all its channels in each row of `step` bytes, and so is C, which is
 * added to what is there if it `isMore`.
 */
export function correlateKernel<V extends Lanes<V>>(m: ModuleBuilder, element: Element<V>): Correlate {
  const tiles = tileRows(m).map((count, i) => tileKernel(m, element, count, i + 1))
  return m.function<CorrelateParameters>(
    [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32],
    undefined,
    (f, windows, rows, width, image, table, row, g, step, c, isMore) => {
      const [left, most] = [f.let(step), 16 * tiles.length]
      f.while(left, () => {
        const panel = f.let(select(left.lt(most), left, I32.const(most)))
        tiles.forEach((tile, i) => {
          f.if(panel.eq(16 * (i + 1)), () => {
            f.do(tile.call(windows, rows, width, image, table, row, g, step, c, isMore))
          })
        })
        f.set(g, g.add(panel))
        f.set(c, c.add(panel))
        f.set(left, left.sub(panel))
      })
    },
  )
}

/** Adds the kernel for so many vectors of channels; `count` windows are at work at a time. See matmul-panel.ts. */
function tileKernel<V extends Lanes<V>>(
  m: ModuleBuilder,
  element: Element<V>,
  count: number,
  vectors: number,
): Correlate {
  const { bytes } = element
  return m.function<CorrelateParameters>(
    [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32],
    undefined,
    (f, windows, rows, width, image, table, row, g, step, c, isMore) => {
      const skip = f.let(row.sub(width.mul(bytes)))
      f.while(windows, () => {
        const entries = rowPointers(f, count, windows, table, I32.const(4))
        const pointers = entries.map((entry) => f.let(image.add(I32.load(entry))))
        const sums = pointers.map(() => range(vectors).map(() => f.let(element.zero())))
        const [next, rowsLeft] = [f.let(g), f.let(rows)]
        repeatTimes(f, rowsLeft, () => {
          const left = f.let(width)
          repeatTimes(f, left, () => {
            const columns = range(vectors).map((j) => f.let(element.load(next, 16 * j)))
            pointers.forEach((pointer, i) => {
              const factor = f.let(element.loadSplat(pointer))
              sums[i]?.forEach((sum, j) => f.set(sum, factor.madd(columns[j] ?? factor, sum)))
              f.set(pointer, pointer.add(bytes))
            })
            f.set(next, next.add(step))
          })
          for (const pointer of pointers) f.set(pointer, pointer.add(skip))
        })
        eachRow(f, sums, windows, (windowSums) => {
          f.if(isMore, () => windowSums.forEach((sum, j) => f.set(sum, sum.add(element.load(c, 16 * j)))))
          windowSums.forEach((sum, j) => f.store(c, sum, 16 * j))
          f.set(c, c.add(step))
        })
        f.set(table, table.add(4 * count))
        f.set(windows, select(windows.gt(count), windows.sub(count), I32.const(0)))
      })
    },
  )
}

export type CorrelatePlane = FunctionHandle<CorrelatePlaneParameters, Effect>

type CorrelatePlaneParameters = [
  ...[windows: I32, rows: I32, width: I32, image: I32, table: I32, row: I32],
  ...[g: I32, rowG: I32, c: I32, isMore: I32],
]

/** Windows at a time: 3 × 3 of them, the usual number, are three times as many. */
const planeWindows = 3

/**
 * Adds the same for one channel of the gradient, a plane whose rows are `rowG` bytes apart: where a group has few channels, they
 * would fill few lanes of the pixels of `correlate`. Here the lanes are pixels side by side. C has one element a window.
 */
export function correlatePlaneKernel<V extends Lanes<V>>(
  m: ModuleBuilder,
  element: Element<V>,
  partial: PartialVectors<V>,
): CorrelatePlane {
  const { bytes, lanes } = element
  return m.function<CorrelatePlaneParameters>(
    [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32],
    undefined,
    (f, windows, rows, width, image, table, row, g, rowG, c, isMore) => {
      const [skip, skipG] = [row, rowG].map((step) => f.let(step.sub(width.mul(bytes)))) as [I32, I32]
      f.while(windows, () => {
        const entries = rowPointers(f, planeWindows, windows, table, I32.const(4))
        const pointers = entries.map((entry) => f.let(image.add(I32.load(entry))))
        // Two sums a window: one would wait for itself.
        const sums = pointers.map(() => range(2).map(() => f.let(element.zero())))
        const [next, rowsLeft] = [f.let(g), f.let(rows)]
        repeatTimes(f, rowsLeft, () => {
          const left = f.let(width)
          const steps = (size: number, loads: readonly ((address: I32) => V)[]): void => {
            f.while(left.ge(size), () => {
              const columns = loads.map((load) => f.let(load(next)))
              pointers.forEach((pointer, i) => {
                loads.forEach((load, k) => {
                  const sum = sums[i]?.[k] as V
                  f.set(sum, f.let(load(pointer)).madd(columns[k] as V, sum))
                })
                f.set(pointer, pointer.add(size * bytes))
              })
              f.set(next, next.add(size * bytes))
              f.set(left, left.sub(size))
            })
          }
          const [first, second] = [0, 16].map((by) => (address: I32) => element.load(address, by)) as [Load<V>, Load<V>]
          steps(2 * lanes, [first, second])
          steps(lanes, [first])
          steps(1, [(address) => element.loadOne(address)])
          for (const pointer of pointers) f.set(pointer, pointer.add(skip))
          f.set(next, next.add(skipG))
        })
        const totals = sums.map(([a, b]) => f.let((a as V).add(b as V)))
        const count = f.let(select(windows.lt(planeWindows), windows, I32.const(planeWindows)))
        for (let i = 0; i < planeWindows; i += lanes) {
          const square = range(lanes).map((k) => totals[i + k] ?? f.let(element.zero()))
          const total = f.let(addLanes(element, square))
          const [address, some] = [c.add(i * bytes), select(count.gt(i), count.sub(i), I32.const(0))]
          f.if(isMore, () => f.set(total, total.add(partial.load(address, some))))
          partial.store(f, address, total, some)
        }
        f.set(c, c.add(count.mul(bytes)))
        f.set(table, table.add(4 * planeWindows))
        f.set(windows, windows.sub(count))
      })
    },
  )
}

type Load<V> = (address: I32) => V
