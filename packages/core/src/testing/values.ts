import { no_grad } from '../autograd/modes.ts'
import { bool, type DType, float32, float64, int32, uint8 } from '../dtype.ts'
import { isclose } from '../ops/closeness.ts'
import { promote } from '../ops/define/promotion.ts'
import { repr } from '../tensor/print.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** How near values have to be. */
export interface Tolerance {
  /** Null where the dtype says. */
  readonly given: { readonly rtol: number; readonly atol: number } | null
  readonly equal_nan: boolean
}

interface Limits {
  readonly rtol: number
  readonly atol: number
}

const limitsOf = (dtype: DType): Limits =>
  dtype === float64
    ? { rtol: 1e-7, atol: 1e-7 }
    : dtype === float32
      ? { rtol: 1.3e-6, atol: 1e-5 }
      : { rtol: 0, atol: 0 }

/** Why two numbers are not close; null where they are. */
export function compareNumbers(actual: number, expected: number, { given, equal_nan }: Tolerance): string | null {
  const limits = given ?? limitsOf(float64)
  if (actual === expected || (equal_nan && Number.isNaN(actual) && Number.isNaN(expected))) return null
  const difference = Math.abs(actual - expected)
  if (Number.isFinite(difference) && difference <= limits.atol + limits.rtol * Math.abs(expected)) return null
  return scalarMessage(actual, expected, limits, true)
}

/** Why two tensors of one shape are not close; null where they are. */
export function compareTensors(actual: Tensor, expected: Tensor, tolerance: Tolerance): string | null {
  return no_grad(() => {
    const [a, b] = actual.device === expected.device ? [actual, expected] : [actual.to('cpu'), expected.to('cpu')]
    return compareValues(a.detach(), b.detach(), tolerance)
  })
}

function compareValues(actual: Tensor, expected: Tensor, { given, equal_nan }: Tolerance): string | null {
  // Of two dtypes, the less exact one says.
  const both = [limitsOf(actual.dtype), limitsOf(expected.dtype)]
  const most = (name: keyof Limits): number => Math.max(...both.map((limits) => limits[name]))
  const limits = given ?? { rtol: most('rtol'), atol: most('atol') }
  const dtype = promote(actual.dtype, expected.dtype)
  const isTruth = dtype === bool
  const [a, b] = [actual, expected].map((x) => x.to(isTruth || dtype === uint8 ? int32 : dtype)) as [Tensor, Tensor]
  // Whole numbers are compared as numbers: the tolerances need not be whole.
  const [x, y] = [a, b].map((z) => (z.is_floating_point() ? z : z.to(float64))) as [Tensor, Tensor]
  const matches = isclose(x, y, limits.rtol, limits.atol, equal_nan)
  if (matches.all().item()) return null
  if (a.ndim > 0) return tensorMessage(a, b, matches, limits)
  return scalarMessage(a.item(), b.item(), limits, a.is_floating_point(), isTruth)
}

function scalarMessage(actual: number, expected: number, limits: Limits, isFloat: boolean, isTruth = false): string {
  const difference = Math.abs(actual - expected)
  const shown = (value: number): string => repr(isTruth ? value !== 0 : value, { float: isFloat })
  return mismatch('Scalars', `Expected ${shown(expected)} but got ${shown(actual)}.`, limits, [
    `Absolute difference: ${repr(difference, { float: isFloat })}`,
    `Relative difference: ${repr(expected === 0 ? Infinity : difference / Math.abs(expected), { float: true })}`,
  ])
}

function tensorMessage(actual: Tensor, expected: Tensor, matches: Tensor, limits: Limits): string {
  const count = matches.numel()
  const wrong = count - matches.sum().item()
  const absolute = actual.sub(expected).abs()
  const greatest = (name: string, difference: Tensor): string => {
    // Where elements match, they may be infinite both.
    const flat = difference.masked_fill(matches, 0).flatten()
    const { values, indices } = flat.max(0)
    const place = repr(unraveled(indices.item(), matches.shape))
    return `Greatest ${name} difference: ${repr(values.item(), { float: flat.is_floating_point() })} at index ${place}`
  }
  const share = ((wrong / count) * 100).toFixed(1)
  return mismatch('Tensor-likes', `Mismatched elements: ${wrong} / ${count} (${share}%)`, limits, [
    greatest('absolute', absolute),
    greatest('relative', absolute.div(expected.abs())),
  ])
}

function mismatch(what: string, extra: string, { rtol, atol }: Limits, differences: readonly [string, string]): string {
  const isEquality = rtol === 0 && atol === 0
  const lines = differences.map((line, i) =>
    isEquality ? line : `${line} (up to ${repr(i === 0 ? atol : rtol, { float: true })} allowed)`,
  )
  return `${what} are not ${isEquality ? 'equal' : 'close'}!\n\n${[extra, ...lines].join('\n')}`
}

/** The index in each dimension of an element at an index in row-major order. */
function unraveled(index: number, shape: readonly number[]): number[] {
  let rest = index
  const places = [...shape].reverse().map((size) => {
    const place = rest % size
    rest = Math.floor(rest / size)
    return place
  })
  return places.reverse()
}
