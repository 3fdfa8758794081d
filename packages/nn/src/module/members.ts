import { Tensor } from '@chainrule/core'
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

/** The fields of a module that are parameters, in order. */
export function ownParameters(module: object): [string, Parameter][] {
  const found: [string, Parameter][] = []
  for (const [key, value] of fields(module)) {
    if (value instanceof Parameter) found.push([key, value])
  }
  return found
}

/** The fields of a module that are buffers, in order; with `persistent`, only those that belong to its state. */
export function ownBuffers(module: object, persistent = false): [string, Tensor][] {
  const found: [string, Tensor][] = []
  const names = registered.get(module)
  for (const [key, value] of fields(module)) {
    if (!(value instanceof Tensor) || value instanceof Parameter) continue
    const kept = value instanceof Buffer ? value.persistent : names?.get(key)
    if (kept !== undefined && (kept || !persistent)) found.push([key, value])
  }
  return found
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
