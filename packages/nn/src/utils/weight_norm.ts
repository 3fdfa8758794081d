import { nameStep, overloaded, RuntimeError, type Tensor, ValueError } from '@chainrule/core'
import type { AnyModule } from '../module/module.ts'
import { Parameter } from '../module/parameter.ts'
import { computed, moduleOf, release } from './computed.ts'

interface WeightNorm {
  <M extends AnyModule>(module: M, name?: string, dim?: number | null): M
  <M extends AnyModule>(module: M, options: { readonly name?: string; readonly dim?: number | null }): M
  <M extends AnyModule>(module: M, name: string, options: { readonly dim?: number | null }): M
}
interface RemoveWeightNorm {
  <M extends AnyModule>(module: M, name?: string): M
  <M extends AnyModule>(module: M, options: { readonly name?: string }): M
}

/**
 * Makes a parameter of a module the product of a length, `weight_g`, and a direction, `weight_v / ‖weight_v‖`, which are learned in
 * its place (Salimans and Kingma 2016). Returns the module.
 *
 * @example
 * const layer = nn.utils.weight_norm(new nn.Linear(20, 40))
 * layer.get_parameter('weight_g').shape // [40, 1]
 * @param name the parameter.
 * @param dim what keeps a length of its own: each slice along this dimension, or with `null` the parameter as a whole.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.weight_norm.html
 */
export const weight_norm: WeightNorm = overloaded<WeightNorm>(
  'weight_norm',
  ['any module', 'str name', 'int? dim'],
  (given: AnyModule, name = 'weight', dim: number | null = 0): AnyModule => {
    const module = moduleOf('weight_norm', given)
    const at = dim === null || dim === -1 ? null : dim
    const [g, v] = [`${name}_g`, `${name}_v`]
    computed(
      'weight_norm',
      module,
      name,
      (weight) => {
        module.register_parameter(g, new Parameter(lengths(weight.detach(), at)))
        module.register_parameter(v, new Parameter(weight.detach()))
        const joined = (): Tensor => {
          const direction = module.get_parameter(v)
          const scale = module.get_parameter(g).div(lengths(direction, at))
          const product = direction.mul(scale)
          // Others are not one step in PyTorch.
          const isOuter = at === 0 || at === direction.ndim - 1
          return isOuter ? nameStep(product, 'WeightNormInterfaceBackward0') : product
        }
        return { now: joined(), weight: joined }
      },
      (weight) => lengths(weight.detach(), at),
    )
    return module
  },
  'python',
)

/** Makes the parameter that `weight_norm` has taken apart one again. */
export const remove_weight_norm: RemoveWeightNorm = overloaded<RemoveWeightNorm>(
  'remove_weight_norm',
  ['any module', 'str name'],
  (given: AnyModule, name = 'weight'): AnyModule => {
    const module = moduleOf('remove_weight_norm', given)
    const weight = release('weight_norm', module, name)
    if (weight === null) throw new ValueError(`weight_norm of '${name}' not found in ${module.toString()}`)
    const last = weight().detach()
    for (const part of [`${name}_g`, `${name}_v`]) Reflect.deleteProperty(module, part)
    module.register_parameter(name, new Parameter(last))
    return module
  },
  'python',
)

/** The length of each slice along a dimension, in a shape that broadcasts; or of all. */
function lengths(x: Tensor, dim: number | null): Tensor {
  if (dim === null) return x.norm()
  if (dim < 0 || dim >= x.ndim) {
    throw new RuntimeError(`weight_norm: dim ${dim} is not a dimension of a parameter of shape [${x.shape.join(', ')}]`)
  }
  const others = x.shape.flatMap((_, i) => (i === dim ? [] : [i]))
  return others.length === 0 ? x.abs() : x.norm(2, others, { keepdim: true })
}
