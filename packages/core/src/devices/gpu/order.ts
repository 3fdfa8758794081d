import type { Routines } from '../routines.ts'
import { memoryOf } from './elementwise.ts'
import type { Program } from './engine.ts'
import type { Memory } from './memory.ts'
import { compute, programOf } from './program.ts'
import type { Queue } from './queue.ts'
import { type KernelText, position, specialNumbers, windowOf } from './text.ts'

/** Rows are sorted in runs of this length, which are then merged in pairs. */
const shortRun = 64

/** Sorting, and searching in what is sorted. */
export function orderRoutines(queue: Queue): Pick<Routines, 'sort' | 'search'> {
  return {
    /**
     * Within a short run, each element counts those before it. Of two runs that are merged, each cell finds by bisection how many
     * elements before its own come from the first: all in all, the cost of an element is the square of the length's logarithm.
     */
    sort(values, indices, x, descending) {
      const rank = x.shape.length
      const n = x.shape[rank - 1] as number
      const places = memoryOf(indices)
      const launch = (program: Program, target: Memory, inputs: readonly Memory[], numbers: readonly number[]): void =>
        queue.launch('sort', [{ program, target, inputs, numbers: [...x.shape, ...numbers, ...specialNumbers] }])
      const counts = queue.allocate(indices.storage.length)
      launch(ranksOf(rank, descending), counts, [memoryOf(x)], [shortRun, ...windowOf(x)])
      launch(placesOf(rank), places, [counts], [shortRun, ...windowOf(indices)])
      queue.free(counts)
      for (let run = shortRun; run < n; run *= 2) {
        const turns = Math.ceil(Math.log2(run)) + 1
        const numbers = [2 * run, ...windowOf(indices), ...windowOf(x), turns]
        launch(merged(rank, descending), places, [places, memoryOf(x)], numbers)
      }
      compute(queue, 'sort', values, picked(rank), [x, indices], [...x.shape, ...windowOf(x)])
    },

    search(out, sorted, values, right) {
      const program = programOf('search', (text) => {
        const [turns, n, right] = [text.number(), text.number(), text.number()]
        const [row, column] = text.indices(text.constant('this.thread.x'), text.list(2)) as [string, string]
        const [source, wanted] = [text.array(), text.array()]
        const at = lineOf(text, [row])
        const given = text.constant(`${wanted}[${position(text.number(), [row, column], text.list(2))}]`)
        // All but NaN come before NaN.
        const value = text.constant(`${given} === ${given} ? ${given} : k_inf`)
        const isAfter = text.constant(`${given} === ${given} ? ${right} : 1`)
        const place = text.variable(`${n} - ${n}`)
        const rest = text.variable(n)
        text.loop(turns, () => {
          text.add(`if (${rest} > 0) {`)
          const half = text.constant(`Math.trunc((${rest} + 1) * 0.5)`)
          const element = text.constant(`${source}[${at(`(${place} + ${half} - 1)`)}]`)
          const isBefore = `${element} < ${value} || (${isAfter} > 0 && ${element} === ${value})`
          text.add(`if (${isBefore}) { ${place} = ${place} + ${half}; }`, `${rest} = ${rest} - ${half};`, '}')
        })
        text.add(`return ${place};`)
      })
      const [rows, n] = sorted.shape as readonly [number, number]
      const [row, column] = sorted.strides as readonly [number, number]
      const bisection = [Math.floor(Math.log2(n)) + 1, n, right ? 1 : 0]
      const line = [sorted.offset, rows === 1 ? 0 : row, column]
      compute(
        queue,
        'search',
        out,
        program,
        [sorted, values],
        [...bisection, ...out.shape, ...line, ...windowOf(values)],
      )
    },
  }
}

/** Where in an array the elements of a row are: the names of a window's numbers, then a position by its place in the row. */
function lineOf(text: KernelText, row: readonly string[]): (place: string) => string {
  const base = text.constant(position(text.number(), row, text.list(row.length)))
  const stride = text.number()
  return (place) => `${base} + ${place} * ${stride}`
}

/** The row and the place of a cell, with the run that it is in: where that starts, how long it is, and how long others are. */
interface Run {
  readonly row: readonly string[]
  readonly place: string
  readonly first: string
  readonly count: string
  readonly length: string
}
function runOf(text: KernelText, rank: number): Run {
  const sizes = text.list(rank)
  const length = text.number()
  const row = text.indices(text.constant('this.thread.x'), sizes)
  const place = row.pop() as string
  const [run] = text.divide(place, length)
  const first = text.constant(`${run} * ${length}`)
  const count = text.constant(`Math.min(${length}, ${sizes[rank - 1] as string} - ${first})`)
  return { row, place, first, count, length }
}

