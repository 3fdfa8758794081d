import type { Expression } from '../../formula/expression.ts'
import {
  F32,
  F32x4,
  F64,
  type FunctionBuilder,
  type FunctionHandle,
  I32,
  I32x4,
  type KernelOptions,
  ModuleBuilder,
} from './assembler.ts'
import { isFloat, isInteger, isStrided, type Parameter } from './elementwise.ts'
import type { Folding } from './fold.ts'
import { compileFormulas, type Imports, importsOf, type Lanes, toMask, toNumbers } from './formula.ts'
import { forEachIndex, recordBytes } from './odometer.ts'
import { additions, atMost, foldAll, Share, stateBytes } from './share.ts'
import { type Input, type Layout, readInputs, type Stream, stream } from './stream.ts'

/** A fold, and how the arrays lie that it reads and writes. */
export interface ReductionSpec {
  readonly folding: Folding
  /** The result, over the state, the numbers among the inputs, and `n`. */
  readonly finish: Expression
  readonly output: Layout
  readonly inputs: readonly Input[]
}

const zero = I32.const(0)

/** What the functions of one module share. */
interface Context extends ReductionSpec {
  readonly m: ModuleBuilder
  readonly imports: Imports
  /** The arrays among the inputs, and of those the strided ones. */
  readonly arrays: readonly Layout[]
  readonly strided: readonly Layout[]
  /** The numbers among the inputs. */
  readonly numbers: number
}

function contextOf(spec: ReductionSpec, options: KernelOptions): Context {
  const m = new ModuleBuilder(options)
  m.importMemory(options)
  const imports = importsOf(m, [spec.folding.value, spec.finish])
  const arrays = spec.inputs.flatMap(({ layout }) => (layout === 'number' ? [] : [layout]))
  return { ...spec, m, imports, arrays, strided: arrays.filter(isStrided), numbers: spec.inputs.length - arrays.length }
}

/**
 * The module of a reduction whose inner loop runs along a reduced dimension. `fold(block, ...numbers, n)` reads the words:
 * elements of a run, ranks of the reduced and the kept dimensions, output, inputs, strides of strided inputs, records of
 * the reduced dimensions (inputs), records of the kept ones (output, inputs). The parts of a single long run are folded by
 * `run`, which returns a total; `finish(out, total, ...numbers, n)` stores what becomes of the joined ones.
 */
export function rowReductionModule(spec: ReductionSpec, options: KernelOptions): ModuleBuilder {
  const context = contextOf(spec, options)
  const { m, arrays, strided, folding } = context
  const run = runFunction(context)
  const fold = m.function<Parameter[]>([I32, ...floats(context.numbers + 1)], undefined, (f, ...parameters) => {
    const words = wordsOf(f, parameters)
    const [elements, reducedRank, keptRank, out] = [words.next(), words.next(), words.next(), words.next()]
    const pointers = arrays.map(() => words.next())
    const strides = strided.map(() => words.next())
    const reducedRecords = words.rest()
    const keptRecords = f.let(reducedRecords.add(reducedRank.mul(4 * (2 + arrays.length))))
    const splats = splatAll(f, parameters)
    const total = f.let(F64.const(folding.fold.start))
    forEachIndex(f, keptRank, keptRecords, [out, ...pointers], () => {
      f.set(total, F64.const(folding.fold.start))
      forEachIndex(f, reducedRank, reducedRecords, pointers, () => {
        const numbers = parameters.filter(isFloat).slice(0, -1)
        f.set(total, folding.fold.join(total, run.call(elements, ...pointers, ...strides, ...numbers)))
      })
      storeResult(f, context, out, total, splats)
    })
  })
  const finishing: (typeof I32 | typeof F64 | typeof F32)[] = [I32, F64, ...floats(context.numbers + 1)]
  const end = m.function<(Parameter | F64)[]>(finishing, undefined, (f, ...parameters) => {
    const [out = zero] = parameters.filter((value) => value instanceof I32)
    const [total = F64.const(0)] = parameters.filter((value) => value instanceof F64)
    const numbers = parameters.filter((value) => value instanceof F32)
    storeResult(f, context, out, total, splatAll(f, numbers))
  })
  m.export('fold', fold)
  m.export('run', run)
  m.export('finish', end)
  return m
}

