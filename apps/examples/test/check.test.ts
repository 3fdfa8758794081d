import * as torch from '@chainrule/core'
import { describe, expect, it } from 'vitest'
import { type Notebooks, relive } from '../src/cell.ts'
import { check, matches } from '../src/check.ts'
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
function result(outputs: Recorded['outputs'], notebooks = program, losses?: number[]) {
  const records = notebook(outputs)
  return report([run('one', scenario(notebooks, losses), records)], records)
}

describe('the checker', () => {
  it('is content with what matches', () => {
    const { good, text } = result(right)
    expect(good).toBe(true)
    expect(text).toContain('2/2')
  })

  it('catches a wrong digit, and shows both', () => {
    const { good, text } = result({ ...right, 1: 'tensor(9.0001, grad_fn=<PowBackward0>)' })
    expect(good).toBe(false)
    expect(text).toContain(
      'notebook 1, cell 1\n  expected tensor(9.0001, grad_fn=<PowBackward0>)\n  got      tensor(9., grad',
    )
    expect(text).toContain('1/2')
  })

  it('catches a missing cell', () => {
    const { good, text } = result({ ...right, 3: 'tensor(6.)' })
    expect(good).toBe(false)
    expect(text).toContain('notebook 1, cell 3\n  expected tensor(6.)\n  got      (no scenario shows this cell)')
    expect(text).toContain('2/3')
  })

  it('catches a missing error', () => {
    const tracked: Notebooks = {
      1(cell) {
        cell(1, () => torch.tensor(3, { requires_grad: true }).pow(2))
        cell(2, () => torch.tensor(3, { requires_grad: true }).backward())
      },
    }
    const { good, text } = result(right, tracked)
    expect(good).toBe(false)
    expect(text).toContain(`notebook 1, cell 2\n  expected ${untracked}\n  got`)
  })

  it('catches an error where a value was recorded, another text, another type', () => {
    const expected = { ...right, 2: 'tensor(1.)' }
    expect(result(expected).good).toBe(false)
    expect(result({ ...right, 2: untracked.replace('element 0', 'element 1') }).good).toBe(false)
    expect(result({ ...right, 2: untracked.replace('RuntimeError', 'ValueError') }).good).toBe(false)
  })

  it('catches a cell that was never recorded', () => {
    const { good, text } = result({ 1: right[1] })
    expect(good).toBe(false)
    expect(text).toContain('(no such output was recorded)')
  })

  it('catches an error between cells', () => {
    const broken: Notebooks = {
      1() {
        throw new torch.ValueError('broken')
      },
    }
    const { good, text } = result(right, broken)
    expect(good).toBe(false)
    expect(text).toContain('outside of its cells')
    expect(text).toContain('ValueError: broken')
  })

  it('catches a training that does not converge', () => {
    const { good, text } = result(right, program, [1, 0.5])
    expect(good).toBe(false)
    expect(text).toContain('did not converge: one')
    expect(summary(run('one', scenario(program, [1, 0.5]), notebook(right)))).toContain('✗ one')
  })

  it('would notice any recorded character that changed', () => {
    const shown = Object.values(scenarios).flatMap(({ notebooks }) => relive(notebooks))
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
  const shows = (run: Parameters<Parameters<Notebooks[number]>[0]>[1]) => relive({ 1: (cell) => cell(1, run) })[0]?.text

  it('shows what it prints, then its value', () => {
    expect(
      shows((print) => {
        print('x:', torch.tensor(1), true, null)
        return 4
      }),
    ).toBe('x: tensor(1.) True None\n4')
  })

  it('shows nothing where there is nothing', () => {
    expect(shows(() => undefined)).toBe('')
    expect(shows(() => null)).toBe('')
  })

  it('shows what it printed before an error', () => {
    expect(
      shows((print) => {
        print('before')
        throw new torch.RuntimeError('after')
      }),
    ).toBe('before\nRuntimeError: after')
  })
})
