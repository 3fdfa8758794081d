/** What a value is, for errors that expected another kind. */
export function typename(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  const { constructor } = value
  return typeof constructor === 'function' ? constructor.name : 'object'
}
