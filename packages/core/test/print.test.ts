import { afterEach, expect, test } from 'vitest'
import type { DeviceName } from '../src/devices/device.ts'
import { dtypes, float32, float64, int32 } from '../src/dtype.ts'
import { ValueError } from '../src/errors.ts'
import {
  formatTensor,
  get_printoptions,
  type Printable,
  type PrintOptionsChange,
  repr,
  set_printoptions,
} from '../src/tensor/print.ts'
import { readGolden } from './golden-file.ts'

/** What tools/golden/print.py writes. */
interface Case {
  dtype: string
  shape: number[]
  values?: (number | string)[]
  pattern?: { start: number; step: number; period: number }
  requires_grad?: boolean
  grad_fn?: string
  device?: DeviceName
  options?: PrintOptionsChange
  expected: string
}

const cases = Object.values(await readGolden<Case>('print'))

const notFinite: Record<string, number> = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, '-inf': -Infinity }

function printable(one: Case): Printable {
  const dtype = dtypes.find(({ name }) => name === one.dtype) ?? float32
  const { values = [], pattern } = one
  const valueAt = (i: number) => {
    if (pattern) return pattern.start + pattern.step * (i % pattern.period)
    const value = values[i]
    return typeof value === 'number' ? value : (notFinite[value ?? ''] ?? 0)
  }
  return {
    shape: one.shape,
    dtype,
    at: (i) => dtype.round(valueAt(i)),
    requires_grad: one.requires_grad ?? false,
    grad_fn: one.grad_fn ?? null,
    device: one.device ?? 'cpu',
  }
}

/** A float32 vector. */
function vector(...values: number[]): Printable {
  return printable({ dtype: 'float32', shape: [values.length], values, expected: '' })
}

afterEach(() => set_printoptions({ profile: 'default' }))

test.each(dtypes.map(({ name }) => name))('PyTorch prints the same tensors of %s alike', (dtype) => {
  const chosen = cases.filter((one) => one.dtype === dtype)
  expect(chosen.length).toBeGreaterThan(60)
  for (const one of chosen) {
    set_printoptions({ profile: 'default' })
    set_printoptions(one.options ?? {})
    expect(formatTensor(printable(one)), JSON.stringify(one)).toBe(one.expected)
  }
})

test('a summary asks for the elements that it shows, and once for each', () => {
  const asked: number[] = []
  const at = (i: number) => asked.push(i)
  const text = formatTensor({ ...vector(), shape: [1000, 1000, 1000], dtype: int32, at })
  expect(text).toContain('...')
  expect(asked.length).toBe(6 ** 3)
  expect(new Set(asked).size).toBe(6 ** 3)
  expect(asked.slice(0, 7)).toEqual([0, 1, 2, 997, 998, 999, 1000])
  expect(asked.at(-1)).toBe(999_999_999)
})

// PyTorch 2.10 prints a summary of no items, and tells the size that it hides; 1.13, which made the golden file, cannot.
test('edgeitems 0 leaves the size alone', () => {
  set_printoptions({ edgeitems: 0, threshold: 2 })
  expect(formatTensor(vector(1, 2, 3))).toBe('tensor([...], size=(3,))')
  expect(formatTensor({ ...vector(1, 2, 3, 4), shape: [2, 2], dtype: float64, requires_grad: true })).toBe(
    'tensor([...], size=(2, 2), dtype=torch.float64, requires_grad=True)',
  )
  expect(formatTensor(vector(1, 2))).toBe('tensor([1., 2.], size=(2,))')
})

test('a line of unlimited width never breaks', () => {
  set_printoptions({ linewidth: Number.POSITIVE_INFINITY })
  expect(formatTensor({ ...vector(0.5), shape: [200], at: () => 0.5 })).not.toContain('\n')
})

test('options stay until they are set again, but sci_mode', () => {
  set_printoptions({ precision: 2, sci_mode: true })
  expect(formatTensor(vector(0.5))).toBe('tensor([5.00e-01])')
  set_printoptions({ linewidth: 70 })
  expect(get_printoptions()).toEqual({ precision: 2, threshold: 1000, edgeitems: 3, linewidth: 70, sci_mode: null })
  expect(formatTensor(vector(0.5))).toBe('tensor([0.50])')
  const saved = get_printoptions()
  set_printoptions({ profile: 'full' })
  expect(get_printoptions()).toEqual({
    precision: 4,
    threshold: Number.POSITIVE_INFINITY,
    edgeitems: 3,
    linewidth: 80,
    sci_mode: null,
  })
  set_printoptions(saved)
  expect(get_printoptions()).toEqual(saved)
})

test.each<[PrintOptionsChange, string]>([
  [{ precision: -1 }, 'precision is -1; give an integer from 0'],
  [{ precision: 1.5 }, 'precision is 1.5; give an integer from 0'],
  [{ edgeitems: -3 }, 'edgeitems is -3; give an integer from 0'],
  [{ threshold: Number.NaN }, 'threshold is NaN; give a number from 0'],
  [{ linewidth: -80 }, 'linewidth is -80; give a number from 0'],
  [JSON.parse('{"profile": "long"}'), "there is no profile 'long'; use 'default', 'short' or 'full'"],
])('%o is refused and changes nothing', (change, message) => {
  const before = get_printoptions()
  expect(() => set_printoptions({ linewidth: 40, ...change })).toThrow(new ValueError(`set_printoptions: ${message}`))
  expect(get_printoptions()).toEqual(before)
})

test('floats read as in Python', () => {
  const texts: [number, string][] = [
    [0.01, '0.01'],
    [1, '1.0'],
    [0, '0.0'],
    [-0, '-0.0'],
    [-2.5, '-2.5'],
    [0.1 + 0.2, '0.30000000000000004'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1.5e-8, '1.5e-08'],
    [-1e-7, '-1e-07'],
    [123456789, '123456789.0'],
    [9999999999999998, '9999999999999998.0'],
    [1e16, '1e+16'],
    [1.2345678901234568e17, '1.2345678901234568e+17'],
    [1e21, '1e+21'],
    [1e22, '1e+22'],
    [1e100, '1e+100'],
    [5e-324, '5e-324'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [Number.NaN, 'nan'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ]
  for (const [x, text] of texts) expect(repr(x, { float: true })).toBe(text)
})

test('values read as in Python', () => {
  const values = [null, undefined, true, false, 'mean', 3, -2, 0, 0.5, 1e-5, 1e16, Number.NaN]
  const texts = ['None', 'None', 'True', 'False', "'mean'", '3', '-2', '0', '0.5', '1e-05', '1e+16', 'nan']
  expect(values.map((value) => repr(value))).toEqual(texts)
  expect([[], [4], [0, 3], [[1], null]].map((value) => repr(value))).toEqual(['()', '(4,)', '(0, 3)', '((1,), None)'])
  expect(repr([0, 0.999], { float: true })).toBe('(0.0, 0.999)')
})
