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
 * `phaseBytes`; `phases` or `spreadX` is 1. A convolution of that stride finds the pixels of one kernel element side by side. Strides are in bytes.
 */
export function padKernel<V extends Lanes<V>>(m: ModuleBuilder, element: Element<V>, partial: PartialVectors<V>): Pad {
  const { bytes } = element
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
      const spread = { left, spreadX, column, phases, phaseBytes }
      repeatTimes(f, channels, () => {
        const [source, y, rowsLeft] = [f.let(from), f.let(top), f.let(height)]
        repeatTimes(f, rowsLeft, () => {
          f.if(y.lt(rows), () => {
            const target = f.let(to.add(y.mul(rowBytes)))
            f.if(
              plain,
              () => copyRow(f, element, partial, source, target.add(left.mul(bytes)), count),
              () => spreadRow(f, element, source, target, { ...spread, width, columns }),
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

/** Copies elements side by side. The last vector may overlap the one before it. */
function copyRow<V extends Lanes<V>>(
  f: FunctionBuilder,
  element: Element<V>,
  partial: PartialVectors<V>,
  from: I32,
  to: I32,
  count: I32,
): void {
  const { bytes, lanes } = element
  const [source, target] = [f.let(from), f.let(to)]
  f.if(
    count.lt(lanes),
    () => partial.store(f, target, partial.load(source, count), count),
    () => {
      const last = f.let(count.sub(lanes).mul(bytes))
      const at = f.let(I32.const(0))
      f.while(at.lt(last), () => {
        f.store(target.add(at), element.load(source.add(at)))
        f.set(at, at.add(16))
      })
      f.store(target.add(last), element.load(source.add(last)))
    },
  )
}

/** Copies elements of any stride to columns `spreadX` apart, each to its phase. */
function spreadRow<V extends Lanes<V>>(
  f: FunctionBuilder,
  element: Element<V>,
  from: I32,
  to: I32,
  names: Record<'left' | 'width' | 'columns' | 'spreadX' | 'column' | 'phases' | 'phaseBytes', I32>,
): void {
  const { left, width, columns, spreadX, column, phases, phaseBytes } = names
  const [source, x, rest] = [f.let(from), f.let(left), f.let(width)]
  const phase = f.let(left.rem(phases))
  const target = f.let(to.add(phase.mul(phaseBytes)).add(left.div(phases).mul(element.bytes)))
  const toFirstPhase = f.let(phases.mul(phaseBytes).sub(element.bytes))
  const steps = f.let(select(spreadX.eq(1), phaseBytes, spreadX.mul(element.bytes)))
  f.while(select(x.lt(columns), rest, I32.const(0)), () => {
    f.set(rest, rest.sub(1))
    f.storeLane(target, element.loadOne(source), element.bytes, 0)
    f.set(source, source.add(column))
    f.set(x, x.add(spreadX))
    f.set(target, target.add(steps))
    f.set(phase, phase.add(1))
    f.if(phase.eq(phases), () => {
      f.set(phase, I32.const(0))
      f.if(spreadX.eq(1), () => f.set(target, target.sub(toFirstPhase)))
    })
  })
}

/** Runs `body` as many times as a variable says, counting it down to 0. */
export function repeatTimes(f: FunctionBuilder, variable: I32, body: () => void): void {
  f.while(variable, () => {
    body()
    f.set(variable, variable.sub(1))
  })
}
