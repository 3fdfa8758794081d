/** Everything public binds its arguments by a signature, or stands below with the reason why it does not. */
import * as torch from '@chainrule/core'
import { describe, expect, it } from 'vitest'
import * as failures from '../src/errors.ts'

const { Tensor, Generator } = torch

/** What is no function of arguments, or takes anything, an object of names too. */
const reasons: Readonly<Record<string, string>> = {
  'torch.DType': 'a class, whose instances the library makes',
  'torch.Generator': 'a constructor',
  'torch.Tensor': 'a class, whose instances the library makes',
  'torch.SliceIndex': 'a class, made by Slice',
  'torch.Signature': 'what binds',
  'torch.bindClass': 'what binds',
  'torch.signature': 'what binds',
  'torch.overloaded': 'what binds',
  'torch.typeName': 'takes any value, an object too',
  'torch.shown': 'takes any value, an object too',
  'torch.repr': 'takes any value, an object too',
  'torch.is_tensor': 'takes any value, an object too',
  'torch.broadcast_shapes': 'takes any number of lists',
  'torch.autograd.Function': 'a class to extend',
  'torch.autograd.FunctionContext': 'a class, whose instances the library makes',
  'torch.autograd.Node': 'a class, whose instances the library makes',
  'torch.gpu.init': 'options alone, which have a check of their own',
  'torch.gpu.is_available': 'takes nothing',
  'torch.gpu.info': 'takes nothing',
  'torch.gpu.synchronize': 'takes nothing',
  'torch.testing.assert_close': 'takes any value, an object too; a signature within binds the rest',
  'torch.install_devtools_formatter': 'takes nothing',
  'torch.from_plain': 'takes a plain object as its value',
  'torch.to_plain': 'takes any value, an object too',
  'torch.testing.extend': 'takes an object of a test runner',
  'Tensor.toJSON': "JavaScript's own",
  'Tensor.toString': "JavaScript's own",
  'Generator.random': 'of the library',
  'Generator.random53': 'of the library',
  'Generator.random64': 'of the library',
}

type Entry = readonly [name: string, value: unknown]

/** The functions of a namespace and of those in it; errors are classes of JavaScript's kind. */
function functionsOf(space: string, namespace: object): Entry[] {
  return Object.entries(namespace).flatMap(([name, value]: Entry): Entry[] => {
    if (Object.values<unknown>(failures).includes(value)) return []
    if (typeof value === 'function') return [[`${space}.${name}`, value]]
    return Object.prototype.toString.call(value) === '[object Module]'
      ? functionsOf(`${space}.${name}`, value as object)
      : []
  })
}

const methodsOf = (space: string, prototype: object): Entry[] =>
  Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
    .map(([name, { value }]) => [`${space}.${name}`, value])

const all = [
  ...functionsOf('torch', torch),
  ...methodsOf('Tensor', Tensor.prototype),
  ...methodsOf('Generator', Generator.prototype),
]
const isBound = (value: unknown): boolean => Reflect.get(value as object, 'signature') instanceof torch.Signature

it('binds everything public', () => {
  expect(all.length).toBeGreaterThan(900)
  expect(
    all
      .filter(([, value]) => !isBound(value))
      .map(([name]) => name)
      .sort(),
  ).toEqual(Object.keys(reasons).sort())
})

describe('values in messages', () => {
  const cycle: unknown[] = [1]
  cycle.push(cycle)
  const hostile = {
    toString(): string {
      throw new Error('hostile')
    },
  }
  it.each([
    [Symbol('s'), 'Symbol(s)'],
    [3n, '3n'],
    [hostile, 'a value of type dict'],
    [cycle, '[1, [1, [1, [...]]]]'],
    [new Array(1e6).fill(0), '[0, 0, 0, 0, 0, 0, ...]'],
    ['x'.repeat(1e6), `'${'x'.repeat(80)}…'`],
    [torch.ones(2, 3), 'a Tensor of shape [2, 3]'],
    [torch.float32, 'torch.float32'],
    [null, 'None'],
    [1e-5, '1e-05'],
  ])('%#', (value, text) => {
    expect(torch.shown(value)).toBe(text)
    expect(typeof torch.repr(value)).toBe('string')
  })
})

