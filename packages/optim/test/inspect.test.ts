/** What Node's `console.log` prints of optimizers. */
import { inspect } from 'node:util'
import * as torch from '@chainrule/core'
import * as optim from '@chainrule/optim'
import { expect, test } from 'vitest'

test('console.log prints an optimizer as PyTorch does', () => {
  const optimizer = new optim.Rprop([torch.tensor(1, { requires_grad: true })])
  expect(inspect(optimizer)).toBe(String(optimizer))
  expect(String(optimizer)).toContain('    step_sizes: (1e-06, 50)\n')
})
