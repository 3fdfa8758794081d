import { type Effect, type FunctionHandle, I32, type ModuleBuilder, select } from './assembler.ts'
import { repeatTimes } from './conv-pad.ts'
import { type Element, type Lanes, range } from './matmul-element.ts'
import type { Pack } from './matmul-pack.ts'
import { eachRow, rowPointers, tileRows } from './matmul-panel.ts'

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
