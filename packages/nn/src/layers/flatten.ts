import { repr, type Shape, type Tensor } from '@chainrule/core'
import { bindLayer, type Call, type LayerArguments } from '../arguments.ts'
import { Module } from '../module/module.ts'

const dims = { start_dim: 1, end_dim: -1 }
/** Makes one dimension of those from `start_dim` to `end_dim`: by default all but the first, the batch. */
export class Flatten extends Module {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }
  readonly start_dim: number
  readonly end_dim: number

  constructor(...args: LayerArguments<typeof dims>) {
    super()
    const { start_dim, end_dim } = bindLayer('Flatten', dims, args)
    this.start_dim = start_dim
    this.end_dim = end_dim
  }

  forward(input: Tensor): Tensor {
    return input.flatten(this.start_dim, this.end_dim)
  }

  override extra_repr(): string {
    return `start_dim=${this.start_dim}, end_dim=${this.end_dim}`
  }
}

const noOptions = {}
/** Makes several dimensions of one; one of the sizes may be -1. */
export class Unflatten extends Module {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }
  readonly dim: number
  readonly unflattened_size: Shape

  constructor(...args: Call<['dim', 'unflattened_size'], [dim: number, unflattened_size: Shape], object, []>) {
    super()
    const { dim, unflattened_size } = bindLayer<
      Readonly<Record<string, unknown>>,
      { readonly dim: number; readonly unflattened_size: Shape }
    >('Unflatten', noOptions, args, ['dim', 'unflattened_size'])
    this.dim = dim
    this.unflattened_size = unflattened_size
  }

  forward(input: Tensor): Tensor {
    return input.unflatten(this.dim, this.unflattened_size)
  }

  override extra_repr(): string {
    return `dim=${this.dim}, unflattened_size=${repr(this.unflattened_size)}`
  }
}