/** Stores the result of a total where it belongs. */
function storeResult(f: FunctionBuilder, context: Context, out: I32, total: F64, numbers: readonly F32x4[]): void {
  const result = finish(f, context, F32x4.splat(total.toF32()), numbers)
  if (context.output.type === 'float32') f.storeLane(out, toNumbers(result), 4, 0)
  else f.storeLane(out, toMask(result).and(I32x4.const(1)), 1, 0)
}

/** `run(n, ...pointers, ...strides, ...numbers)`: the fold of one run. */
function runFunction(context: Context): FunctionHandle<Parameter[], F64> {
  const { m, arrays, strided, folding, numbers } = context
  const types = [...integers(1 + arrays.length + strided.length), ...floats(numbers)]
  return m.function<Parameter[], F64>(types, F64, (f, ...parameters) => {
    const [left = zero, ...addresses] = parameters.filter(isInteger)
    const strides = addresses.slice(arrays.length)
    const streams = streamsOf(f, context, addresses, strides, left)
    const splats = splatAll(f, parameters)
    const read = (ahead: number): Lanes[] => [valueAt(f, context, streams, splats, ahead)]
    const advance = (groups: number): void => {
      for (const each of streams) each.advance(groups)
    }
    const [total = F64.const(folding.fold.start)] = foldAll(f, [folding.fold], left, { read, advance })
    return total
  })
}

/**
 * The module of a reduction along one dimension whose inner loop runs along a kept one. `fold(block, ...numbers, n)` reads
 * the words: columns, rows, rank of the other kept dimensions, output, inputs, stride of the output if that is strided,
 * strides of strided inputs, steps of all inputs from row to row, records of the kept dimensions (output, inputs). Behind
 * the words is room for `columnStateBytes`.
 */
export function columnReductionModule(spec: ReductionSpec, options: KernelOptions): ModuleBuilder {
  const context = contextOf(spec, options)
  const { m, arrays, strided, output } = context
  const columns = columnsFunction(context)
  const fold = m.function<Parameter[]>([I32, ...floats(context.numbers + 1)], undefined, (f, ...parameters) => {
    const words = wordsOf(f, parameters)
    const [width, rows, keptRank, out] = [words.next(), words.next(), words.next(), words.next()]
    const pointers = arrays.map(() => words.next())
    const steps = [
      ...(isStrided(output) ? [words.next()] : []),
      ...strided.map(() => words.next()),
      ...arrays.map(() => words.next()),
    ]
    const records = words.rest()
    const state = f.let(
      records
        .add(keptRank.mul(recordBytes(1 + arrays.length)))
        .add(15)
        .and(-16),
    )
    forEachIndex(f, keptRank, records, [out, ...pointers], () => {
      f.do(columns.call(width, rows, state, out, ...pointers, ...steps, ...parameters.filter(isFloat)))
    })
  })
  m.export('fold', fold)
  return m
}

/** The memory in which so many columns are folded, and what its alignment may cost. */
export const columnStateBytes = (columns: number): number => stateBytes * Math.ceil(columns / 4) + 16

/** Rows that are folded at a time: few enough that memory and its address cache serve them side by side. */
const blockRows = additions

/**
 * `columns(width, rows, state, out, ...pointers, outStride?, ...strides, ...rowSteps, ...numbers, n)`. It goes through all
 * columns for `blockRows` rows, then for the next ones: down one column after the other, rows of some KB would be so many
 * pages apart, in one set of the cache.
 */
