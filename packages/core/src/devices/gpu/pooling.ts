import type { Operand } from '../device.ts'
import type { AverageWindow, PoolRoutines } from '../windows.ts'
import { compute, programOf } from './program.ts'
import type { Queue } from './queue.ts'
import type { KernelText } from './text.ts'

type Three = [string, string, string]

/** Pooling in which each cell looks at its window, or at the windows that it is in. */
export function poolRoutines(queue: Queue): PoolRoutines {
  return {
    maxPool(values, indices, x, { kernel, stride, padding, dilation }) {
      const program = programOf('maxPool', (text) => {
        const sizes = text.list(3)
        const [height, width, kernelHeight, kernelWidth, stepY, stepX] = text.list(6) as [...Three, ...Three]
        const [padY, padX, farY, farX, offset] = text.list(5) as [...Three, string, string]
        const source = text.array()
        const [plane, y, column] = text.indices(text.constant('this.thread.x'), sizes) as Three
        const start = text.constant(`${offset} + ${plane} * ${height} * ${width}`)
        const best = text.variable('-k_inf')
        const place = text.variable(`${plane} - ${plane} - 1`)
        text.loop(kernelHeight, (ky) => {
          const iy = text.constant(`${y} * ${stepY} - ${padY} + ${ky} * ${farY}`)
          text.loop(kernelWidth, (kx) => {
            const ix = text.constant(`${column} * ${stepX} - ${padX} + ${kx} * ${farX}`)
            const at = text.constant(`${iy} * ${width} + ${ix}`)
            text.add(`if (${iy} >= 0 && ${iy} < ${height} && ${ix} >= 0 && ${ix} < ${width}) {`)
            const value = text.constant(`${source}[${start} + ${at}]`)
            text.add(`if (${place} < 0 || ${value} > ${best} || !(${value} === ${value})) {`)
            text.add(`${best} = ${value};`, `${place} = ${at};`, '}', '}')
          })
        })
        text.add(`return ${place};`)
      })
      const pick = programOf('maxPool:pick', (text) => {
        const [perPlane, area, offset] = text.list(3) as Three
        const [source, places] = [text.array(), text.array()]
        const cell = text.constant('this.thread.x')
        const [plane] = text.divide(cell, perPlane)
        text.add(`return ${source}[${offset} + ${plane} * ${area} + ${places}[${cell}]];`)
      })
      const [, height, width] = x.shape as readonly [number, number, number]
      const [, outHeight, outWidth] = values.shape as readonly [number, number, number]
      compute(
        queue,
        'max_pool',
        indices,
        program,
        [x],
        [...values.shape, height, width, ...kernel, ...stride, ...padding, ...dilation, x.offset],
      )
      compute(queue, 'max_pool', values, pick, [x, indices], [outHeight * outWidth, height * width, x.offset])
    },

    /** Each element looks at all windows of its plane. */
    maxPoolInput(out, g, indices) {
      const program = programOf('maxPoolInput', (text) => {
        const [area, count, offset, placeOffset] = text.list(4) as [...Three, string]
        const [gradients, places] = [text.array(), text.array()]
        const [plane, own] = text.divide(text.constant('this.thread.x'), area)
        const sum = text.variable(`${plane} - ${plane}`)
        text.loop(count, (turn) => {
          const at = text.constant(`${plane} * ${count} + ${turn}`)
          text.add(`if (${places}[${placeOffset} + ${at}] === ${own}) {`)
          text.add(`${sum} = ${sum} + ${gradients}[${offset} + ${at}];`, '}')
        })
        text.add(`return ${sum};`)
      })
      compute(
        queue,
        'max_pool_backward',
        out,
        program,
        [g, indices],
        [areaOf(out), areaOf(g), g.offset, indices.offset],
      )
    },

    averagePool(out, x, window) {
      const program = programOf(`averagePool:${divisorKey(window)}`, (text) => {
        const sizes = text.list(3)
        const { height, width, kernel, stride, padding, divisor } = averageOf(text)
        const offset = text.number()
        const source = text.array()
        const [plane, y, column] = text.indices(text.constant('this.thread.x'), sizes) as Three
        const top = text.constant(`${y} * ${stride[0]} - ${padding[0]}`)
        const left = text.constant(`${column} * ${stride[1]} - ${padding[1]}`)
        const sum = text.variable(`${plane} - ${plane}`)
        text.loop(kernel[0], (ky) => {
          const iy = text.constant(`${top} + ${ky}`)
          text.loop(kernel[1], (kx) => {
            const ix = text.constant(`${left} + ${kx}`)
            text.add(`if (${iy} >= 0 && ${iy} < ${height} && ${ix} >= 0 && ${ix} < ${width}) {`)
            text.add(`${sum} = ${sum} + ${source}[${offset} + (${plane} * ${height} + ${iy}) * ${width} + ${ix}];`, '}')
          })
        })
        text.add(`return ${sum} / (${divisor(window, top, left)});`)
      })
      compute(queue, 'avg_pool', out, program, [x], [...out.shape, ...averageNumbers(x, window), x.offset])
    },

    averagePoolInput(out, g, window) {
      const program = programOf(`averagePoolInput:${divisorKey(window)}`, (text) => {
        const sizes = text.list(3)
        const { height, width, kernel, stride, padding, divisor } = averageOf(text)
        const [rows, columns, offset] = text.list(3) as Three
        const gradients = text.array()
        const [plane, iy, ix] = text.indices(text.constant('this.thread.x'), sizes) as Three
        const sum = text.variable(`${height} - ${height} + ${width} - ${width}`)
        text.loop(kernel[0], (ky) => {
          const top = text.constant(`${iy} - ${ky}`)
          const fromY = text.constant(`${top} + ${padding[0]}`)
          const [y, restY] = text.divide(fromY, stride[0])
          text.loop(kernel[1], (kx) => {
            const left = text.constant(`${ix} - ${kx}`)
            const fromX = text.constant(`${left} + ${padding[1]}`)
            const [column, restX] = text.divide(fromX, stride[1])
            text.add(`if (${fromY} >= 0 && ${restY} === 0 && ${y} < ${rows}) {`)
            text.add(`if (${fromX} >= 0 && ${restX} === 0 && ${column} < ${columns}) {`)
            const at = `${offset} + (${plane} * ${rows} + ${y}) * ${columns} + ${column}`
            text.add(`${sum} = ${sum} + ${gradients}[${at}] / (${divisor(window, top, left)});`, '}', '}')
          })
        })
        text.add(`return ${sum};`)
      })
      const [, rows, columns] = g.shape as readonly [number, number, number]
      compute(
        queue,
        'avg_pool_backward',
        out,
        program,
        [g],
        [...out.shape, ...averageNumbers(out, window), rows, columns, g.offset],
      )
    },
  }
}

