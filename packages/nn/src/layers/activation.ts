/** Activations as modules. */

import type { Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { bindLayer, type LayerArguments } from '../arguments.ts'
import * as F from '../functional/activation.ts'
import { rrelu } from '../functional/random-activation.ts'
import { layer, namedOptions } from '../module/layer.ts'
import { declareParameters } from '../module/members.ts'
import { Module } from '../module/module.ts'
import { Parameter } from '../module/parameter.ts'

/** `max(x, 0)`. */
export class ReLU extends layer({ inplace: false }, ({ inplace }, x: Tensor) => F.relu(x, inplace), namedOptions) {}
/** `min(max(x, 0), 6)`. */
export class ReLU6 extends layer({ inplace: false }, ({ inplace }, x: Tensor) => F.relu6(x, inplace), namedOptions) {}
/** `x`, or `negative_slope * x` below zero. */
export class LeakyReLU extends layer(
  { negative_slope: 0.01, inplace: false },
  ({ negative_slope, inplace }, x: Tensor) => F.leaky_relu(x, negative_slope, inplace),
  namedOptions,
) {}
/** `x`, or `alpha * (eˣ - 1)` below zero. */
export class ELU extends layer(
  { alpha: 1, inplace: false },
  ({ alpha, inplace }, x: Tensor) => F.elu(x, alpha, inplace),
  namedOptions,
) {}
/** `elu` with the scale and alpha that keep mean 0 and variance 1 (Klambauer et al. 2017). */
export class SELU extends layer({ inplace: false }, ({ inplace }, x: Tensor) => F.selu(x, inplace), namedOptions) {}
/** As `ELU`, with `x / alpha` in the exponent (Barron 2017). */
export class CELU extends layer(
  { alpha: 1, inplace: false },
  ({ alpha, inplace }, x: Tensor) => F.celu(x, alpha, inplace),
  namedOptions,
) {}
const exact: { approximate: 'none' | 'tanh' } = { approximate: 'none' }
/** `x · Φ(x)`, or with `approximate: 'tanh'` its approximation (Hendrycks and Gimpel 2016). */
export class GELU extends layer(exact, ({ approximate }, x: Tensor) => F.gelu(x, approximate), namedOptions) {}
/** `x · sigmoid(x)`. */
export class SiLU extends layer({ inplace: false }, ({ inplace }, x: Tensor) => F.silu(x, inplace), namedOptions) {}
/** `x · tanh(softplus(x))` (Misra 2019). */
export class Mish extends layer({ inplace: false }, ({ inplace }, x: Tensor) => F.mish(x, inplace), namedOptions) {}
/** `log(1 + e^(beta·x)) / beta`, and `x` itself where `beta·x` is above the threshold. */
export class Softplus extends layer(
  { beta: 1, threshold: 20 },
  ({ beta, threshold }, x: Tensor) => F.softplus(x, beta, threshold),
  namedOptions,
) {}
/** `x / (1 + |x|)`. */
export class Softsign extends layer({}, (_, x: Tensor) => F.softsign(x)) {}
/** `1 / (1 + e⁻ˣ)`. */
export class Sigmoid extends layer({}, (_, x: Tensor) => F.sigmoid(x)) {}
/** The hyperbolic tangent. */
export class Tanh extends layer({}, (_, x: Tensor) => F.tanh(x)) {}
/** `log(sigmoid(x))` without overflow. */
export class LogSigmoid extends layer({}, (_, x: Tensor) => F.logsigmoid(x)) {}
/** `x` limited to [min_val, max_val]. */
export class Hardtanh extends layer(
  { min_val: -1, max_val: 1, inplace: false },
  ({ min_val, max_val, inplace }, x: Tensor) => F.hardtanh(x, min_val, max_val, inplace),
  namedOptions,
) {}
/** `min(max(x + 3, 0), 6) / 6`. */
export class Hardsigmoid extends layer({ inplace: false }, ({ inplace }, x: Tensor) => F.hardsigmoid(x, inplace)) {}
/** `x · hardsigmoid(x)` (Howard et al. 2019). */
export class Hardswish extends layer({ inplace: false }, ({ inplace }, x: Tensor) => F.hardswish(x, inplace)) {}
/** `x - tanh(x)`. */
export class Tanhshrink extends layer({}, (_, x: Tensor) => F.tanhshrink(x)) {}
/** `x` moved towards 0 by `lambd`, and 0 nearer than that. */
export class Softshrink extends layer(
  { lambd: 0.5 },
  ({ lambd }, x: Tensor) => F.softshrink(x, lambd),
  ({ lambd }) => torch.repr(lambd, { float: true }),
) {}
/** `x`, and 0 where it is nearer to 0 than `lambd`. */
export class Hardshrink extends layer(
  { lambd: 0.5 },
  ({ lambd }, x: Tensor) => F.hardshrink(x, lambd),
  ({ lambd }) => torch.repr(lambd, { float: true }),
) {}
/** `x` above the threshold, `value` elsewhere: `new Threshold(threshold, value)`. */
export class Threshold extends layer(
  { threshold: 0, value: 0, inplace: false },
  ({ threshold, value, inplace }, x: Tensor) => F.threshold(x, threshold, value, inplace),
  namedOptions,
) {}
/** The first half along a dimension, times the sigmoid of the second. */
export class GLU extends layer(
  { dim: -1 },
  ({ dim }, x: Tensor) => F.glu(x, dim),
  ({ dim }) => `dim=${dim}`,
) {}

const noDim: { dim: number | null } = { dim: null }
const dimText = ({ dim }: { dim: number | null }): string => `dim=${dim ?? 'None'}`
/** `eˣ / Σ eˣ` along a dimension. */
export class Softmax extends layer(noDim, ({ dim }, x: Tensor) => F.softmax(x, dim), dimText) {}
/** `log(softmax(x))` along a dimension. */
export class LogSoftmax extends layer(noDim, ({ dim }, x: Tensor) => F.log_softmax(x, dim), dimText) {}
/** `softmax(-x)` along a dimension. */
export class Softmin extends layer(noDim, ({ dim }, x: Tensor) => F.softmin(x, dim), dimText) {}

/** `softmax` over the channels of `[N, C, H, W]` or `[C, H, W]`. */
export class Softmax2d extends layer(
  {},
  (_, x: Tensor) => {
    if (x.ndim !== 3 && x.ndim !== 4) {
      throw new torch.ValueError(`Softmax2d: expected input to be 3D or 4D, got ${x.ndim}D instead`)
    }
    return F.softmax(x, -3)
  },
  undefined,
  undefined,
  ['Tensor input'],
) {}
/** As `LeakyReLU`, in training with slopes drawn evenly between bounds (Xu et al. 2015). */
export class RReLU extends layer(
  { lower: 1 / 8, upper: 1 / 3, inplace: false },
  ({ lower, upper, inplace, training }, x: Tensor) => rrelu(x, lower, upper, training, inplace),
  namedOptions,
) {}

const oneSlope = { num_parameters: 1, init: 0.25 }

/** As `LeakyReLU`, with slopes that are learned: one for all, or one for each channel (He et al. 2015). */
export class PReLU extends Module {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['any input'] }
  readonly num_parameters: number
  weight: Parameter

  /** `new PReLU(num_parameters, init)`; `init` is the slope to start from. */
  constructor(...args: LayerArguments<typeof oneSlope>) {
    super()
    const { num_parameters, init } = bindLayer('PReLU', oneSlope, args)
    this.num_parameters = num_parameters
    this.weight = new Parameter(torch.full([num_parameters], init))
    declareParameters(this, 'weight')
  }

  forward(input: Tensor): Tensor {
    return F.prelu(input, this.weight)
  }

  override extra_repr(): string {
    return `num_parameters=${this.num_parameters}`
  }
}
