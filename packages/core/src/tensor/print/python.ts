import { formatExponent, formatNonFinite } from './decimal.ts'

/** How a value is written. */
export interface ReprOptions {
  /** Whether numbers are floats: then whole ones have a point. JavaScript does not tell 1 from 1.0. */
  readonly float?: boolean
}

/**
 * Python's `repr` of a value, for the text of layers, optimizers and errors: `None`, `True`, `'mean'`, `3`, `1e-05`, `nan`, and
 * arrays as tuples, `(2, 3)`. Numbers have the shortest digits that read back as the same double.
 *
 * @example
 * torch.repr([1, 0.5]) // (1, 0.5)
 * torch.repr(1, { float: true }) // 1.0
 */
export function repr(value: unknown, options: ReprOptions = {}): string {
  if ((value ?? null) === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return formatNumber(value, options.float === true)
  if (typeof value === 'string') return `'${value}'`
  return Array.isArray(value) ? tuple(value, options, []) : textOf(value)
}

/** A list that holds itself is `(...)` there. */
function tuple(list: readonly unknown[], options: ReprOptions, around: readonly unknown[]): string {
  if (around.includes(list)) return '(...)'
  const inner = [...around, list]
  const items = Array.from(list, (item) => (Array.isArray(item) ? tuple(item, options, inner) : repr(item, options)))
  return `(${items.join(', ')}${items.length === 1 ? ',' : ''})`
}

/** The value's own text; its type where it has none, or throws. */
function textOf(value: unknown): string {
  try {
    return String(value)
  } catch {
    return `<${typeof value}>`
  }
}

/** Python switches to an exponent below 1e-4 and from 1e16 on. */
function formatNumber(x: number, isFloat: boolean): string {
  const nonFinite = formatNonFinite(x)
  if (nonFinite !== null) return nonFinite
  const [digits = '', exponent] = x.toExponential().split('e')
  if (x !== 0 && (Number(exponent) < -4 || Number(exponent) >= 16)) return digits + formatExponent(Number(exponent))
  if (!isFloat) return String(x)
  const text = Object.is(x, -0) ? '-0' : String(x)
  return Number.isInteger(x) ? `${text}.0` : text
}