const areaOf = ({ shape }: Operand): number => (shape[1] as number) * (shape[2] as number)

const divisorKey = ({ divisor, countPadding }: AverageWindow): string =>
  divisor !== null ? 'given' : countPadding ? 'padded' : 'inside'

const averageNumbers = (planes: Operand, { kernel, stride, padding, divisor }: AverageWindow): number[] => [
  ...planes.shape.slice(1),
  ...kernel,
  ...stride,
  ...padding,
  divisor ?? 0,
]

/** The numbers of an averaging window by name, and what the window's sum is divided by. */
function averageOf(text: KernelText) {
  const pair = (): [string, string] => [text.number(), text.number()]
  const [[height, width], kernel, stride, padding] = [pair(), pair(), pair(), pair()]
  const given = text.number()
  const along = (first: string, d: 0 | 1, size: string, isPadded: boolean): string =>
    isPadded
      ? `(Math.min(${first} + ${kernel[d]}, ${size} + ${padding[d]}) - ${first})`
      : `(Math.min(${first} + ${kernel[d]}, ${size}) - Math.max(${first}, 0))`
  const divisor = ({ divisor: number, countPadding }: AverageWindow, top: string, left: string): string =>
    number !== null ? given : `${along(top, 0, height, countPadding)} * ${along(left, 1, width, countPadding)}`
  return { height, width, kernel, stride, padding, divisor }
}
