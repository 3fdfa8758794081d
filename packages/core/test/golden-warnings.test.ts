/** What PyTorch warns of, of tensors and ops: tools/golden/warned.py makes the texts, a program stands here for each. */
import { expect, test } from 'vitest'
import * as torch from '../src/index.ts'
import { entriesOf, readGolden } from './golden.ts'

const golden = entriesOf<readonly string[]>(await readGolden<readonly string[]>('warnings'), 'core')

const w = torch.ones(2, { requires_grad: true })
const plain = torch.ones(2)
const half = torch.full([2, 2], 0.5)
const byte = torch.ones(2, { dtype: torch.uint8 })
const images = torch.ones(1, 1, 4)

const programs: Readonly<Record<string, () => unknown>> = {
  'grad of a non-leaf': () => w.mul(2).grad,
  'grad of a leaf': () => w.grad,
  'grad of a constant': () => plain.mul(2).grad,
  'tensor of a tensor': () => torch.tensor(plain),
  'new_tensor of a tensor': () => plain.new_tensor(plain),
  'as_tensor of a tensor': () => torch.as_tensor(plain),
  'tensor of a list of tensors': () => torch.tensor([torch.tensor(1)] as never),
  'T of 0 dimensions': () => torch.ones([]).T,
  'T of 1 dimension': () => plain.T,
  'T of 2 dimensions': () => half.T,
  'T of 3 dimensions': () => torch.ones(2, 2, 2).T,
  meshgrid: () => torch.meshgrid(plain, plain),
  'meshgrid of a list': () => torch.meshgrid([plain, plain]),
  'meshgrid with indexing': () => torch.meshgrid(plain, plain, { indexing: 'ij' }),
  'meshgrid of one': () => torch.meshgrid(plain),
  'backward with create_graph': () => w.mul(w).sum().backward({ create_graph: true }),
  'grad with create_graph': () => torch.autograd.grad(w.mul(w).sum(), w, { create_graph: true }),
  'index by bytes': () => plain.index(byte),
  'where by bytes': () => torch.where(byte, plain, plain),
  chain_matmul: () => torch.chain_matmul(half, half),
  'cov of one observation': () => torch.ones(2, 1).cov(),
  cov: () => half.cov(),
  'gradcheck of float32': () => torch.autograd.gradcheck((x) => x.mul(1), w, { eps: 0.5, atol: 0.1 }),
  'conv1d of an even kernel, padded to the same': () => torch.conv1d(images, torch.ones(1, 1, 2), { padding: 'same' }),
  'conv1d of an odd kernel, padded to the same': () => torch.conv1d(images, torch.ones(1, 1, 3), { padding: 'same' }),
  'var of one': () => torch.ones(1).var(),
  'std of one': () => torch.ones(1).std(),
  'var of no rows': () => torch.ones(0, 2).var(0),
  'var_mean of one': () => torch.var_mean(torch.ones(1)),
  'std_mean of one': () => torch.std_mean(torch.ones(1)),
  'var of one, uncorrected': () => torch.ones(1).var({ unbiased: false }),
  'var of two': () => plain.var(),
  'cross without dim': () => torch.cross(torch.ones(3), torch.ones(3)),
  'cross with dim': () => torch.cross(torch.ones(3), torch.ones(3), { dim: 0 }),
  'linalg.cross': () => torch.linalg.cross(torch.ones(3), torch.ones(3)),
}

test.each(golden)('%s', (name, expected) => {
  const program = programs[name]
  if (program === undefined) throw new Error(`no program for ${name}`)
  expect(torch.warnings.catch_warnings(program).map(({ message }) => message)).toEqual(expected)
})

test('a tensor that keeps its gradient, and one that has some, warn of nothing', () => {
  const y = w.mul(2)
  y.retain_grad()
  const read = () => y.grad
  expect(torch.warnings.catch_warnings(read)).toEqual([])
  y.sum().backward()
  expect(torch.warnings.catch_warnings(read)).toEqual([])
})

test('linalg.cross takes the last dimension, as many dimensions on both sides, and names what it was given', () => {
  const x = torch.arange(9, { dtype: torch.float32 }).reshape(3, 3)
  const y = x.flip(1)
  expect(torch.linalg.cross(x, y).tolist()).toEqual(torch.cross(x, y, 1).tolist())
  const of = (a: torch.Tensor, b: torch.Tensor, dim?: number) => () =>
    torch.linalg.cross(a, b, dim === undefined ? {} : { dim })
  expect(of(torch.ones(3, 2), torch.ones(3, 2))).toThrow(
    'linalg.cross: inputs dimension -1 must have length 3. Got 2 and 2',
  )
  expect(of(torch.ones(4, 3), torch.ones(3))).toThrow('linalg.cross: inputs must have the same number of dimensions.')
  expect(of(torch.ones(3), torch.ones(3), 2)).toThrow(
    'Dimension out of range (expected to be in range of [-1, 0], but got 2)',
  )
  expect(torch.linalg.cross(torch.ones(1, 3), torch.ones(4, 3)).shape).toEqual([4, 3])
})
