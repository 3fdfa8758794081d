import { type autograd, RuntimeError, type Tensor, TypeError, typeName } from '@chainrule/core'
import { type AnyModule, Module } from '../module/module.ts'
import type { Parameter } from '../module/parameter.ts'

interface Computed {
  readonly weight: () => Tensor
  readonly handle: autograd.RemovableHandle
}

/** The fields of each module that are computed anew before each `forward`, by who computes them. */
const fields = new WeakMap<object, Map<string, Computed>>()

/**
 * Takes a parameter away from a module, unless `check` throws; in its place, `make` registers others made of it, and says what the field is now and how it is
 * computed of them before each `forward`.
 */
export function computed(
  by: string,
  module: AnyModule,
  name: string,
  make: (parameter: Parameter) => { readonly now: Tensor; readonly weight: () => Tensor },
  check: (parameter: Parameter) => unknown,
): void {
  const known = fields.get(module) ?? new Map<string, Computed>()
  const key = `${by} ${name}`
  if (known.has(key)) throw new RuntimeError(`Cannot register two ${by} hooks on the same parameter ${name}`)
  const parameter = module.get_parameter(name)
  check(parameter)
  Reflect.deleteProperty(module, name)
  const { now, weight } = make(parameter)
  const handle = module.register_forward_pre_hook(() => {
    Reflect.set(module, name, weight())
  })
  fields.set(module, known.set(key, { weight, handle }))
  Reflect.set(module, name, now)
}

/** @throws TypeError where it is not a module. */
export function moduleOf(of: string, value: unknown): AnyModule {
  if (value instanceof Module) return value as AnyModule
  throw new TypeError(`${of}(): argument 'module' (position 1) must be Module, not ${typeName(value)}`)
}

/** Ends it, and gives what computed the field; `null` where nothing did. */
export function release(by: string, module: AnyModule, name: string): (() => Tensor) | null {
  const known = fields.get(module)
  const found = known?.get(`${by} ${name}`)
  if (known === undefined || found === undefined) return null
  known.delete(`${by} ${name}`)
  found.handle.remove()
  Reflect.deleteProperty(module, name)
  return found.weight
}
