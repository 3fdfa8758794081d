import { no_grad, overloaded, type Tensor, ValueError } from '@chainrule/core'
import { normalize } from '../functional/distance.ts'
import { ConvTranspose1d, ConvTranspose2d } from '../layers/conv-transpose.ts'
import type { AnyModule } from '../module/module.ts'
import { Parameter } from '../module/parameter.ts'
import { computed, moduleOf, release } from './computed.ts'

interface SpectralNormOptions {
  /** The parameter. */
  readonly name?: string
  /** How often a `forward` in training betters the estimate of the norm. */
  readonly n_power_iterations?: number
  readonly eps?: number
  /** The dimension of the outputs: 0, or 1 for transposed convolutions. */
  readonly dim?: number | null
}

interface SpectralNorm {
  <M extends AnyModule>(module: M, name?: string, n_power_iterations?: number, eps?: number, dim?: number | null): M
  <M extends AnyModule>(module: M, options: SpectralNormOptions): M
  <M extends AnyModule>(module: M, name: string, options: Omit<SpectralNormOptions, 'name'>): M
}
interface RemoveSpectralNorm {
  <M extends AnyModule>(module: M, name?: string): M
  <M extends AnyModule>(module: M, options: { readonly name?: string }): M
}

/**
 * Divides a parameter of a module by its spectral norm, the largest that it makes a vector of length 1 (Miyato et al. 2018). The
 * norm is estimated by power iterations, whose vectors are the buffers `weight_u` and `weight_v`. Returns the module.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.spectral_norm.html
 */
export const spectral_norm: SpectralNorm = overloaded<SpectralNorm>(
  'spectral_norm',
  ['any module', 'str name', 'int n_power_iterations', 'float eps', 'int? dim'],
  (given: AnyModule, name = 'weight', n_power_iterations = 1, eps = 1e-12, dim: number | null = null): AnyModule => {
    const module = moduleOf('spectral_norm', given)
    if (n_power_iterations <= 0) {
      throw new ValueError(
        `Expected n_power_iterations to be positive, but got n_power_iterations=${n_power_iterations}`,
      )
    }
    const isTransposed = module instanceof ConvTranspose1d || module instanceof ConvTranspose2d
    const rows = dim ?? (isTransposed ? 1 : 0)
    const unit = (x: Tensor): Tensor => normalize(x, 2, 0, eps)
    const matrix = (): Tensor => matrixOf(module.get_parameter(`${name}_orig`), rows)
    computed(
      'spectral_norm',
      module,
      name,
      (weight) => {
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
      },
      (weight) => unit(matrixOf(weight.detach(), rows)),
    )
    return module
  },
  'python',
)

/** Makes the parameter that `spectral_norm` divides one again, divided. */
export const remove_spectral_norm: RemoveSpectralNorm = overloaded<RemoveSpectralNorm>(
  'remove_spectral_norm',
  ['any module', 'str name'],
  (given: AnyModule, name = 'weight'): AnyModule => {
    const module = moduleOf('remove_spectral_norm', given)
    const training = module.training
    const weight = release('spectral_norm', module, name)
    if (weight === null) throw new ValueError(`spectral_norm of '${name}' not found in ${module.toString()}`)
    module.training = false
    const last = weight().detach()
    module.training = training
    for (const part of ['orig', 'u', 'v']) Reflect.deleteProperty(module, `${name}_${part}`)
    module.register_parameter(name, new Parameter(last))
    return module
  },
  'python',
)

/** A parameter as a matrix with a row for each output. */
function matrixOf(weight: Tensor, dim: number): Tensor {
  const first = dim === 0 ? weight : weight.movedim(dim, 0)
  return first.reshape(first.size(0), -1)
}
