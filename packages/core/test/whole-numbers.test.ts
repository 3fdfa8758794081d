/** Whole numbers that every function of geometry takes: a 0-dimensional tensor of one is that number, a fraction is refused. */
import { describe, expect, it } from 'vitest'
import * as torch from '../src/index.ts'
import { Slice } from './harness.ts'

type Whole = number | torch.Tensor
type Call = (...args: readonly unknown[]) => unknown
/** `x.name(...args)`, as a program without types may write it. */
const on = (name: string, args: (n: Whole) => readonly unknown[]) => (n: Whole) => {
  const x = torch.arange(12).reshape([3, 4])
  return (Reflect.get(x, name) as Call).apply(x, [...args(n)])
}

/** What takes a whole number of 1, by its name; what is written with a star takes a list of them. */
const calls: Readonly<Record<string, (n: Whole) => unknown>> = {
  'narrow start': on('narrow', (n) => [1, n, 2]),
  'narrow length': on('narrow', (n) => [1, 0, n]),
  select: on('select', (n) => [0, n]),
  split: on('split', (n) => [n]),
  'split sizes': on('split', (n) => [[n, 2]]),
  chunk: on('chunk', (n) => [n]),
  tensor_split: on('tensor_split', (n) => [n]),
  roll: on('roll', (n) => [n, 0]),
  'roll list': on('roll', (n) => [
    [n, n],
    [0, 1],
  ]),
  unbind: on('unbind', (n) => [n]),
  unsqueeze: on('unsqueeze', (n) => [n]),
  squeeze: on('squeeze', (n) => [n]),
  transpose: on('transpose', (n) => [0, n]),
  permute: on('permute', (n) => [n, 0]),
  flip: on('flip', (n) => [n]),
  view: on('view', (n) => [n, 12]),
  reshape: on('reshape', (n) => [n, -1]),
  expand: on('expand', (n) => [n, 3, 4]),
  repeat: on('repeat', (n) => [n, n]),
  tile: on('tile', (n) => [[n, n]]),
  unfold: on('unfold', (n) => [0, n, n]),
  diagonal: on('diagonal', (n) => [n]),
  tril: on('tril', (n) => [n]),
  as_strided: on('as_strided', (n) => [[n], [n], n]),
  index: on('index', (n) => [n]),
  'index of a slice': on('index', (n) => [Slice(n, null, n)]),
  sum: on('sum', (n) => [n]),
  cumsum: on('cumsum', (n) => [n]),
  argmax: on('argmax', (n) => [n]),
  sort: on('sort', (n) => [n]),
  topk: on('topk', (n) => [n]),
  new_zeros: on('new_zeros', (n) => [n, n]),
  repeat_interleave: on('repeat_interleave', (n) => [n, 0]),
  zeros: (n) => (torch.zeros as Call)(n, 2),
  eye: (n) => (torch.eye as Call)(n),
  linspace: (n) => (torch.linspace as Call)(0, 1, n),
  stack: (n) => (torch.stack as Call)([torch.ones(2), torch.ones(2)], n),
  broadcast_to: (n) => (torch.broadcast_to as Call)(torch.ones(1, 1), [n, 2]),
}

/** The tensors of a result, written out. */
function shown(out: unknown): string {
  if (out instanceof torch.Tensor) return String(out)
  return JSON.stringify(Object.values(out as object).map(String))
}

const expected = /must be|only integer|slice indices must be integers/

describe.each(Object.entries(calls))('%s', (_, call) => {
  it('takes a tensor of a whole number', () => {
    expect(shown(call(torch.tensor(1, { dtype: torch.int32 })))).toBe(shown(call(1)))
  })

  it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s', (value) => {
    expect(() => call(value)).toThrow(expected)
  })
})

it('takes tensors of any integers, and refuses those of fractions and of several numbers', () => {
  // These read a tensor in ways of their own.
  const ofOne = Object.entries(calls).filter(([name]) => !['index', 'repeat_interleave', 'tensor_split'].includes(name))
  for (const [, call] of ofOne) {
    expect(shown(call(torch.tensor(1, { dtype: torch.uint8 })))).toBe(shown(call(1)))
    expect(() => call(torch.tensor(1))).toThrow(expected)
    expect(() => call(torch.tensor([1, 2], { dtype: torch.int32 }))).toThrow(expected)
  }
})

it('splits at the numbers of a tensor', () => {
  const x = torch.arange(5)
  const cuts = torch.tensor([2, 3], { dtype: torch.int32 })
  expect(x.tensor_split(cuts).map(String)).toEqual(['tensor([0, 1])', 'tensor([2])', 'tensor([3, 4])'])
  expect(() => x.tensor_split(torch.tensor(1.5))).toThrow('to have dtype of long, but got Float')
  expect(() => x.tensor_split(cuts.reshape([1, 2]))).toThrow('but got a tensor with 2 dims')
})