/** Whether an element comes before another. NaN counts as largest. */
function isBefore(a: string, b: string, descending: boolean): string {
  const [low, high] = descending ? [b, a] : [a, b]
  return `(${low} < ${high} || (${low} === ${low} && !(${high} === ${high})))`
}

/** How many elements of its run come before each. */
const ranksOf = (rank: number, descending: boolean): Program =>
  programOf(`sort:ranks:${rank}:${descending}`, (text) => {
    const { row, place, first, count } = runOf(text, rank)
    const [source, at] = [text.array(), lineOf(text, row)]
    const own = text.constant(`${source}[${at(place)}]`)
    const found = text.variable(`${place} - ${place}`)
    text.loop(count, (turn) => {
      const other = text.constant(`${source}[${at(`(${first} + ${turn})`)}]`)
      const isEarlier = `(${first} + ${turn} < ${place} && !${isBefore(own, other, descending)})`
      text.add(`if (${isBefore(other, own, descending)} || ${isEarlier}) { ${found} = ${found} + 1; }`)
    })
    text.add(`return ${found};`)
  })

/** The places of the elements of each run in their order. */
const placesOf = (rank: number): Program =>
  programOf(`sort:places:${rank}`, (text) => {
    const { row, place, first, count } = runOf(text, rank)
    const [ranks, at] = [text.array(), lineOf(text, row)]
    const wanted = text.constant(`${place} - ${first}`)
    const found = text.variable(`${first} - 0`)
    text.loop(count, (turn) => {
      text.add(`if (${ranks}[${at(`(${first} + ${turn})`)}] === ${wanted}) { ${found} = ${first} + ${turn}; }`)
    })
    text.add(`return ${found};`)
  })

/** The places of the elements of pairs of runs, of which a pair counts as one run, in the order of both. */
const merged = (rank: number, descending: boolean): Program =>
  programOf(`sort:merged:${rank}:${descending}`, (text) => {
    const { row, place, first, count, length } = runOf(text, rank)
    const [places, placeAt] = [text.array(), lineOf(text, row)]
    const [source, at] = [text.array(), lineOf(text, row)]
    const turns = text.number()
    const placed = (k: string): string => text.constant(`${places}[${placeAt(k)}]`)
    const element = (k: string): string => text.constant(`${source}[${at(placed(k))}]`)
    const left = text.constant(`Math.min(${length} * 0.5, ${count})`)
    const right = text.constant(`${count} - ${left}`)
    const second = text.constant(`${first} + ${left}`)
    const before = text.constant(`${place} - ${first}`)
    // How many of those before come from the left run: no less than the right one lacks.
    const low = text.variable(`Math.max(0, ${before} - ${right})`)
    const high = text.variable(`Math.min(${before}, ${left})`)
    text.loop(turns, () => {
      text.add(`if (${low} < ${high}) {`)
      const middle = text.constant(`Math.trunc((${low} + ${high}) * 0.5)`)
      const a = element(`(${first} + ${middle})`)
      const b = element(`(${second} + ${before} - 1 - ${middle})`)
      text.add(`if (${isBefore(b, a, descending)}) { ${high} = ${middle}; } else { ${low} = ${middle} + 1; }`, '}')
    })
    const taken = text.constant(`${before} - ${low}`)
    // A run that is used up shows the first element of all, which does not count.
    const a = text.constant(`${low} < ${left} ? ${first} + ${low} : ${first}`)
    const b = text.constant(`${taken} < ${right} ? ${second} + ${taken} : ${first}`)
    const isRight = `${low} >= ${left} || (${taken} < ${right} && ${isBefore(element(b), element(a), descending)})`
    const [fromLeft, fromRight] = [placed(a), placed(b)]
    text.add(`return ${isRight} ? ${fromRight} : ${fromLeft};`)
  })

/** The elements at these places. */
const picked = (rank: number): Program =>
  programOf(`sort:picked:${rank}`, (text) => {
    const row = text.indices(text.constant('this.thread.x'), text.list(rank)).slice(0, -1)
    const [source, places] = [text.array(), text.array()]
    text.add(`return ${source}[${lineOf(text, row)(`${places}[this.thread.x]`)}];`)
  })
