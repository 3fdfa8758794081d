/**
 * Doubles the result of every layer and function in place before the backward pass: the gradients are those of the program
 * without the change. Which are refused is in `golden/nn-changes.json`, made by tools/golden/nn.py.
 */
import * as torch from '@chainrule/core'
import { describe, expect, test } from 'vitest'
import { entriesOf, readGolden } from '../../core/test/golden.ts'
import { withoutWarnings } from '../../core/test/quiet.ts'
import { applied, type CallCase, called, type LayerCase, layerOf, type Ready, SEED, weightsFor } from './golden-case.ts'

const golden = await readGolden<unknown>('nn')
const refused = await readGolden<string>('nn-changes')

withoutWarnings()

/** A letter as in the golden file, and the gradients. */
function outcome(ready: () => Ready, isInPlace: boolean): [string, unknown] {
  const { tracked, run } = ready()
  torch.manual_seed(SEED)
  let out = run()
  if (!out.requires_grad) return ['-', null]
  try {
    out = isInPlace ? out.mul_(2) : out.mul(2)
  } catch {
    return ['c', null]
  }
  try {
    out.backward(weightsFor(out))
  } catch (error) {
    return [String(error).includes('modified by an inplace') ? 'b' : String(error), null]
  }
  return ['o', tracked.map((x) => x.grad?.tolist() ?? null)]
}

/** What is wrong; PyTorch may refuse what passes here with the right gradients. */
function fault(name: string, ready: () => Ready): string | null {
  const [letter, gradients] = outcome(ready, true)
  const theirs = refused[name] ?? 'o'
  if (letter !== 'o') return letter === '-' || letter === theirs ? null : `${letter}, PyTorch ${theirs}`
  const [ours, expected] = [gradients, outcome(ready, false)[1]].map((x) => JSON.stringify(x))
  return ours === expected ? null : `gradients ${ours}, without the change ${expected}`
}

describe('a result that is changed in place', () => {
  const layers = entriesOf<LayerCase>(golden, 'layer').filter(([, entry]) => entry.inputs !== undefined)
  test.each(layers)('%s', (name, entry) => {
    expect(fault(`layer ${name}`, () => applied(layerOf(entry, 'cpu'), entry, 'cpu'))).toBeNull()
  })

  const calls = entriesOf<CallCase>(golden, 'call').filter(([, entry]) => entry.caught === undefined)
  test.each(calls)('%s', (name, entry) => {
    expect(fault(`call ${name}`, () => called(entry, 'cpu'))).toBeNull()
  })
})
