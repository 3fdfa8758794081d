import { no_grad } from '../../autograd/modes.ts'
import { checkInPlace } from '../../autograd/view.ts'
import { Kernel } from '../../devices/kernel.ts'
import { RuntimeError, TypeError } from '../../errors.ts'
import { compileScalar, type Expression, hoist, readFormula, substitute } from '../../formula/index.ts'
import { formatShape, sameShape } from '../../shape.ts'
import { shown } from '../../signature/index.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { leader } from './operands.ts'

/** What an update changes, in order, and what it only reads. */
export interface UpdateDefinition {
  /** The new value of each tensor that changes. Each formula sees what the ones before it have made. */
  readonly writes: Readonly<Record<string, string>>
  /** The tensors that are read. */
  readonly reads?: readonly string[]
  /** The numbers that are read. What formulas make of numbers alone is computed once, in float64. */
  readonly parameters?: readonly string[]
}

/** Tensors of one shape and numbers, under the names that the formulas use. */
export type UpdateArguments = Readonly<Record<string, Tensor | number>>

/**
 * Defines a change of several tensors at once, in place and in one pass over their memory: the step of an optimizer, as
 * its paper writes it. Nothing is recorded; leaves that require gradients may be changed.
 *
 * @example
 * const step = update('momentum', { writes: { m: 'mu * m + g', p: 'p - lr * m' }, reads: ['g'], parameters: ['mu', 'lr'] })
 * step({ p: weight, m: buffer, g: weight.grad, mu: 0.9, lr: 0.1 })
 * @throws FormulaError when a formula cannot be read.
 */
export function update(
  name: string,
  { writes, reads = [], parameters = [] }: UpdateDefinition,
): (values: UpdateArguments) => void {
  const written = Object.keys(writes)
  const scope = [...written, ...reads, ...parameters]
  const results: Record<string, Expression> = {}
  for (const target of written) results[target] = substitute(readFormula(writes[target] as string, scope), results)
  const tensorNames = [...written, ...reads]
  const { formulas, numbers } = hoist(Object.values(results), parameters)
  const kernel = new Kernel(name, [...tensorNames, ...numbers.keys()], formulas)
  const scalars = [...numbers.values()].map((number) => compileScalar(number, parameters))
  return (values) => {
    if (typeof values !== 'object' || values === null) {
      throw new TypeError(`${name}: expected an object of tensors and numbers, got ${shown(values)}`)
    }
    const tensors = tensorNames.map((key) => values[key] as Tensor)
    const outputs = tensors.slice(0, written.length)
    const first = outputs[0] as Tensor
    tensors.forEach((x, i) => checkOperand(name, scope[i] as string, x, first))
    leader(name, tensors)
    no_grad(() => {
      for (const x of outputs) checkInPlace(x)
    })
    const given = parameters.map((key) => {
      const value = values[key]
      if (typeof value !== 'number') throw new TypeError(`${name}: '${key}' must be a number, got ${shown(value)}`)
      return value
    })
    const rounded = scalars.map((scalar) => first.dtype.round(scalar(...given)))
    first.storage.device.run(kernel, outputs, [...tensors, ...rounded])
    for (const x of outputs) x.storage.version++
  }
}

function checkOperand(name: string, key: string, x: Tensor | undefined, first: Tensor): void {
  if (!(x instanceof Tensor)) throw new TypeError(`${name}: '${key}' must be a Tensor, got ${shown(x)}`)
  if (sameShape(x.shape, first.shape) && x.dtype === first.dtype) return
  throw new RuntimeError(
    `${name}: '${key}' has shape ${formatShape(x.shape)} and dtype ${x.dtype.toString()}, expected ${formatShape(first.shape)} and ${first.dtype.toString()}`,
  )
}
