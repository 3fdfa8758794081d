/** The layers and calls of `golden/nn.json`, made ready to run. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { fromGolden, type GoldenTensor } from '../../core/test/golden.ts'

type Callable = (...args: unknown[]) => torch.Tensor
export type Options = Readonly<Record<string, unknown>>
export const SEED = 7

/** A function of a namespace by its name. */
export function named(namespace: object, name: string): Callable {
  const found: unknown = Reflect.get(namespace, name)
  if (typeof found !== 'function') throw new Error(`there is no ${name}`)
  return found as Callable
}

/** The gradient that backward starts from, as in the script. */
export function weightsFor(out: torch.Tensor): torch.Tensor {
  const { dtype, device } = out
  if (out.numel() === 1) return torch.full(out.shape, 0.5, { dtype, device })
  return torch.linspace(0.5, 1.5, out.numel(), { dtype, device }).reshape(out.shape)
}

export interface Described {
  readonly out: GoldenTensor
  readonly node: string | null
  readonly grads?: readonly (GoldenTensor | null)[]
}

export interface LayerCase extends Partial<Described> {
  readonly layer: string
  readonly args: readonly unknown[]
  readonly options: Options
  readonly train: boolean
  readonly text: string
  readonly state: Readonly<Record<string, GoldenTensor>>
  readonly inputs?: readonly GoldenTensor[]
  readonly after?: Readonly<Record<string, GoldenTensor>>
}

export interface CallCase extends Partial<Described> {
  readonly call: string
  readonly tensors: Readonly<Record<string, GoldenTensor>>
  readonly args: readonly unknown[]
  readonly options: Options
  readonly seed?: number
  readonly track?: readonly number[]
  readonly caught?: unknown
}

/** What is tracked, and how the result comes of it. */
export interface Ready {
  readonly tracked: readonly torch.Tensor[]
  readonly run: () => torch.Tensor
}

/** A seeded layer. */
export function layerOf(entry: LayerCase, device: torch.DeviceName): nn.Module<torch.Tensor[]> {
  torch.manual_seed(SEED)
  const Layer = Reflect.get(nn, entry.layer) as new (...args: unknown[]) => nn.Module<torch.Tensor[]>
  const module = new Layer(...entry.args, ...(Object.keys(entry.options).length > 0 ? [entry.options] : []))
  module.to(device).train(entry.train)
  return module
}

/** A layer on the inputs of its case. */
export function applied(module: nn.Module<torch.Tensor[]>, entry: LayerCase, device: torch.DeviceName): Ready {
  const inputs = (entry.inputs ?? []).map((x) => fromGolden(x, device))
  const tracked = inputs.filter((x) => x.is_floating_point()).map((x) => x.requires_grad_())
  const run = () => module(...inputs.map((x) => (entry.options['inplace'] === true ? x.clone() : x)))
  return { tracked: [...tracked, ...module.parameters()], run }
}

/** A call of a function of `nn.functional`. */
export function called(entry: CallCase, device: torch.DeviceName): Ready {
  const made = Object.entries(entry.tensors).map(([key, x]) => [`$${key}`, fromGolden(x, device)] as const)
  const tensors = new Map<string, torch.Tensor>(made)
  const resolve = (x: unknown): unknown => (typeof x === 'string' ? (tensors.get(x) ?? x) : x)
  const args = entry.args.map(resolve)
  const options = Object.fromEntries(Object.entries(entry.options).map(([key, value]) => [key, resolve(value)]))
  const call = named(nn.functional, entry.call)
  const rest = Object.keys(options).length > 0 ? [options] : []
  const tracked = (entry.track ?? []).map((i) => (args[i] as torch.Tensor).requires_grad_())
  return { tracked, run: () => call(...args, ...rest) }
}
