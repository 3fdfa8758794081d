import { Tensor } from '@chainrule/core'
import { bufferNames, declareParameters, fields, isDeclared, registerBuffer } from './members.ts'
import { type AnyModule, Module } from './module.ts'
import { Buffer, Parameter } from './parameter.ts'

/**
 * A copy of a module with all within it, as Python's `copy.deepcopy` makes it: tensors have memory of their own, and what the module
 * has several times the copy has several times too. Constructors of subclasses do not run, so their fields that begin with `#` are
 * not copied, nor are hooks.
 */
export function copyModule<M extends AnyModule>(module: M): M {
  return copied(module, new Map()) as M
}

function copied(value: unknown, known: Map<unknown, unknown>): unknown {
  const isModule = value instanceof Module
  if (!isModule && (typeof value !== 'object' || value === null)) return value
  const found = known.get(value)
  if (found !== undefined) return found
  if (value instanceof Tensor) {
    const made = copyTensor(value)
    known.set(value, made)
    return made
  }
  if (Array.isArray(value)) {
    const made: unknown[] = []
    known.set(value, made)
    for (const item of value) made.push(copied(item, known))
    return made
  }
  if (!isModule) return value
  const made = Reflect.construct(Module, [], value.constructor) as object
  known.set(value, made)
  for (const [key, field] of fields(value)) {
    Reflect.set(made, key, copied(field, known))
    if (isDeclared(value, key)) declareParameters(made, key)
  }
  for (const [key, persistent] of bufferNames(value)) registerBuffer(made, key, persistent)
  return made
}

function copyTensor(x: Tensor): Tensor {
  const data = x.detach().clone()
  if (x instanceof Parameter) return new Parameter(data, x.requires_grad)
  return x instanceof Buffer ? new Buffer(data, { persistent: x.persistent }) : data
}
