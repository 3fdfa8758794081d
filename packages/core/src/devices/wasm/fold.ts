import { constant, type Expression, variable, variablesOf } from '../../formula/expression.ts'
import { F32x4, type F64 } from './assembler.ts'
import { type Lanes, toMask, toNumbers } from './formula.ts'

/** A way to combine numbers whose order does not matter, so that lanes and accumulators may each take a share. */
export interface Fold {
  /** What changes nothing: where every share starts. */
  readonly start: number
  /** An accumulator with the next four values. */
  readonly combine: (accumulator: F32x4, values: Lanes) => F32x4
  /** Two shares. */
  readonly join: (a: F64, b: F64) => F64
  /** The same for those of several threads. */
  readonly joinNumbers: (a: number, b: number) => number
  /** Whether shares are added in float64 every few steps, so that long sums stay exact to the last bits. */
  readonly wide: boolean
}

const folds: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  [
    'add',
    {
      start: 0,
      combine: (a, x) => a.add(toNumbers(x)),
      join: (a, b) => a.add(b),
      joinNumbers: (a, b) => a + b,
      wide: true,
    },
  ],
  [
    'mul',
    {
      start: 1,
      combine: (a, x) => a.mul(toNumbers(x)),
      join: (a, b) => a.mul(b),
      joinNumbers: (a, b) => a * b,
      wide: false,
    },
  ],
  [
    'max',
    {
      start: -Infinity,
      combine: (a, x) => a.max(toNumbers(x)),
      join: (a, b) => a.max(b),
      joinNumbers: Math.max,
      wide: false,
    },
  ],
  [
    'min',
    {
      start: Infinity,
      combine: (a, x) => a.min(toNumbers(x)),
      join: (a, b) => a.min(b),
      joinNumbers: Math.min,
      wide: false,
    },
  ],
  [
    'fmax',
    {
      start: -Infinity,
      combine: (a, x) => a.pmax(toNumbers(x)),
      join: (a, b) => a.max(b),
      joinNumbers: Math.max,
      wide: false,
    },
  ],
  [
    'and',
    { start: 1, combine: (a, x) => a.pmin(truths(x)), join: (a, b) => a.min(b), joinNumbers: Math.min, wide: false },
  ],
  [
    'or',
    { start: 0, combine: (a, x) => a.pmax(truths(x)), join: (a, b) => a.max(b), joinNumbers: Math.max, wide: false },
  ],
])

/** The fold by a function. */
export function foldNamed(name: string): Fold {
  const fold = folds.get(name)
  if (fold === undefined) throw new Error(`foldNamed: '${name}' is no fold; there are ${[...folds.keys()].join(', ')}`)
  return fold
}

const truths = (value: Lanes): F32x4 => toMask(value).and(F32x4.const(1)).asF32x4()

/** A fold by formulas: states that start at constants, move with each element, and give a result. */
export interface Reduction {
  readonly inputs: readonly string[]
  readonly states: readonly string[]
  readonly start: readonly number[]
  readonly step: readonly Expression[]
  readonly finish: Expression
}

/** What a reduction does to its one state. */
export interface Folding {
  readonly fold: Fold
  readonly state: string
  /** What is combined, over the inputs. */
  readonly value: Expression
}

/**
 * The folding that a reduction is, where its step is `combine(state, value)`, the value without the state or the index `i`,
 * and it starts where its shares may all start. Other reductions depend on the order of the elements: undefined.
 */
export function foldingOf(reduction: Reduction): Folding | undefined {
  if (!known.has(reduction)) known.set(reduction, findFolding(reduction))
  return known.get(reduction)
}

const known = new WeakMap<Reduction, Folding | undefined>()

function findFolding({ states, start, step }: Reduction): Folding | undefined {
  const [state, ...moreStates] = states
  const [formula] = step
  if (state === undefined || moreStates.length > 0 || formula?.kind !== 'call') return undefined
  const fold = folds.get(formula.name)
  const [a, b] = formula.args
  const accumulator = variable(state)
  const value = a === accumulator ? b : b === accumulator ? a : undefined
  if (fold === undefined || value === undefined || constant(fold.start) !== constant(start[0] ?? Number.NaN))
    return undefined
  const used = variablesOf(value)
  return used.has(state) || used.has('i') ? undefined : { fold, state, value }
}
