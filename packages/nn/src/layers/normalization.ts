import type { DeviceName, DType, Shape, Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { bindLayer, type Call, type LayerArguments } from '../arguments.ts'
import { batch_norm, group_norm, instance_norm, layer_norm, local_response_norm } from '../functional/normalization.ts'
import { layerOf, namedOptions } from '../module/layer.ts'
import { declareParameters, registerBuffer } from '../module/members.ts'
import { Module } from '../module/module.ts'
import { Buffer, Parameter } from '../module/parameter.ts'
import { place } from './linear.ts'

const layerNormDefaults = { eps: 1e-5, elementwise_affine: true, bias: true, ...place }
const groupNormDefaults = { eps: 1e-5, affine: true, ...place }
const batchNormDefaults = {
  eps: 1e-5,
  momentum: 0.1 as number | null,
  affine: true,
  track_running_stats: true,
  ...place,
}

/** Where parameters are made. */
interface Place {
  readonly device?: DeviceName | undefined
  readonly dtype?: DType | undefined
}

/** What `LayerNorm` takes by name. */
export interface LayerNormOptions extends Place {
  readonly eps?: number
  /** Learn a scale, and a shift unless `bias` is false. */
  readonly elementwise_affine?: boolean
  readonly bias?: boolean
}

/** Normalises the last dimensions of its input, which have `normalized_shape` (Ba et al. 2016). */
export class LayerNorm extends Module {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }
  readonly normalized_shape: Shape
  readonly eps: number
  readonly elementwise_affine: boolean
  weight: Parameter | null
  bias: Parameter | null

  constructor(
    ...args: Call<
      ['normalized_shape'],
      [normalized_shape: number | Shape],
      LayerNormOptions,
      LayerArguments<LayerNormOptions>
    >
  ) {
    super()
    const { normalized_shape, eps, elementwise_affine, bias, device, dtype } = bindLayer<
      typeof layerNormDefaults,
      { readonly normalized_shape: number | Shape }
    >('LayerNorm', layerNormDefaults, args, ['normalized_shape'])
    this.normalized_shape = typeof normalized_shape === 'number' ? [normalized_shape] : [...normalized_shape]
    this.eps = eps
    this.elementwise_affine = elementwise_affine
    const shape = this.normalized_shape
    this.weight = elementwise_affine ? new Parameter(torch.ones(shape, { device, dtype })) : null
    this.bias = elementwise_affine && bias ? new Parameter(torch.zeros(shape, { device, dtype })) : null
    declareParameters(this, 'weight', 'bias')
  }

  forward(input: Tensor): Tensor {
    const { weight, bias, eps } = this
    return layer_norm(input, this.normalized_shape, { weight, bias, eps })
  }

  override extra_repr(): string {
    return `${torch.repr(this.normalized_shape)}, eps=${torch.repr(this.eps, { float: true })}, elementwise_affine=${torch.repr(this.elementwise_affine)}`
  }
}

/** What `GroupNorm` takes by name. */
export interface GroupNormOptions extends Place {
  readonly eps?: number
  /** Learn a scale and a shift for each channel. */
  readonly affine?: boolean
}

/** Normalises groups of channels of `[N, C, …]`, each sample for itself (Wu and He 2018). */
export class GroupNorm extends Module {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }
  readonly num_groups: number
  readonly num_channels: number
  readonly eps: number
  readonly affine: boolean
  weight: Parameter | null
  bias: Parameter | null

  constructor(
    ...args: Call<
      ['num_groups', 'num_channels'],
      [num_groups: number, num_channels: number],
      GroupNormOptions,
      LayerArguments<GroupNormOptions>
    >
  ) {
    super()
    const { num_groups, num_channels, eps, affine, device, dtype } = bindLayer<
      typeof groupNormDefaults,
      { readonly num_groups: number; readonly num_channels: number }
    >('GroupNorm', groupNormDefaults, args, ['num_groups', 'num_channels'])
    if (num_channels % num_groups !== 0) {
      throw new torch.ValueError('num_channels must be divisible by num_groups')
    }
    this.num_groups = num_groups
    this.num_channels = num_channels
    this.eps = eps
    this.affine = affine
    this.weight = affine ? new Parameter(torch.ones([num_channels], { device, dtype })) : null
    this.bias = affine ? new Parameter(torch.zeros([num_channels], { device, dtype })) : null
    declareParameters(this, 'weight', 'bias')
  }

  forward(input: Tensor): Tensor {
    const { weight, bias, eps } = this
    return group_norm(input, this.num_groups, { weight, bias, eps })
  }

  override extra_repr(): string {
    return `${this.num_groups}, ${this.num_channels}, eps=${torch.repr(this.eps, { float: true })}, affine=${torch.repr(this.affine)}`
  }
}

