/** Every layer, loss and initialisation against PyTorch: tools/golden/nn.py makes the values. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { caught, entriesOf, type GoldenTensor, readGolden } from '../../core/test/golden.ts'
import { onEachFormulaDevice, sizeOf, type TestBench } from '../../core/test/harness.ts'
import { withoutWarnings } from '../../core/test/quiet.ts'
import {
  applied,
  type CallCase,
  called,
  type LayerCase,
  layerOf,
  named,
  type Options,
  SEED,
  weightsFor,
} from './golden-case.ts'
import { independent, scenarios } from './scenarios.ts'

const golden = await readGolden<unknown>('nn')

/** What counts classes, or looks for mistakes among values. */
const isReadingAtOnce = (name: string, entry: unknown): boolean =>
  /^one_hot\(2x2 \)|^clipping/.test(name) || (typeof entry === 'object' && entry !== null && 'caught' in entry)

/** The entries of a kind that a device can hold, and of those that answer later, that they can run. */
const fitting = <T>(on: TestBench, kind: string): [string, T][] =>
  entriesOf<T>(golden, kind).filter(
    ([name, entry]) => on.fits(entry) && (on.device.sync || !isReadingAtOnce(name, entry)),
  )

/** The result, its node, and the gradients of what is tracked. */
function describeResult(out: torch.Tensor, tracked: readonly torch.Tensor[]): Record<string, unknown> {
  const entry = { out, node: out.grad_fn?.name() ?? null }
  if (!out.requires_grad) return entry
  out.backward(weightsFor(out))
  return { ...entry, grads: tracked.map((x) => x.grad) }
}

const pick = (entry: object, ...keys: readonly string[]): unknown =>
  Object.fromEntries(Object.entries(entry).filter(([key]) => keys.includes(key)))

/** Elements near zero count by the largest of their tensor. */
const single = { slack: 10, scaled: true }
/** As `single`, for what takes many ops. */
const several = { relative: 1e-5, slack: 50, scaled: true }

withoutWarnings()

onEachFormulaDevice('layers', (on) => {
  test.each(fitting<LayerCase>(on, 'layer'))('%s', async (_, entry) => {
    const module = layerOf(entry, on.device.type)
    expect(String(module)).toBe(entry.text)
    expect(Object.keys(module.state_dict())).toEqual(Object.keys(entry.state))
    expect(await on.difference(module.state_dict(), entry.state, single)).toBeNull()
    if (entry.inputs === undefined) return
    const { tracked, run } = applied(module, entry, on.device.type)
    torch.manual_seed(SEED)
    // Nothing but the result may be needed afterwards.
    const result = describeResult(torch.enclosed(run), tracked)
    expect(await on.difference(result, pick(entry, 'out', 'node', 'grads'), several)).toBeNull()
    expect(await on.difference(module.state_dict(), entry.after, single)).toBeNull()
  })
})

onEachFormulaDevice('functions', (on) => {
  test.each(fitting<CallCase>(on, 'call'))('%s', async (_, entry) => {
    const { tracked, run } = called(entry, on.device.type)
    if (entry.seed !== undefined) torch.manual_seed(entry.seed)
    let result: unknown
    const failed = caught(() => {
      result = describeResult(run(), tracked)
    })
    expect(await on.difference(failed, entry.caught ?? 'nothing')).toBeNull()
    const expected = entry.caught === undefined ? pick(entry, 'out', 'node', 'grads') : undefined
    expect(await on.difference(result, expected, single)).toBeNull()
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

onEachFormulaDevice('initial values', (on) => {
  test.each(fitting<InitCase>(on, 'init'))('%s', async (_, entry) => {
    torch.manual_seed(SEED)
    const x = new nn.Parameter(torch.zeros(entry.shape, { device: on.device.type }))
    // What is refused has changed nothing.
    const zeros: GoldenTensor = { d: 'f32', s: entry.shape, v: new Array<number>(sizeOf(entry.shape)).fill(0) }
    const rest = Object.keys(entry.options).length > 0 ? [entry.options] : []
    const failed = caught(() => named(nn.init, entry.init)(x, ...entry.args, ...rest))
    expect(await on.difference(failed, entry.caught ?? 'nothing')).toBeNull()
    expect(await on.difference(x, entry.out ?? zeros, single)).toBeNull()
  })
})

describe('initial values', () => {
  test.each(entriesOf<number>(golden, 'gain'))('gain of %s', (nonlinearity, gain) => {
    expect(nn.init.calculate_gain(nonlinearity as nn.init.Nonlinearity)).toBeCloseTo(gain, 12)
  })
})

onEachFormulaDevice('scenarios', (on) => {
  beforeEach(() => torch.set_default_device(on.device.type))
  afterEach(() => torch.set_default_device(null))

  test.each(fitting(on, 'scenario').filter(([name]) => name in scenarios))('%s', async (name, expected) => {
    torch.manual_seed(SEED)
    expect(await on.difference(await scenarios[name]?.(), expected, several)).toBeNull()
  })
})

describe('scenarios', () => {
  test('are those of the script', () => {
    const names = entriesOf(golden, 'scenario').map(([name]) => name)
    expect(Object.keys({ ...scenarios, ...independent }).sort()).toEqual(names.sort())
  })

  test.each(Object.entries(independent))('%s', (name, run) => {
    torch.manual_seed(SEED)
    expect(run()).toEqual(golden[`scenario ${name}`])
  })
})
