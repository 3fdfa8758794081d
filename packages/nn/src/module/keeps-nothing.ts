import { enclosed, type Settled } from '@chainrule/core'
import { hooksOf } from './hooks.ts'
import { type AnyModule, Module } from './module.ts'

/**
 * Runs a module's `forward`, and where nothing in the module keeps what it sees, frees what is made on the way. `parts` are the modules
 * that it runs; where they are left out, its fields are looked at.
 */
export function forwardOf<T>(module: AnyModule, forward: () => T, parts?: readonly AnyModule[]): T {
  return keepsNothing(module, parts) ? enclosed(forward as () => Settled<T>) : forward()
}

/**
 * Whether a module is known to keep none of the tensors that pass through it. The class that defines its `forward` says so by a
 * field of its own, `static readonly keepsNothing = true`; one that overrides `forward` has to say it anew. What a module contains
 * has to be so too, unless the field is `'leaf'`: then `forward` runs no module or function that a field holds.
 */
function keepsNothing(module: AnyModule, parts?: readonly AnyModule[]): boolean {
  // Who wrote a hook, or a function that is a field, may have let it keep what it sees.
  if (hooksOf(module) !== undefined) return false
  let owner: object = module
  while (!Object.hasOwn(owner, 'forward')) owner = Object.getPrototypeOf(owner) as object
  if (owner === module || !Object.hasOwn(owner.constructor, 'keepsNothing')) return false
  const said: unknown = Reflect.get(owner.constructor, 'keepsNothing')
  if (said !== true) return said === 'leaf'
  if (parts !== undefined) return parts.every((part) => keepsNothing(part))
  for (const key of Object.keys(module)) {
    const value: unknown = Reflect.get(module, key)
    if (value instanceof Module ? !keepsNothing(value) : typeof value === 'function') return false
  }
  return true
}
