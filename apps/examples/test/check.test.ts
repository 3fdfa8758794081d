import * as torch from '@chainrule/core'
import { describe, expect, it } from 'vitest'
import { type Cell, type Notebooks, relive } from '../src/cell.ts'
import { check, isNear, matches } from '../src/check.ts'
import type { Recorded } from '../src/recorded/index.ts'
import { recorded } from '../src/recorded/index.ts'
import { report, summary } from '../src/report.ts'
import { run } from '../src/run.ts'
import { scenarios } from '../src/scenarios/index.ts'

const untracked = 'RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn'
const notebook = (outputs: Recorded['outputs']) => ({ 1: { title: 'a notebook', outputs } })
const scenario = (notebooks: Notebooks, losses = [1, 0]) => ({
  title: 'a scenario',
  notebooks,
  goal: 0,
  train: () => losses,
})

const program: Notebooks = {
  1(cell) {
    const x = torch.tensor(3, { requires_grad: true })
    cell(1, () => x.pow(2))
    cell(2, () => torch.tensor(3).backward())
  },
}
const right = { 1: 'tensor(9., grad_fn=<PowBackward0>)', 2: untracked }

/** What `npm start` would say of a notebook with these outputs, and whether it would end well. */
async function result(outputs: Recorded['outputs'], notebooks = program, losses?: number[]) {
  const records = notebook(outputs)
  return report([await run('one', scenario(notebooks, losses), records)], records)
}

describe('the checker', () => {
  it('is content with what matches', async () => {
    const { good, text } = await result(right)
    expect(good).toBe(true)
    expect(text).toContain('2/2')
  })

  it('catches a wrong digit, and shows both', async () => {
    const { good, text } = await result({ ...right, 1: 'tensor(9.0001, grad_fn=<PowBackward0>)' })
    expect(good).toBe(false)
    expect(text).toContain(
      'notebook 1, cell 1\n  expected tensor(9.0001, grad_fn=<PowBackward0>)\n  got      tensor(9., grad',
    )
    expect(text).toContain('1/2')
  })

  it('catches a missing cell', async () => {
    const { good, text } = await result({ ...right, 3: 'tensor(6.)' })
    expect(good).toBe(false)
    expect(text).toContain('notebook 1, cell 3\n  expected tensor(6.)\n  got      (no scenario shows this cell)')
    expect(text).toContain('2/3')
  })

  it('catches a missing error', async () => {
    const tracked: Notebooks = {
      1(cell) {
        cell(1, () => torch.tensor(3, { requires_grad: true }).pow(2))
        cell(2, () => torch.tensor(3, { requires_grad: true }).backward())
      },
    }
    const { good, text } = await result(right, tracked)
    expect(good).toBe(false)
    expect(text).toContain(`notebook 1, cell 2\n  expected ${untracked}\n  got`)
  })

  it('catches an error where a value was recorded, another text, another type', async () => {
    const expected = { ...right, 2: 'tensor(1.)' }
    const others = [
      expected,
      { ...right, 2: untracked.replace('element 0', 'element 1') },
      { ...right, 2: untracked.replace('RuntimeError', 'ValueError') },
    ]
    for (const outputs of others) expect((await result(outputs)).good).toBe(false)
  })

  it('catches a cell that was never recorded', async () => {
    const { good, text } = await result({ 1: right[1] })
    expect(good).toBe(false)
    expect(text).toContain('(no such output was recorded)')
  })

  it('catches an error between cells', async () => {
    const broken: Notebooks = {
      1() {
        throw new torch.ValueError('broken')
      },
    }
    const { good, text } = await result(right, broken)
    expect(good).toBe(false)
    expect(text).toContain('outside of its cells')
    expect(text).toContain('ValueError: broken')
  })

  it('catches a training that does not converge', async () => {
    const { good, text } = await result(right, program, [1, 0.5])
    expect(good).toBe(false)
    expect(text).toContain('did not converge: one')
    expect(summary(await run('one', scenario(program, [1, 0.5]), notebook(right)))).toContain('✗ one')
  })

  it('would notice any recorded character that changed', async () => {
    const shown = (await Promise.all(Object.values(scenarios).map(({ notebooks }) => relive(notebooks)))).flat()
    const changed = Object.fromEntries(
      Object.entries(recorded).map(([number, { outputs, ...rest }]) => [
        number,
        {
          ...rest,
          outputs: Object.fromEntries(Object.entries(outputs).map(([cell, text]) => [cell, changeLast(text)])),
        },
      ]),
    )
    expect(check(shown, changed).filter(matches)).toEqual([])
  })
})

/** Changes the last digit of a text, or its end where there is none. */
function changeLast(text: string): string {
  return /\d/.test(text) ? text.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10)) : `${text}?`
}

describe('a cell', () => {
  const shows = async (run: Parameters<Cell>[1], then: () => void = () => {}) => {
    const program = (cell: Cell) => {
      cell(1, run)
      then()
    }
    return (await relive({ 1: program }))[0]?.text
  }

  it('shows what it prints, then its value', async () => {
    const text = await shows((print) => {
      print('x:', torch.tensor(1), true, null)
      return 4
    })
    expect(text).toBe('x: tensor(1.) True None\n4')
  })

  it('shows nothing where there is nothing', async () => {
    expect(await shows(() => undefined)).toBe('')
    expect(await shows(() => null)).toBe('')
  })

  it('shows what it printed before an error', async () => {
    const text = await shows((print) => {
      print('before')
      throw new torch.RuntimeError('after')
    })
    expect(text).toBe('before\nRuntimeError: after')
  })

  it('may wait for values', async () => {
    const text = await shows(async (print) => print(await torch.tensor(2).item_async()))
    expect(text).toBe('2')
    const broken = await shows(async (print) => {
      print('before')
      print(await torch.ones(2).item_async())
    })
    expect(broken).toMatch(/^before\nRuntimeError: a Tensor with 2 elements/)
  })

  it('shows tensors as they were then', async () => {
    const x = torch.ones(2)
    const text = await shows(
      (print) => {
        print(x)
        return x.add_(1)
      },
      () => x.zero_(),
    )
    expect(text).toBe('tensor([1., 1.])\ntensor([2., 2.])')
  })
})

describe('digits of float32', () => {
  const near = (expected: string, got: string) => isNear({ notebook: '1', cell: '1', expected, got })

  it('may differ by one in the last that was printed, or by 1e-5', () => {
    expect(near('tensor(6.6013)', "tensor(6.6014, device='gpu')")).toBe(true)
    expect(near('z: 0.998770534992218', 'z: 0.9987705945968628')).toBe(true)
    expect(near('tensor([1.0000e-08, 2.0000e+00])', 'tensor([1.0001e-08, 1.9999e+00])')).toBe(true)
  })

  it('may not differ by more, in number, or in the text around them', () => {
    expect(near('tensor(6.6013)', 'tensor(6.6016)')).toBe(false)
    expect(near('z: 0.998770534992218', 'z: 0.998790534992218')).toBe(false)
    expect(near('tensor([12., 3.])', 'tensor([13., 3.])')).toBe(false)
    expect(near('tensor([12., 3.])', 'tensor([12.])')).toBe(false)
    expect(near('tensor(4.)', 'tensor(4., requires_grad=True)')).toBe(false)
    expect(near('tensor(4.)', 'tensor(-4.)')).toBe(false)
    expect(near('tensor(nan)', 'tensor(4.)')).toBe(false)
  })

  it('do not count as matching on the CPU', () => {
    expect(matches({ notebook: '1', cell: '1', expected: 'tensor(6.6013)', got: 'tensor(6.6014)' })).toBe(false)
  })
})
