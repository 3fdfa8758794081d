import { no_grad, type Tensor, ValueError } from '@chainrule/core'
import { bindOptions, type LayerArguments } from '../arguments.ts'
import { normalize } from '../functional/distance.ts'
import { ConvTranspose1d, ConvTranspose2d } from '../layers/conv-transpose.ts'
import type { AnyModule } from '../module/module.ts'
import { Parameter } from '../module/parameter.ts'
import { computed, release } from './computed.ts'

/** What `spectral_norm` takes by position or by name. */
export interface SpectralNormOptions {
  /** The parameter. */
  readonly name?: string
  /** How often a `forward` in training betters the estimate of the norm. */
  readonly n_power_iterations?: number
  readonly eps?: number
  /** The dimension of the outputs: 0, or 1 for transposed convolutions. */
  readonly dim?: number | null
}

const defaults = { name: 'weight', n_power_iterations: 1, eps: 1e-12, dim: null as number | null }

/**
 * Divides a parameter of a module by its spectral norm, the largest that it makes a vector of length 1 (Miyato et al. 2018). The
 * norm is estimated by power iterations, whose vectors are the buffers `weight_u` and `weight_v`. Returns the module.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.spectral_norm.html
 */
export function spectral_norm<M extends AnyModule>(module: M, ...options: LayerArguments<SpectralNormOptions>): M {
  const { name, n_power_iterations, eps, dim } = bindOptions('spectral_norm', defaults, options)
  if (n_power_iterations <= 0) {
    throw new ValueError(`Expected n_power_iterations to be positive, but got n_power_iterations=${n_power_iterations}`)
  }
  const isTransposed = module instanceof ConvTranspose1d || module instanceof ConvTranspose2d
  const rows = dim ?? (isTransposed ? 1 : 0)
  const unit = (x: Tensor): Tensor => normalize(x, { dim: 0, eps })
  const matrix = (): Tensor => matrixOf(module.get_parameter(`${name}_orig`), rows)
  computed('spectral_norm', module, name, (weight) => {
    module.register_parameter(`${name}_orig`, weight)
    no_grad(() => {
      for (const [i, letter] of ['u', 'v'].entries()) {
        module.register_buffer(`${name}_${letter}`, unit(matrix().new_empty(matrix().size(i)).normal_(0, 1)))
      }
    })
    const divided = (): Tensor => {
      const [u, v] = ['u', 'v'].map((letter) => module.get_buffer(`${name}_${letter}`)) as [Tensor, Tensor]
      no_grad(() => {
        for (let i = 0; i < n_power_iterations && module.training; i++) {
          v.copy_(unit(matrix().t().mv(u)))
          u.copy_(unit(matrix().mv(v)))
        }
      })
      // The vectors of this call: the next one changes the buffers.
      const sigma = u.clone().dot(matrix().mv(v.clone()))
      return module.get_parameter(`${name}_orig`).div(sigma)
    }
    return { now: weight.detach(), weight: divided }
  })
  return module
}

/** Makes the parameter that `spectral_norm` divides one again, divided. */
export function remove_spectral_norm<M extends AnyModule>(module: M, name = 'weight'): M {
  const training = module.training
  const weight = release('spectral_norm', module, name)
  if (weight === null) throw new ValueError(`spectral_norm of '${name}' not found in ${module.toString()}`)
  module.training = false
  const last = weight().detach()
  module.training = training
  for (const part of ['orig', 'u', 'v']) Reflect.deleteProperty(module, `${name}_${part}`)
  module.register_parameter(name, new Parameter(last))
  return module
}

/** A parameter as a matrix with a row for each output. */
function matrixOf(weight: Tensor, dim: number): Tensor {
  const first = dim === 0 ? weight : weight.movedim(dim, 0)
  return first.reshape(first.size(0), -1)
}
