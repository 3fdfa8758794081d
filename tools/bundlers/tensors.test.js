// Tensors in Jest, whose tests run in a realm of their own: equality, differences, snapshots and warnings.
import { ones, tensor, testing } from '@chainrule/core'

testing.extend(expect)

test('equal', () => {
  expect({ x: tensor([1, 2]) }).toEqual({ x: tensor([1, 2]) })
  expect([tensor(1)]).not.toEqual([tensor(2)])
  expect({ loss: tensor(0.5) }).toMatchInlineSnapshot(`
{
  "loss": tensor(0.5000),
}
`)
})

test('a difference shows values', () => {
  const compare = () => expect({ x: tensor([1, 2]) }).toEqual({ x: tensor([1, 3]) })
  expect(compare).toThrow(/-\s+3,\n.*\+\s+2,/)
  expect(compare).not.toThrow('storage')
})

test('a warning is no error', () => {
  expect(ones(2, { requires_grad: true }).mul(2).grad).toBe(null)
})
