/** Every layer, loss and initialisation against PyTorch: tools/golden/nn.py makes the values. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { caught, difference, entriesOf, fromGolden, type GoldenTensor } from './golden.ts'
import { scenarios } from './scenarios.ts'

type Callable = (...args: unknown[]) => torch.Tensor
type Options = Readonly<Record<string, unknown>>
const SEED = 7

/** A function of a namespace by its name. */
function named(namespace: object, name: string): Callable {
  const found: unknown = Reflect.get(namespace, name)
  if (typeof found !== 'function') throw new Error(`there is no ${name}`)
  return found as Callable
}

/** The gradient that backward starts from, as in the script. */
function weightsFor(out: torch.Tensor): torch.Tensor {
  if (out.numel() === 1) return torch.full(out.shape, 0.5, { dtype: out.dtype })
  return torch.linspace(0.5, 1.5, out.numel(), { dtype: out.dtype }).reshape(out.shape)
}

interface Described {
  readonly out: GoldenTensor
  readonly node: string | null
  readonly grads?: readonly (GoldenTensor | null)[]
}

/** The result, its node, and the gradients of what is tracked. */
function describeResult(out: torch.Tensor, tracked: readonly torch.Tensor[]): Record<string, unknown> {
  const entry = { out, node: out.grad_fn?.name() ?? null }
  if (!out.requires_grad) return entry
  out.backward(weightsFor(out))
  return { ...entry, grads: tracked.map((x) => x.grad) }
}

const pick = (entry: object, ...keys: readonly string[]): unknown =>
  Object.fromEntries(Object.entries(entry).filter(([key]) => keys.includes(key)))

beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

interface LayerCase extends Partial<Described> {
  readonly layer: string
  readonly args: readonly unknown[]
  readonly options: Options
  readonly train: boolean
  readonly text: string
  readonly state: Readonly<Record<string, GoldenTensor>>
  readonly inputs?: readonly GoldenTensor[]
  readonly after?: Readonly<Record<string, GoldenTensor>>
}

describe('layers', () => {
  test.each(entriesOf<LayerCase>('layer'))('%s', (_, entry) => {
    torch.manual_seed(SEED)
    const Layer = Reflect.get(nn, entry.layer) as new (...args: unknown[]) => nn.Module<torch.Tensor[]>
    const module = new Layer(...entry.args, ...(Object.keys(entry.options).length > 0 ? [entry.options] : []))
    module.train(entry.train)
    expect(String(module)).toBe(entry.text)
    expect(Object.keys(module.state_dict())).toEqual(Object.keys(entry.state))
    expect(difference(module.state_dict(), entry.state)).toBeNull()
    if (entry.inputs === undefined) return
    const inputs = entry.inputs.map(fromGolden)
    const tracked = inputs.filter((x) => x.is_floating_point()).map((x) => x.requires_grad_())
    torch.manual_seed(SEED)
    const out = module.forward(...inputs.map((x) => (entry.options['inplace'] === true ? x.clone() : x)))
    const result = describeResult(out, [...tracked, ...module.parameters()])
    expect(difference(result, pick(entry, 'out', 'node', 'grads'), { relative: 1e-5 })).toBeNull()
    expect(difference(module.state_dict(), entry.after)).toBeNull()
  })
})

interface CallCase extends Partial<Described> {
  readonly call: string
  readonly tensors: Readonly<Record<string, GoldenTensor>>
  readonly args: readonly unknown[]
  readonly options: Options
  readonly seed?: number
  readonly track?: readonly number[]
  readonly caught?: unknown
}

describe('functions', () => {
  test.each(entriesOf<CallCase>('call'))('%s', (_, entry) => {
    const tensors = new Map(Object.entries(entry.tensors).map(([key, x]) => [`$${key}`, fromGolden(x)]))
    const resolve = (x: unknown): unknown => (typeof x === 'string' ? (tensors.get(x) ?? x) : x)
    const args = entry.args.map(resolve)
    const options = Object.fromEntries(Object.entries(entry.options).map(([key, value]) => [key, resolve(value)]))
    const call = named(nn.functional, entry.call)
    const rest = Object.keys(options).length > 0 ? [options] : []
    const tracked = (entry.track ?? []).map((i) => (args[i] as torch.Tensor).requires_grad_())
    if (entry.seed !== undefined) torch.manual_seed(entry.seed)
    let result: unknown
    const failed = caught(() => {
      result = describeResult(call(...args, ...rest), tracked)
    })
    expect(difference(failed, entry.caught ?? 'nothing')).toBeNull()
    expect(difference(result, entry.caught === undefined ? pick(entry, 'out', 'node', 'grads') : undefined)).toBeNull()
  })
})

interface InitCase {
  readonly init: string
  readonly shape: readonly number[]
  readonly args: readonly unknown[]
  readonly options: Options
  readonly out?: GoldenTensor
  readonly caught?: unknown
}

describe('initial values', () => {
  test.each(entriesOf<InitCase>('init'))('%s', (_, entry) => {
    torch.manual_seed(SEED)
    const x = new nn.Parameter(torch.zeros(entry.shape))
    // What is refused has changed nothing.
    const zeros: GoldenTensor = { d: 'f32', s: entry.shape, v: Array.from(x.to_typed_array()) }
    const rest = Object.keys(entry.options).length > 0 ? [entry.options] : []
    const failed = caught(() => named(nn.init, entry.init)(x, ...entry.args, ...rest))
    expect(difference(failed, entry.caught ?? 'nothing')).toBeNull()
    expect(difference(x, entry.out ?? zeros)).toBeNull()
  })

  test.each(entriesOf<number>('gain'))('gain of %s', (nonlinearity, gain) => {
    expect(nn.init.calculate_gain(nonlinearity as nn.init.Nonlinearity)).toBeCloseTo(gain, 12)
  })
})

describe('scenarios', () => {
  test.each(entriesOf<unknown>('scenario'))('%s', (name, expected) => {
    torch.manual_seed(SEED)
    const run = scenarios[name]
    expect(run, `scenario ${name}`).toBeDefined()
    expect(difference(run?.(), expected, { relative: 1e-5 })).toBeNull()
  })
})
