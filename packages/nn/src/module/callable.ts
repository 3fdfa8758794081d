import { bindClass, NotImplementedError } from '@chainrule/core'
import { callHooked, hooksOf } from './hooks.ts'
import type { AnyModule } from './module.ts'
import { leave } from './place.ts'

/**
 * What makes a module a function: `new` gives one whose prototype is the class, and calling it runs the hooks and `forward`, and tells
 * an error where in the model it was thrown. It has no fields of its own: they would stay on the object that is left behind.
 */
export abstract class Callable {
  constructor() {
    const module = (...args: readonly unknown[]): unknown => {
      const self = module as unknown as AnyModule
      const hooks = hooksOf(self)
      try {
        return hooks === undefined ? self.forward(...(args as never)) : callHooked(self, hooks, args)
      } catch (error) {
        leave(self, error)
        throw error
      }
    }
    bindClass(new.target)
    // The prototype comes first: the other way round V8 makes a hidden class for each object.
    Object.setPrototypeOf(module, new.target.prototype)
    // They would hide a class's `get length()`, and `this.name = …` would throw.
    Reflect.deleteProperty(module, 'length')
    Reflect.deleteProperty(module, 'name')
    return module as unknown as this
  }

  abstract _get_name(): string

  // oxlint-disable-next-line no-unused-vars -- whatever a class takes, this is what its `forward` overrides
  forward(..._: never): unknown {
    throw missingForward(this)
  }
}

/** The error of a module that only holds others. */
export function missingForward(module: Callable): NotImplementedError {
  return new NotImplementedError(`Module [${module._get_name()}] is missing the required "forward" function`)
}

// Types say that what can be called has it, and libraries use it. Not `bind`: it would make a module without fields.
const call: unknown = Reflect.get(Function.prototype, 'call')
Object.defineProperty(Callable.prototype, 'call', { value: call, configurable: true, writable: true })
