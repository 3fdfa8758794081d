/**
 * Replays common mistakes: what PyTorch says to them, type and text, is in `golden/errors.json` (made by
 * `tools/golden/errors.py`). An error of ours may say more after PyTorch's text.
 */
import { expect, it } from 'vitest'
import * as torch from '../src/index.ts'
import { caught, decode, dtypeNamed, functionNamed, hasProperty, methodNamed, readGolden } from './golden.ts'
import { onEachCpu } from './harness.ts'

interface Mistake {
  readonly a: readonly unknown[]
  readonly o?: Readonly<Record<string, unknown>>
  /** Called as a method. */
  readonly m?: 1
  readonly error: string
  readonly message: unknown
}

/** Ours where PyTorch has an operator or a protocol of Python. */
const spelled: Readonly<Record<string, (self: unknown, ...rest: readonly unknown[]) => unknown>> = {
  mT: (self) => (self as torch.Tensor).mT,
  iterate: (self) => [...(self as torch.Tensor)],
}
const methodsOnly = ['index', 'index_put_']

type Encoded = { tensor: [number[], string, number[]] } | { view: [unknown, string, ...unknown[]] }
const isEncoded = (value: unknown): value is Encoded =>
  typeof value === 'object' && value !== null && ('tensor' in value || 'view' in value)

/** An argument: tensors are written as shape, dtype and values, views as method and arguments. */
function argument(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(argument)
  if (!isEncoded(value)) return decode(value, () => null)
  if ('tensor' in value) {
    const [shape, dtype, values] = value.tensor
    return torch.tensor(values, { dtype: dtypeNamed(dtype) }).reshape(shape)
  }
  const [base, method, ...args] = value.view
  return methodNamed(method)?.apply(argument(base), args)
}

const isMethod = (name: string, { m }: Mistake) => m === 1 || methodsOnly.includes(name)

function make(name: string, mistake: Mistake): unknown {
  const [self, ...rest] = mistake.a.map(argument)
  if (mistake.o) rest.push(argument(mistake.o))
  const special = spelled[name]
  if (special) return caught(() => special(self, ...rest))
  if (isMethod(name, mistake)) return caught(() => methodNamed(name)?.apply(self, rest))
  return caught(() => functionNamed(name)?.(self, ...rest))
}

function present(name: string, mistake: Mistake): boolean {
  if (name in spelled) return name === 'iterate' || hasProperty(name)
  return (isMethod(name, mistake) ? methodNamed(name) : functionNamed(name)) !== null
}

const golden = await readGolden<readonly Mistake[]>('errors')

onEachCpu('errors as PyTorch words them', (on) => {
  it('can make every mistake', () => {
    const missing = Object.entries(golden).flatMap(([name, mistakes]) =>
      mistakes.every((mistake) => present(name, mistake)) ? [] : [name],
    )
    expect(missing).toEqual([])
  })

  const tried = Object.entries(golden).map(
    ([name, mistakes]) => [name, mistakes.filter((mistake) => present(name, mistake))] as const,
  )

  it.each(tried.filter(([, mistakes]) => mistakes.length > 0))('%s', async (name, mistakes) => {
    const failures: string[] = []
    for (const mistake of mistakes) {
      const { error, message } = mistake
      // What PyTorch has not implemented is a RuntimeError too.
      const expected = { error: error === 'RuntimeError' ? { any: [error, 'NotImplementedError'] } : error, message }
      const text = await on.difference(make(name, mistake), expected)
      const options = mistake.o ? ` ${JSON.stringify(mistake.o)}` : ''
      if (text !== null) failures.push(`${JSON.stringify(mistake.a)}${options}\n    ${text}`)
    }
    expect(failures.length, failures.join('\n  ')).toBe(0)
  })
})
