import { bool, Tensor, TypeError, typeName } from '@chainrule/core'
import { Callable } from './callable.ts'
import type { AnyModule } from './module.ts'
import { Buffer, Parameter } from './parameter.ts'

/** The fields of a module, in the order of their declaration. */
export const fields = (module: object): [string, unknown][] =>
  Object.keys(module).map((key): [string, unknown] => [key, Reflect.get(module, key)])

/** For each module, the names of buffers that are plain tensors, and whether they are part of its state. */
const registered = new WeakMap<object, Map<string, boolean>>()

/** Remembers that the field `name` is a buffer. */
export function registerBuffer(module: object, name: string, persistent: boolean): void {
  const names = registered.get(module) ?? new Map<string, boolean>()
  registered.set(module, names.set(name, persistent))
}

/** The names of the fields that were registered as buffers, and whether they are part of the module's state. */
export const bufferNames = (module: object): Iterable<readonly [string, boolean]> => registered.get(module) ?? []

/**
 * Makes fields those of parameters: from then on they take a parameter or `null`, and what else is assigned is refused, where it would
 * drop out of `parameters()`. Fields are found late in JavaScript: a layer of the package calls this in its constructor, and others'
 * parameters are so from when they are first looked for.
 */
export function declareParameters(module: object, ...names: readonly string[]): void {
  for (const name of names) {
    const field = Object.getOwnPropertyDescriptor(module, name)
    if (field === undefined || !('value' in field) || field.configurable !== true) continue
    let value: unknown = field.value
    const set = (next: unknown): void => {
      if (next !== null && next !== undefined && !(next instanceof Parameter)) {
        throw new TypeError(
          `cannot assign '${typename(next)}' as parameter '${name}' (torch.nn.Parameter or None expected)`,
        )
      }
      value = next
    }
    Object.defineProperty(module, name, { get: () => value, set, enumerable: true, configurable: true })
  }
}

/** Whether a field was made that of a parameter. */
export const isDeclared = (module: object, name: string): boolean =>
  Object.getOwnPropertyDescriptor(module, name)?.set !== undefined

/** The fields of a module that are parameters, in order. */
export function ownParameters(module: object): [string, Parameter][] {
  const found: [string, Parameter][] = []
  for (const [key, value] of fields(module)) {
    if (!(value instanceof Parameter)) continue
    declareParameters(module, key)
    found.push([key, value])
  }
  return found
}

/** The fields of a module that are buffers, in order; with `persistent`, only those that belong to its state. */
export function ownBuffers(module: object, persistent = false): [string, Tensor][] {
  const found: [string, Tensor][] = []
  for (const [key, value] of fields(module)) {
    if (!(value instanceof Tensor) || value instanceof Parameter) continue
    // A plain tensor that is assigned to it later is the buffer then.
    if (value instanceof Buffer) registerBuffer(module, key, value.persistent)
    const kept = registered.get(module)?.get(key)
    if (kept !== undefined && (kept || !persistent)) found.push([key, value])
  }
  return found
}

/** What a value is, in errors that expected another kind. */
export function typename(value: unknown): string {
  if (value instanceof Tensor) return value.dtype === bool ? 'torch.BoolTensor' : value.dtype.typeName
  return value instanceof Callable ? value._get_name() : typeName(value)
}

/** The fields of a module that are modules, in order. */
export function ownModules(module: object): [string, AnyModule][] {
  const found: [string, AnyModule][] = []
  for (const key of Object.keys(module)) {
    const value: unknown = Reflect.get(module, key)
    if (value instanceof Callable) found.push([key, value as AnyModule])
  }
  return found
}
