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
  if (!Array.isArray(value)) return String(value)
  const items = value.map((item: unknown) => repr(item, options))
  return `(${items.join(', ')}${items.length === 1 ? ',' : ''})`
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