/** What batch normalisations take by name. */
export interface BatchNormOptions extends Place {
  readonly eps?: number
  /** How much of each batch goes into the running moments; `null` averages over all batches. */
  readonly momentum?: number | null
  readonly affine?: boolean
  /** Keep running moments, and use them in evaluation. */
  readonly track_running_stats?: boolean
}

type RunningNormArguments = Call<
  ['num_features'],
  [num_features: number],
  BatchNormOptions,
  LayerArguments<BatchNormOptions>
>

/** Normalisation of channels, with running moments. */
abstract class RunningNorm extends Module {
  readonly num_features: number
  readonly eps: number
  readonly momentum: number | null
  readonly affine: boolean
  readonly track_running_stats: boolean
  weight: Parameter | null
  bias: Parameter | null
  running_mean: Buffer | null
  running_var: Buffer | null
  num_batches_tracked: Buffer | null

  constructor(defaults: typeof batchNormDefaults, args: RunningNormArguments) {
    super()
    const { num_features, eps, momentum, affine, track_running_stats, device, dtype } = bindLayer<
      typeof batchNormDefaults,
      { readonly num_features: number }
    >(new.target.name, defaults, args, ['num_features'])
    this.num_features = num_features
    this.eps = eps
    this.momentum = momentum
    this.affine = affine
    this.track_running_stats = track_running_stats
    const ones = (): Tensor => torch.ones([num_features], { device, dtype })
    const zeros = (): Tensor => torch.zeros([num_features], { device, dtype })
    this.weight = affine ? new Parameter(ones()) : null
    this.bias = affine ? new Parameter(zeros()) : null
    declareParameters(this, 'weight', 'bias')
    this.running_mean = track_running_stats ? new Buffer(zeros()) : null
    this.running_var = track_running_stats ? new Buffer(ones()) : null
    this.num_batches_tracked = track_running_stats ? new Buffer(torch.zeros([], { dtype: torch.int32, device })) : null
    for (const name of ['running_mean', 'running_var', 'num_batches_tracked']) registerBuffer(this, name, true)
  }

  override _optional_state(): readonly string[] {
    return ['num_batches_tracked']
  }

  /** Forgets the batches seen so far. */
  reset_running_stats(): void {
    this.running_mean?.zero_()
    this.running_var?.fill_(1)
    this.num_batches_tracked?.zero_()
  }

  override extra_repr(): string {
    return (
      `${this.num_features}, eps=${torch.repr(this.eps, { float: true })}, momentum=${torch.repr(this.momentum, { float: true })}, ` +
      `affine=${torch.repr(this.affine)}, track_running_stats=${torch.repr(this.track_running_stats)}`
    )
  }
}

