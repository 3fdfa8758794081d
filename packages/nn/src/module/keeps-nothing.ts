import type { AnyModule } from './module.ts'
import { ownModules } from './module.ts'

/**
 * Whether a module is known to keep none of the tensors that pass through it. The class that defines its `forward` says so by a
 * field of its own, `static readonly keepsNothing = true`; one that overrides `forward` has to say it anew. What a module contains
 * has to be so too.
 */
export function keepsNothing(module: AnyModule): boolean {
  let owner: object = module
  while (!Object.hasOwn(owner, 'forward')) owner = Object.getPrototypeOf(owner) as object
  if (owner === module || !Object.hasOwn(owner.constructor, 'keepsNothing')) return false
  return ownModules(module).every(([, child]) => keepsNothing(child))
}
