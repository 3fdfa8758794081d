import { Tensor } from '../tensor/tensor.ts'

/**
 * The arguments of a call that PyTorch takes by position or by keyword: any number of them in order, then the rest in one
 * object under their names.
 */
export function bindArguments<P extends object>(op: string, defaults: P, args: readonly unknown[]): P {
  const names = Object.keys(defaults)
  const last = args.at(-1)
  const named = isNamed(last) ? last : {}
  const positional = isNamed(last) ? args.slice(0, -1) : args
  if (positional.length > names.length) {
    throw new TypeError(`${op}(): takes at most ${names.length} of ${names.join(', ')}, got ${positional.length}`)
  }
  const bound = { ...defaults }
  const set = (name: string, value: unknown): void => {
    if (value !== undefined) Reflect.set(bound, name, value)
  }
  positional.forEach((value, i) => set(names[i] as string, value))
  for (const name of Object.keys(named)) {
    if (!names.includes(name)) {
      throw new TypeError(`${op}() got an unexpected keyword argument '${name}'; it takes ${names.join(', ')}`)
    }
    if (names.indexOf(name) < positional.length)
      throw new TypeError(`${op}() got multiple values for argument '${name}'`)
    set(name, Reflect.get(named, name))
  }
  return bound
}

function isNamed(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Tensor)
}