/** What the batch normalisations share. */
export abstract class BatchNorm extends RunningNorm {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }
  /** The numbers of dimensions that an input may have. */
  protected abstract get _ranks(): readonly number[]

  constructor(...args: RunningNormArguments) {
    super(batchNormDefaults, args)
  }

  forward(input: Tensor): Tensor {
    if (!this._ranks.includes(input.ndim)) {
      const wanted = this._ranks.map((rank) => `${rank}D`).join(' or ')
      throw new torch.ValueError(`expected ${wanted} input (got ${input.ndim}D input)`)
    }
    const { weight, bias, eps, training, num_batches_tracked } = this
    let momentum: number | Tensor = this.momentum ?? 0
    const counted = training && num_batches_tracked !== null
    if (counted && this.momentum === null) {
      // The share of each of all batches. On a GPU nobody waits for their number.
      const isHere = num_batches_tracked.device === 'cpu'
      momentum = isHere ? 1 / (num_batches_tracked.item() + 1) : num_batches_tracked.add(1).reciprocal()
    }
    const isOwn = training || this.running_mean === null
    const keeps = !training || this.track_running_stats
    const [mean, variance] = keeps ? [this.running_mean, this.running_var] : [null, null]
    const out = batch_norm(input, mean, variance, { weight, bias, eps, momentum, training: isOwn })
    if (counted) num_batches_tracked.add_(1)
    return out
  }
}

/** Normalises each channel of `[N, C]` or `[N, C, L]` over the batch (Ioffe and Szegedy 2015). */
export class BatchNorm1d extends BatchNorm {
  protected get _ranks(): readonly number[] {
    return [2, 3]
  }
}
/** Normalises each channel of `[N, C, H, W]` over the batch (Ioffe and Szegedy 2015). */
export class BatchNorm2d extends BatchNorm {
  protected get _ranks(): readonly number[] {
    return [4]
  }
}
/** Normalises each channel of `[N, C, D, H, W]` over the batch. */
export class BatchNorm3d extends BatchNorm {
  protected get _ranks(): readonly number[] {
    return [5]
  }
}

/** What the instance normalisations share. */
export abstract class InstanceNorm extends RunningNorm {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }
  /** How many dimensions an input without a batch has. */
  protected abstract get _rank(): number

  constructor(...args: RunningNormArguments) {
    super({ ...batchNormDefaults, affine: false, track_running_stats: false }, args)
  }

  forward(input: Tensor): Tensor {
    const rank = this._rank
    if (input.ndim !== rank && input.ndim !== rank + 1) {
      throw new torch.ValueError(`expected ${rank}D or ${rank + 1}D input (got ${input.ndim}D input)`)
    }
    const dim = input.ndim - rank
    if (input.size(dim) !== this.num_features) {
      if (this.affine) {
        throw new torch.ValueError(
          `expected input's size at dim=${dim} to match num_features (${this.num_features}), but got: ${input.size(dim)}.`,
        )
      }
      torch.warnings.warn(
        `input's size at dim=${dim} does not match num_features. You can silence this warning by not passing in ` +
          'num_features, which is not used because affine=False',
      )
    }
    const { running_mean, running_var, weight, bias, eps, training, track_running_stats } = this
    const use_input_stats = training || !track_running_stats
    const options = { running_mean, running_var, weight, bias, use_input_stats, momentum: this.momentum ?? 0, eps }
    return input.ndim === rank ? instance_norm(input.unsqueeze(0), options).squeeze(0) : instance_norm(input, options)
  }
}

/** Normalises each channel of each sample of `[N, C, L]` or `[C, L]` (Ulyanov et al. 2016). */
export class InstanceNorm1d extends InstanceNorm {
  protected get _rank(): number {
    return 2
  }
}
/** Normalises each channel of each sample of `[N, C, H, W]` or `[C, H, W]` (Ulyanov et al. 2016). */
export class InstanceNorm2d extends InstanceNorm {
  protected get _rank(): number {
    return 3
  }
}
/** Normalises each channel of each sample of `[N, C, D, H, W]` or `[C, D, H, W]`. */
export class InstanceNorm3d extends InstanceNorm {
  protected get _rank(): number {
    return 4
  }
}

/** `x / (k + alpha · mean of squares over size neighbouring channels)^beta` (Krizhevsky et al. 2012). */
export class LocalResponseNorm extends layerOf<{ size: number }>('size')(
  { alpha: 1e-4, beta: 0.75, k: 1 },
  ({ size, alpha, beta, k }, x: Tensor) => local_response_norm(x, size, { alpha, beta, k }),
  ({ size, ...options }) => `${size}, ${namedOptions(options)}`,
) {}
