/** Activations: those of the core, with PyTorch's `inplace` where PyTorch has it. */

import type { Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { overloaded, signature } from '@chainrule/core'

export {
  gelu,
  glu,
  hardshrink,
  logsigmoid,
  prelu,
  sigmoid,
  softplus,
  softshrink,
  softsign,
  tanh,
  tanhshrink,
} from '@chainrule/core'

/** Work in the memory of the input instead of making a new tensor. */
export interface Inplace {
  readonly inplace?: boolean
}

/** The parameters of an activation, in order or by name, and `inplace`. */
type Arguments<P extends string> = readonly (number | boolean | (Partial<Readonly<Record<P, number>>> & Inplace))[]
type Activation<P extends string = never> = (input: Tensor, ...args: Arguments<P>) => Tensor
type Core = Pick<torch.ElementwiseFunction<never>, 'signature' | 'on'>

/** Calls an op of the core on its arguments, the last of which says whether in place. */
const run =
  ({ signature: { parameters }, on }: Core, always: boolean) =>
  (input: Tensor, ...rest: readonly unknown[]): Tensor => {
    const apply = on as (...values: readonly unknown[]) => ReturnType<Core['on']>
    const { op, values } = apply(input, ...rest.slice(0, parameters.length - 1))
    return always || rest[parameters.length - 1] === true ? op.callInPlace(values) : op.call(values)
  }

/** The parameters of an op, as a signature writes them. */
const written = ({ signature: { parameters } }: Core): string[] =>
  parameters.map(({ kind, names }) => `${kind} ${String(names[0])}`)

/** An activation of the core that takes `inplace` too. */
const withInplace = <P extends string = never>(op: Core): Activation<P> =>
  overloaded<Activation<P>>(op.signature.name, [...written(op), 'bool inplace'], run(op, false), 'python')

/** The same activation in the memory of its input. */
const inPlace = <P extends string = never>(op: Core): Activation<P> =>
  overloaded<Activation<P>>(`${op.signature.name}_`, written(op), run(op, true))

/** `max(x, 0)`; the gradient at 0 is 0. */
export const relu = withInplace(torch.relu)
/** `min(max(x, 0), 6)`. */
export const relu6 = withInplace(torch.relu6)
/** `x`, or `negative_slope * x` below zero. */
export const leaky_relu = withInplace<'negative_slope'>(torch.leaky_relu)
/** `x`, or `alpha * (eˣ - 1)` below zero. */
export const elu = withInplace<'alpha'>(torch.elu)
/** `elu` with the scale and alpha that keep mean 0 and variance 1 (Klambauer et al. 2017). */
export const selu = withInplace(torch.selu)
/** As `elu`, with `x / alpha` in the exponent (Barron 2017). */
export const celu = withInplace<'alpha'>(torch.celu)
/** `x · sigmoid(x)`. */
export const silu = withInplace(torch.silu)
/** `x · tanh(softplus(x))` (Misra 2019). */
export const mish = withInplace(torch.mish)
/** `x` limited to [min_val, max_val]. */
export const hardtanh = withInplace<'min_val' | 'max_val'>(torch.hardtanh)
/** `min(max(x + 3, 0), 6) / 6`. */
export const hardsigmoid = withInplace(torch.hardsigmoid)
/** `x · hardsigmoid(x)` (Howard et al. 2019). */
export const hardswish = withInplace(torch.hardswish)
/** `x` above the threshold, `value` elsewhere. */
export const threshold = withInplace<'threshold' | 'value'>(torch.threshold)

/** As `relu`, in place. */
export const relu_ = inPlace(torch.relu)
/** As `leaky_relu`, in place. */
export const leaky_relu_ = inPlace<'negative_slope'>(torch.leaky_relu)
/** As `elu`, in place. */
export const elu_ = inPlace<'alpha'>(torch.elu)
/** As `selu`, in place. */
export const selu_ = inPlace(torch.selu)
/** As `celu`, in place. */
export const celu_ = inPlace<'alpha'>(torch.celu)
/** As `hardtanh`, in place. */
export const hardtanh_ = inPlace<'min_val' | 'max_val'>(torch.hardtanh)
/** As `threshold`, in place. */
export const threshold_ = inPlace<'threshold' | 'value'>(torch.threshold)

/** A softmax of the core, with F's parameters: the dimension may be left out, and then PyTorch chooses one, and warns. */
const withImplicitDim = (name: string, run: (x: Tensor, dim: number, dtype: torch.DType) => Tensor) =>
  signature(
    name,
    ['Tensor input', 'int? dim', 'int _stacklevel', 'dtype? dtype'],
    (x: Tensor, dim: number | null = null, _stacklevel = 3, dtype: torch.DType = x.dtype): Tensor => {
      if (dim === null) {
        torch.warnings.warn(
          `Implicit dimension choice for ${name} has been deprecated. Change the call to include dim=X as an argument.`,
        )
      }
      const implicit = x.ndim === 0 || x.ndim === 1 || x.ndim === 3 ? 0 : 1
      return run(x, dim ?? implicit, dtype)
    },
  )

/** `eˣ / Σ eˣ` along a dimension, without overflow. */
export const softmax = withImplicitDim('softmax', torch.softmax)
/** `log(softmax(x))`, computed as `x - logsumexp(x)`. */
export const log_softmax = withImplicitDim('log_softmax', torch.log_softmax)
/** `softmax(-x)`. */
export const softmin = withImplicitDim('softmin', torch.softmin)
