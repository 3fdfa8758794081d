/** Recurrent layers and their cells against PyTorch: tools/golden/recurrent.py makes the values. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { describe, expect, test } from 'vitest'
import { caught, fromGolden, type GoldenTensor, readGolden } from '../../core/test/golden.ts'
import { onEachFormulaDevice } from '../../core/test/harness.ts'
import { withoutWarnings } from '../../core/test/quiet.ts'

type Nested<T> = T | readonly Nested<T>[]

interface Case {
  readonly layer: string
  readonly args: readonly number[]
  readonly options: Readonly<Record<string, unknown>>
  readonly train: boolean
  readonly dtype?: 'f64'
  readonly text?: string
  readonly names?: readonly string[]
  readonly inputs?: readonly Nested<GoldenTensor>[]
  readonly out?: unknown
  readonly nodes?: readonly string[]
  readonly grads?: readonly GoldenTensor[]
  readonly caught?: unknown
}

type Layer = nn.Module<Nested<torch.Tensor>[], Nested<torch.Tensor>>

const SEED = 7
const golden = await readGolden<Case>('recurrent')

const map = <A, B>(x: Nested<A>, f: (item: A) => B): Nested<B> =>
  Array.isArray(x) ? (x as readonly Nested<A>[]).map((item) => map(item, f)) : f(x as A)
const flat = (x: Nested<torch.Tensor>): torch.Tensor[] => (x instanceof torch.Tensor ? [x] : x.flatMap(flat))

/** The gradient that backward starts from, as in the script. */
const weightsFor = (x: torch.Tensor): torch.Tensor =>
  torch.linspace(0.5, 1.5, x.numel(), { dtype: x.dtype, device: x.device }).reshape(x.shape)

withoutWarnings()

onEachFormulaDevice('recurrent layers', (on) => {
  const fitting = Object.entries(golden).filter(([, entry]) => on.fits({ ...entry, dtype: entry.dtype ?? 'f32' }))
  const isRefused = ([, entry]: [string, Case]): boolean => entry.caught !== undefined
  const ready = ({ layer, args, options, dtype, inputs = [] }: Case) => ({
    inputs: inputs.map((x) => map(x, (item) => fromGolden(item, on.device.type))),
    make: (): Layer => {
      torch.manual_seed(SEED)
      const Made = Reflect.get(nn, layer) as new (...args: unknown[]) => Layer
      const made = new Made(...args, { ...options, ...(dtype !== undefined && { dtype: torch.float64 }) })
      return made.to(on.device.type)
    },
  })

  test.each(fitting.filter((item) => !isRefused(item)))('%s', async (_, entry) => {
    const { inputs, make } = ready(entry)
    const module = make().train(entry.train)
    expect(String(module)).toBe(entry.text)
    expect(Object.keys(module.state_dict())).toEqual(entry.names)
    const tracked = [...inputs.flatMap(flat).map((x) => x.requires_grad_()), ...module.parameters()]
    torch.manual_seed(SEED)
    const out = module(...inputs)
    expect(await on.difference(out, entry.out, { relative: 1e-5, slack: 20 })).toBeNull()
    expect(flat(out).map((x) => x.grad_fn?.name())).toEqual(entry.nodes)
    torch.autograd.backward(flat(out), flat(out).map(weightsFor))
    const grads = tracked.map((x) => x.grad)
    expect(await on.difference(grads, entry.grads, { relative: 1e-5, slack: 50 })).toBeNull()
  })

  test.each(fitting.filter(isRefused))('%s is refused', async (_, entry) => {
    const { inputs, make } = ready(entry)
    expect(
      await on.difference(
        caught(() => make()(...inputs)),
        entry.caught,
      ),
    ).toBeNull()
  })
})

describe('a recurrent layer', () => {
  test('takes its options by position or by name', () => {
    expect(String(new nn.LSTM(3, 4, 2, true, true, 0.5, true))).toBe(
      'LSTM(3, 4, num_layers=2, batch_first=True, dropout=0.5, bidirectional=True)',
    )
    expect(String(new nn.RNN(3, 4, 1, 'relu', false))).toBe('RNN(3, 4, bias=False)')
    expect(() => new nn.GRU(3, 4, { layers: 2 } as object)).toThrow(
      "GRU.__init__() got an unexpected keyword argument 'layers'",
    )
  })

  test('warns of a dropout that does nothing', () => {
    const warnings = torch.warnings.catch_warnings(() => {
      torch.warnings.simplefilter('default')
      expect(new nn.GRU(3, 4, { dropout: 0.5 }).dropout).toBe(0.5)
    })
    expect(String(warnings[0])).toContain('expects num_layers greater than 1')
  })

  test('is the cells in a row', () => {
    const layer = new nn.LSTM(3, 4)
    const cell = new nn.LSTMCell(3, 4)
    cell.load_state_dict(
      Object.fromEntries(Object.entries(layer.state_dict()).map(([name, x]) => [name.replace('_l0', ''), x])),
    )
    const x = torch.randn(5, 2, 3)
    const [output, [h, c]] = layer(x)
    let state: [torch.Tensor, torch.Tensor] | null = null
    const outputs = x.unbind(0).map((step) => {
      state = cell(step, state)
      return state[0]
    })
    const [lastHidden, lastCell] = state as unknown as [torch.Tensor, torch.Tensor]
    expect(torch.stack(outputs).tolist()).toEqual(output.tolist())
    expect([lastHidden.tolist(), lastCell.tolist()]).toEqual([h.select(0, 0).tolist(), c.select(0, 0).tolist()])
  })
})
