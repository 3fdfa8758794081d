/**
 * Python's `repr` of a float: `0.1`, `1.0`, `1e-05`. JavaScript does not tell 1 from 1.0; write an integer option with
 * `String`.
 */
export function float(x: number): string {
  if (Number.isNaN(x)) return 'nan'
  if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf'
  const [digits = '', exponent = ''] = x.toExponential().split('e')
  const power = Number(exponent)
  if (x !== 0 && (power < -4 || power >= 16)) {
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  }
  return Number.isInteger(x) ? `${x}.0` : String(x)
}

/** Python's `True` and `False`. */
export const bool = (x: boolean): string => (x ? 'True' : 'False')

/** Python's `str` of a tuple of ints: `(2, 3)`, `(2,)`, `()`. */
export const tuple = (values: readonly number[]): string => `(${values.join(', ')}${values.length === 1 ? ',' : ''})`

/** PyTorch's `repr` of a shape. */
export const size = (shape: readonly number[]): string => `torch.Size([${shape.join(', ')}])`