function columnsFunction(context: Context) {
  const { m, arrays, strided, output, folding, numbers } = context
  const outStrides = isStrided(output) ? 1 : 0
  const count = 4 + arrays.length + outStrides + strided.length + arrays.length
  return m.function<Parameter[]>([...integers(count), ...floats(numbers + 1)], undefined, (f, ...parameters) => {
    const [width = zero, rows = zero, state = zero, out = zero, ...rest] = parameters.filter(isInteger)
    const firsts = rest.splice(0, arrays.length)
    const [outStride = zero] = rest.splice(0, outStrides)
    const strides = rest.splice(0, strided.length)
    const splats = splatAll(f, parameters)
    const [left, states, step] = [f.let(zero), f.let(zero), f.let(zero)]
    const pointers = firsts.map((first) => f.let(first))
    const cells = firsts.map((first) => f.let(first))
    const outStream = stream(f, output, out, outStride, left)
    const columns = streamsOf(f, context, pointers, strides, left)
    const shares = Array.from({ length: 4 }, () => new Share(f, folding.fold))
    /** Runs `body` for each four groups of columns, then for each one. */
    const eachTile = (body: (groups: number) => void): void => {
      f.set(left, width)
      f.set(states, state)
      const tile = (groups: number): void => {
        body(groups)
        f.set(left, left.sub(4 * groups))
        f.set(states, states.add(stateBytes * groups))
      }
      f.while(left.gtSigned(0), () =>
        f.if(
          left.geSigned(16),
          () => tile(4),
          () => tile(1),
        ),
      )
    }
    const places = (groups: number): I32[] => Array.from({ length: groups }, (_, i) => states.add(stateBytes * i))
    eachTile((groups) => places(groups).forEach((place, i) => shares[i]?.startAt(place)))
    f.while(rows, () => {
      f.set(step, atMost(rows, blockRows))
      f.set(rows, rows.sub(step))
      pointers.forEach((pointer, k) => f.set(pointer, firsts[k] ?? zero))
      eachTile((groups) => {
        const used = shares.slice(0, groups)
        for (const share of used) share.restart()
        cells.forEach((cell, k) => f.set(cell, pointers[k] ?? zero))
        const rowsLeft = f.let(step)
        f.repeat(() => {
          const streams = streamsOf(f, context, cells, strides, left)
          used.forEach((share, ahead) => share.take(valueAt(f, context, streams, splats, ahead)))
          cells.forEach((cell, k) => f.set(cell, cell.add(rest[k] ?? zero)))
          f.set(rowsLeft, rowsLeft.sub(1))
        }, rowsLeft)
        places(groups).forEach((place, i) => used[i]?.emptyAt(place))
        for (const each of columns) each.advance(groups)
      })
      firsts.forEach((first, k) => f.set(first, first.add(step.mul(rest[k] ?? zero))))
    })
    eachTile((groups) => {
      places(groups).forEach((place, ahead) => {
        const folded = shares[ahead]?.lanesAt(place) ?? F32x4.const(0)
        outStream.store(finish(f, context, folded, splats), ahead)
      })
      outStream.advance(groups)
    })
  })
}

const integers = (count: number) => Array.from({ length: count }, () => I32)
export const floats = (count: number) => Array.from({ length: count }, () => F32)

const splatAll = (f: FunctionBuilder, parameters: readonly Parameter[]): F32x4[] =>
  parameters.filter(isFloat).map((number) => f.let(F32x4.splat(number)))

/** The streams of the input arrays; `strides` has those of the strided ones only. */
function streamsOf(
  f: FunctionBuilder,
  { arrays }: Context,
  pointers: readonly I32[],
  strides: readonly I32[],
  left: I32,
): Stream[] {
  const remaining = [...strides]
  return arrays.map((layout, k) => {
    const stride = isStrided(layout) ? remaining.shift() : undefined
    return stream(f, layout, pointers[k] ?? zero, stride ?? zero, left)
  })
}

/** The values that are folded, `ahead` groups on. */
function valueAt(
  f: FunctionBuilder,
  context: Context,
  streams: readonly Stream[],
  numbers: readonly F32x4[],
  ahead: number,
): Lanes {
  const variables = readInputs(f, context.inputs, streams, numbers, ahead)
  const [value = F32x4.const(0)] = compileFormulas(f, [context.folding.value], { ...context, variables })
  return value
}

/** The results, from what was folded and the numbers, of which `n` is last. */
function finish(f: FunctionBuilder, context: Context, folded: F32x4, numbers: readonly F32x4[]): Lanes {
  const variables = new Map<string, Lanes>([[context.folding.state, f.let(folded)]])
  const names = [...context.inputs.filter(({ layout }) => layout === 'number').map(({ name }) => name), 'n']
  names.forEach((name, k) => variables.set(name, numbers[k] ?? folded))
  const [result = folded] = compileFormulas(f, [context.finish], { ...context, variables })
  return result
}

/** Reads the words of a block one after the other; `rest` is the address of those that remain. */
export function wordsOf(f: FunctionBuilder, parameters: readonly Parameter[]): { next(): I32; rest(): I32 } {
  const [block = zero] = parameters.filter(isInteger)
  let index = 0
  return {
    next: () => f.let(I32.load(block, 4 * index++)),
    rest: () => f.let(block.add(4 * index)),
  }
}
