/** What Node's `console.log` prints of modules and parameters. */
import { inspect } from 'node:util'
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { expect, test } from 'vitest'

test('console.log prints what PyTorch prints', () => {
  expect(inspect(new nn.Linear(2, 3))).toBe('Linear(in_features=2, out_features=3, bias=True)')
  expect(inspect(new nn.Parameter(torch.ones(2)))).toBe('Parameter containing:\ntensor([1., 1.], requires_grad=True)')
})
