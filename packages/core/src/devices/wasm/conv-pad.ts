import { type Effect, type FunctionBuilder, type FunctionHandle, I32, type ModuleBuilder, select } from './assembler.ts'
import type { Element, Lanes } from './matmul-element.ts'
import type { PartialVectors } from './matmul-partial.ts'

export type Pad = FunctionHandle<PadParameters, Effect>

type PadParameters = [
  ...[from: I32, channels: I32, height: I32, width: I32, channel: I32, row: I32, column: I32],
  ...[top: I32, left: I32, spreadY: I32, spreadX: I32],
  ...[to: I32, rows: I32, columns: I32, phases: I32, phaseBytes: I32],
]

/**
 * Adds the copy of an image into a larger one of zeros, so that a convolution reads past the borders without asking. The
 * pixel (y, x) of each channel goes to row `top + spreadY · y` and column `left + spreadX · x`, where that is among the
 * `rows` × `columns`. The zeros are there already.
 *
 * A row is split into `phases`: first all columns 0, `phases`, 2 `phases`, …, then 1, 1 + `phases`, …, each phase on
 * `phaseBytes`. A convolution of that stride finds the pixels of one kernel element side by side. Strides are in bytes.
 */
export function padKernel<V extends Lanes<V>>(m: ModuleBuilder, element: Element<V>, partial: PartialVectors<V>): Pad {
  const { bytes, lanes } = element
  return m.function<PadParameters>(
    [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32],
    undefined,
    (f, from, channels, height, width, channel, row, column, top, left, spreadY, spreadX, to, ...layout) => {
      const [rows, columns, phases, phaseBytes] = layout
      const rowBytes = f.let(phases.mul(phaseBytes))
      const plain = f.let(phases.eq(1).and(spreadX.eq(1)).and(column.eq(bytes)))
      const [room, none] = [columns.sub(left), I32.const(0)]
      // Of a row that is copied whole, as much as there is room for.
      const count = f.let(select(left.ge(columns), none, select(width.lt(room), width, room)))
      repeatTimes(f, channels, () => {
        const [source, y, rowsLeft] = [f.let(from), f.let(top), f.let(height)]
        repeatTimes(f, rowsLeft, () => {
          f.if(y.lt(rows), () => {
            const target = f.let(to.add(y.mul(rowBytes)))
            f.if(
              plain,
              () => {
                const [p, q, n] = [f.let(source), f.let(target.add(left.mul(bytes))), f.let(count)]
                f.while(n.ge(lanes), () => {
                  f.store(q, element.load(p))
                  f.set(p, p.add(16))
                  f.set(q, q.add(16))
                  f.set(n, n.sub(lanes))
                })
                f.if(n, () => partial.store(f, q, partial.load(p, n), n))
              },
              () => {
                const [p, x, n] = [f.let(source), f.let(left), f.let(width)]
                repeatTimes(f, n, () => {
                  f.if(x.lt(columns), () => {
                    const offset = x.rem(phases).mul(phaseBytes).add(x.div(phases).mul(bytes))
                    f.storeLane(target.add(offset), element.loadOne(p), bytes, 0)
                  })
                  f.set(p, p.add(column))
                  f.set(x, x.add(spreadX))
                })
              },
            )
          })
          f.set(source, source.add(row))
          f.set(y, y.add(spreadY))
        })
        f.set(from, from.add(channel))
        f.set(to, to.add(rows.mul(rowBytes)))
      })
    },
  )
}

/** Runs `body` as many times as a variable says, counting it down to 0. */
export function repeatTimes(f: FunctionBuilder, variable: I32, body: () => void): void {
  f.while(variable, () => {
    body()
    f.set(variable, variable.sub(1))
  })
}
