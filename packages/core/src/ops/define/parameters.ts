import { TypeError } from '../../errors.ts'
/**
 * The value of each parameter of an op, by position, by name in a last object, or by default. `given` is what the caller gave
 * after the tensors.
 *
 * @throws TypeError for a name that the op does not have, a value that is not a number, or too many values.
 */
export function bindParameters(
  op: string,
  defaults: Readonly<Record<string, number | undefined>>,
  given: readonly unknown[],
): number[] {
  const names = Object.keys(defaults)
  let positional = given
  while (positional.length > 0 && positional[positional.length - 1] === undefined) positional = positional.slice(0, -1)
  const last = positional[positional.length - 1]
  const named = typeof last === 'object' && last !== null ? (last as Readonly<Record<string, unknown>>) : {}
  if (named === last) positional = positional.slice(0, -1)
  if (positional.length > names.length) {
    throw new TypeError(
      `${op}(): takes at most ${names.length} parameters (${names.join(', ')}), got ${positional.length}`,
    )
  }
  for (const name of Object.keys(named)) {
    if (!names.includes(name)) {
      throw new TypeError(
        `${op}(): got an unexpected keyword argument '${name}'; it takes ${names.join(', ') || 'none'}`,
      )
    }
  }
  return names.map((name, i) => {
    const value = positional[i] ?? named[name] ?? defaults[name]
    if (typeof value === 'boolean') return value ? 1 : 0
    if (typeof value !== 'number') {
      throw new TypeError(
        `${op}(): argument '${name}' must be a number, not ${value === undefined ? 'missing' : typeof value}`,
      )
    }
    return value
  })
}
