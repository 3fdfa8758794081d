import { describe, expect, it } from 'vitest'
import { registerDevice } from '../src/devices/device.ts'
import { js } from '../src/devices/js/index.ts'
import { createWasm } from '../src/devices/wasm/index.ts'
import * as torch from '../src/index.ts'
import { randomNumbers } from './formula-random.ts'

const wasm = createWasm()

/** The same work on both devices, from the same numbers: values are moved and added one by one, so they agree to the bit. */
function both(work: (draw: (...shape: number[]) => torch.Tensor) => torch.Tensor): [number[], number[]] {
  const [found, wanted] = [wasm, js].map((device) => {
    registerDevice(device)
    const random = randomNumbers(11)
    const draw = (...shape: number[]): torch.Tensor => {
      const count = shape.reduce((product, size) => product * size, 1)
      return torch.tensor(Array.from({ length: count }, () => 2 * random() - 1)).reshape(shape)
    }
    return Array.from(work(draw).reshape(-1).to_typed_array())
  })
  return [found as number[], wanted as number[]]
}

const indices = (count: number, size: number): torch.Tensor =>
  torch.tensor(
    Array.from({ length: count }, (_, i) => (i * 7 + (i >> 2)) % size),
    { dtype: torch.int32 },
  )

const [shape, rank] = [[3, 4, 5, 9], 4]
const dims = Array.from({ length: rank }, (_, dim) => dim)
const modes = ['sum', 'prod', 'amax', 'amin'] as const

describe('gather and scatter in WASM', () => {
  it.each(dims)('picks slices along dimension %i of a tensor and of a view', (dim) => {
    const index = indices(11, 3)
    const [found, wanted] = both((draw) => draw(...shape).index_select(dim, index))
    expect(found).toEqual(wanted)
    const [ofView, wantedOfView] = both((draw) => draw(9, 5, 4, 3).permute(3, 2, 1, 0).index_select(dim, index))
    expect(ofView).toEqual(wantedOfView)
  })

  it.each(dims)('picks elements along dimension %i, each by an index of its own', (dim) => {
    const picks = shape.map((size, i) => (i === dim ? 6 : size - 1))
    const index = indices(
      picks.reduce((product, size) => product * size, 1),
      3,
    ).reshape(picks)
    const [found, wanted] = both((draw) => draw(...shape).gather(dim, index))
    expect(found).toEqual(wanted)
  })

  it.each(dims)('adds slices along dimension %i where their indices say, equal ones in turn', (dim) => {
    const sizes = shape.map((size, i) => (i === dim ? 11 : size))
    const [found, wanted] = both((draw) => draw(...shape).index_add(dim, indices(11, 3), draw(...sizes)))
    expect(found).toEqual(wanted)
  })

  it.each(modes)('joins elements by %s', (mode) => {
    const picks = [2, 4, 8, 9]
    const index = indices(2 * 4 * 8 * 9, 5).reshape(picks)
    const [found, wanted] = both((draw) => draw(...shape).scatter_reduce(2, index, draw(...picks), mode))
    expect(found).toEqual(wanted)
  })

  it('adds one number to many places', () => {
    const index = indices(40, 9).reshape(4, 10)
    const [found, wanted] = both((draw) => draw(4, 9).scatter_add(1, index, torch.tensor(0.1).expand(4, 10)))
    expect(found).toEqual(wanted)
  })

  it('overwrites elements, the last one with an index wins', () => {
    const index = indices(40, 9).reshape(4, 10)
    const [found, wanted] = both((draw) => draw(4, 9).scatter(1, index, draw(4, 10)))
    expect(found).toEqual(wanted)
  })
})
