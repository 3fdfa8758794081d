import type { Operand } from '../device.ts'
import type { AverageWindow, PoolRoutines } from '../windows.ts'
import { compute, programOf } from './program.ts'
import type { Queue } from './queue.ts'
import type { KernelText } from './text.ts'
import { eachElementIn, eachWindowOver, type WindowNames, windowNames, windowNumbers } from './windows.ts'

type Three = [string, string, string]
type Pair = readonly [string, string]

/** Pooling in which each cell looks at its window, or at the windows that it is in. */
export function poolRoutines(queue: Queue): PoolRoutines {
  return {
    maxPool(values, indices, x, window) {
      const program = programOf('maxPool', (text) => {
        const { source, offset, cell, other, names } = planesOf(text)
        const [plane, y, column] = cell
        const [height, width] = other
        const start = text.constant(`${offset} + ${plane} * ${height} * ${width}`)
        const best = text.variable('-k_inf')
        const place = text.variable(`${plane} - ${plane} - 1`)
        eachElementIn(text, names, [y, column], other, (_, [iy, ix]) => {
          const at = text.constant(`${iy} * ${width} + ${ix}`)
          const value = text.constant(`${source}[${start} + ${at}]`)
          text.add(`if (${place} < 0 || ${value} > ${best} || !(${value} === ${value})) {`)
          text.add(`${best} = ${value};`, `${place} = ${at};`, '}')
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
      const numbers = [...indices.shape, ...x.shape.slice(1), x.offset, ...windowNumbers(window)]
      compute(queue, 'max_pool', indices, program, [x], numbers)
      compute(queue, 'max_pool', values, pick, [x, indices], [areaOf(values), areaOf(x), x.offset])
    },

    maxPoolInput(out, g, indices, window) {
      const program = programOf('maxPoolInput', (text) => {
        const { sizes, source, offset, cell, other, names } = planesOf(text)
        const [places, placeOffset] = [text.array(), text.number()]
        const [plane, iy, ix] = cell
        const own = text.constant(`${iy} * ${sizes[2]} + ${ix}`)
        const sum = text.variable(`${plane} - ${plane}`)
        eachWindowOver(text, names, [iy, ix], other, (_, [y, column]) => {
          const at = text.constant(`(${plane} * ${other[0]} + ${y}) * ${other[1]} + ${column}`)
          text.add(`if (${places}[${placeOffset} + ${at}] === ${own}) {`)
          text.add(`${sum} = ${sum} + ${source}[${offset} + ${at}];`, '}')
        })
        text.add(`return ${sum};`)
      })
      const numbers = [...out.shape, ...g.shape.slice(1), g.offset, ...windowNumbers(window), indices.offset]
      compute(queue, 'max_pool_backward', out, program, [g, indices], numbers)
    },

    averagePool(out, x, window) {
      const program = programOf(`averagePool:${divisorKey(window)}`, (text) => {
        const { source, offset, cell, other, names } = planesOf(text)
        const [plane, y, column] = cell
        const first = [
          text.constant(`${y} * ${names.stride[0]} - ${names.padding[0]}`),
          text.constant(`${column} * ${names.stride[1]} - ${names.padding[1]}`),
        ] as const
        const divisor = divisorOf(window, text.number(), names, other, first)
        const sum = text.variable(`${plane} - ${plane}`)
        eachElementIn(text, names, [y, column], other, (_, [iy, ix]) => {
          text.add(`${sum} = ${sum} + ${source}[${offset} + (${plane} * ${other[0]} + ${iy}) * ${other[1]} + ${ix}];`)
        })
        text.add(`return ${sum} / (${divisor});`)
      })
      const numbers = [...out.shape, ...x.shape.slice(1), x.offset, ...windowNumbers(window), window.divisor ?? 0]
      compute(queue, 'avg_pool', out, program, [x], numbers)
    },

    averagePoolInput(out, g, window) {
      const program = programOf(`averagePoolInput:${divisorKey(window)}`, (text) => {
        const { sizes, source, offset, cell, other, names } = planesOf(text)
        const [plane, iy, ix] = cell
        const given = text.number()
        const sum = text.variable(`${plane} - ${plane}`)
        eachWindowOver(text, names, [iy, ix], other, ([ky, kx], [y, column]) => {
          const first = [text.constant(`${iy} - ${ky}`), text.constant(`${ix} - ${kx}`)] as const
          const divisor = divisorOf(window, given, names, [sizes[1], sizes[2]], first)
          const at = `${offset} + (${plane} * ${other[0]} + ${y}) * ${other[1]} + ${column}`
          text.add(`${sum} = ${sum} + ${source}[${at}] / (${divisor});`)
        })
        text.add(`return ${sum};`)
      })
      const numbers = [...out.shape, ...g.shape.slice(1), g.offset, ...windowNumbers(window), window.divisor ?? 0]
      compute(queue, 'avg_pool_backward', out, program, [g], numbers)
    },
  }
}

const areaOf = ({ shape }: Operand): number => (shape[1] as number) * (shape[2] as number)

/** What programs on planes start with: the sizes of the result, those of the planes it is made of, and the window. */
function planesOf(text: KernelText) {
  const sizes = text.list(3) as Three
  const other: Pair = [text.number(), text.number()]
  const [source, offset] = [text.array(), text.number()]
  const names = windowNames(text)
  const cell = text.indices(text.constant('this.thread.x'), sizes) as Three
  return { sizes, other, source, offset, names, cell }
}

const divisorKey = ({ divisor, countPadding }: AverageWindow): string =>
  divisor !== null ? 'given' : countPadding ? 'padded' : 'inside'

/** What the sum of a window is divided by, where its first element is at `first` in an image, or in the padding. */
function divisorOf(
  { divisor, countPadding }: AverageWindow,
  given: string,
  { kernel, padding }: WindowNames,
  image: Pair,
  first: Pair,
): string {
  if (divisor !== null) return given
  const along = (d: 0 | 1): string =>
    countPadding
      ? `(Math.min(${first[d]} + ${kernel[d]}, ${image[d]} + ${padding[d]}) - ${first[d]})`
      : `(Math.min(${first[d]} + ${kernel[d]}, ${image[d]}) - Math.max(${first[d]}, 0))`
  return `${along(0)} * ${along(1)}`
}