/** Calls without regard to types. */
const call = (f: unknown, ...args: readonly unknown[]): unknown =>
  (f as (...given: readonly unknown[]) => unknown)(...args)

describe('calls as PyTorch has them', () => {
  it('takes the options of gradients by position and by name', () => {
    const x = torch.tensor([1, 2], { requires_grad: true })
    const y = x.mul(x)
    expect(torch.autograd.grad(y, x, torch.tensor([1, 10]), true)[0]?.tolist()).toEqual([2, 40])
    expect(torch.autograd.grad(y, x, { grad_outputs: torch.ones_like(y), retain_graph: true })[0]?.tolist()).toEqual([
      2, 4,
    ])
    y.backward(torch.ones_like(y), true)
    y.backward({ gradient: torch.ones_like(y), retain_graph: true })
    torch.autograd.backward(y, torch.ones_like(y), true, false)
    torch.autograd.backward([y], { grad_tensors: [torch.ones_like(y)] })
    expect(x.grad?.tolist()).toEqual([8, 16])
  })

  it('splits at the places in a tensor', () => {
    const pieces = (given: unknown): unknown =>
      (call(torch.tensor_split, torch.arange(5), given) as torch.Tensor[]).map((piece) => piece.tolist())
    expect(pieces(torch.tensor([1, 3], { dtype: torch.int32 }))).toEqual(pieces([1, 3]))
    expect(pieces(torch.tensor(2, { dtype: torch.int32 }))).toEqual(pieces(2))
  })

  it('takes null for requires_grad', () => {
    expect(torch.zeros(2, { requires_grad: null }).requires_grad).toBe(false)
  })

  it('sets print options by position', () => {
    torch.set_printoptions(2, 10)
    expect(torch.get_printoptions()).toMatchObject({ precision: 2, threshold: 10 })
    torch.set_printoptions({ profile: 'default' })
  })
})

describe('errors in the words of PyTorch', () => {
  const x = torch.ones(2, 3).requires_grad_()
  it.each<[() => unknown, string]>([
    [() => call(x.item.bind(x), 1), 'TensorBase.item() takes no arguments (1 given)'],
    [() => call(x.numel.bind(x), 1), 'TensorBase.numel() takes no arguments (1 given)'],
    [() => call(x.detach_.bind(x), 1), 'TensorBase.detach_() takes no arguments (1 given)'],
    [() => call(x.size.bind(x), 'a'), "size(): argument 'dim' (position 1) must be int, not str"],
    [
      () => call(x.requires_grad_.bind(x), 'a'),
      "requires_grad_(): argument 'requires_grad' (position 1) must be bool, not str",
    ],
    [() => call(torch.full, 3, 1), "full(): argument 'size' (position 1) must be tuple of ints, not int"],
    [
      () => call(torch.broadcast_to, x, 3),
      "broadcast_to(): argument 'size' (position 2) must be tuple of ints, not int",
    ],
    [() => call(torch.autograd.grad, x), "grad() missing 1 required positional argument: 'inputs'"],
    [() => call(x.index.bind(x), 'a'), "new(): invalid data type 'str'"],
    [
      () => call(x.index.bind(x), 1.5),
      'only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got float)',
    ],
    [() => call(torch.inference_mode, x), "inference_mode(): argument 'mode' (position 1) must be bool, not Tensor"],
    [() => call(torch.no_grad, 1), "no_grad(): argument 'callback' (position 1) must be a function, not int"],
    [() => call(torch.set_default_device, 'toaster'), 'device type at start of device string: toaster'],
    [() => torch.set_printoptions({ precision: 1e9 }), 'set_printoptions: precision is 1000000000; give at most 1000'],
  ])('%#', (run, message) => {
    expect(run).toThrow(message)
  })
})
