import type { DeviceName, DType, Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { bindLayer, type Call } from '../arguments.ts'
import { bilinear, linear } from '../functional/linear.ts'
import { kaiming_uniform_, uniform_ } from '../init/index.ts'
import { declareParameters } from '../module/members.ts'
import { Module } from '../module/module.ts'
import { Parameter } from '../module/parameter.ts'

/** What layers with weights take by name. */
export interface WeightOptions {
  /** Learn an additive bias too. */
  readonly bias?: boolean
  readonly device?: DeviceName | undefined
  readonly dtype?: DType | undefined
}

/** Where a layer has its parameters; PyTorch's last arguments. */
export const place = { device: undefined as DeviceName | undefined, dtype: undefined as DType | undefined }
const weightDefaults = { bias: true, ...place }
/** What comes after the sizes, by position. */
export type WeightArguments = [bias?: boolean | WeightOptions, device?: DeviceName | WeightOptions, dtype?: DType]

/** The input itself. Takes any arguments and ignores them. */
export class Identity extends Module {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['any input'] }
  // oxlint-disable-next-line no-unused-vars -- it may stand for a layer with any arguments
  constructor(..._: readonly unknown[]) {
    super()
  }

  forward(input: Tensor): Tensor {
    return input
  }
}

/**
 * `y = x Aᵀ + b`, on the last dimension: `[…, in_features] → […, out_features]`.
 *
 * @example
 * new nn.Linear(20, 30)(torch.randn(128, 20)).size() // [128, 30]
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Linear.html
 */
export class Linear extends Module {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['any input'] }
  readonly in_features: number
  readonly out_features: number
  /** `[out_features, in_features]` */
  weight: Parameter
  /** `[out_features]` */
  bias: Parameter | null

  constructor(
    ...args: Call<
      ['in_features', 'out_features'],
      [in_features: number, out_features: number],
      WeightOptions,
      WeightArguments
    >
  ) {
    super()
    const required = ['in_features', 'out_features'] as const
    const { in_features, out_features, bias, device, dtype } = bindLayer<
      typeof weightDefaults,
      Record<(typeof required)[number], number>
    >('Linear', weightDefaults, args, required)
    this.in_features = in_features
    this.out_features = out_features
    this.weight = new Parameter(torch.empty([out_features, in_features], { device, dtype }))
    this.bias = bias ? new Parameter(torch.empty([out_features], { device, dtype })) : null
    declareParameters(this, 'weight', 'bias')
    this.reset_parameters()
  }

  /** Draws new weights: both from ±1/√in_features. */
  reset_parameters(): void {
    kaiming_uniform_(this.weight, Math.sqrt(5))
    const bound = this.in_features > 0 ? 1 / Math.sqrt(this.in_features) : 0
    if (this.bias !== null) uniform_(this.bias, -bound, bound)
  }

  forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias)
  }

  override extra_repr(): string {
    return `in_features=${this.in_features}, out_features=${this.out_features}, bias=${torch.repr(this.bias !== null)}`
  }
}

/** `y = x₁ᵀ A x₂ + b`: `[…, in1_features], […, in2_features] → […, out_features]`. */
export class Bilinear extends Module<[Tensor, Tensor]> {
  static override readonly _signatures = { forward: ['any input1', 'any input2'] }
  readonly in1_features: number
  readonly in2_features: number
  readonly out_features: number
  /** `[out_features, in1_features, in2_features]` */
  weight: Parameter
  /** `[out_features]` */
  bias: Parameter | null

  constructor(
    ...args: Call<
      ['in1_features', 'in2_features', 'out_features'],
      [in1_features: number, in2_features: number, out_features: number],
      WeightOptions,
      WeightArguments
    >
  ) {
    super()
    const required = ['in1_features', 'in2_features', 'out_features'] as const
    const { in1_features, in2_features, out_features, bias, device, dtype } = bindLayer<
      typeof weightDefaults,
      Record<(typeof required)[number], number>
    >('Bilinear', weightDefaults, args, required)
    this.in1_features = in1_features
    this.in2_features = in2_features
    this.out_features = out_features
    this.weight = new Parameter(torch.empty([out_features, in1_features, in2_features], { device, dtype }))
    this.bias = bias ? new Parameter(torch.empty([out_features], { device, dtype })) : null
    declareParameters(this, 'weight', 'bias')
    this.reset_parameters()
  }

  /** Draws new weights: both from ±1/√in1_features. */
  reset_parameters(): void {
    const bound = 1 / Math.sqrt(this.in1_features)
    uniform_(this.weight, -bound, bound)
    if (this.bias !== null) uniform_(this.bias, -bound, bound)
  }

  forward(input1: Tensor, input2: Tensor): Tensor {
    return bilinear(input1, input2, this.weight, this.bias)
  }

  override extra_repr(): string {
    return `in1_features=${this.in1_features}, in2_features=${this.in2_features}, out_features=${this.out_features}, bias=${torch.repr(this.bias !== null)}`
  }
}
