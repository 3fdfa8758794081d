import { no_grad } from '../autograd/modes.ts'
import { TypeError } from '../errors.ts'
import { peek } from '../ops/packed.ts'
import { toJSON } from '../ops/plain.ts'
import { sameShape } from '../shape.ts'
import { Tensor } from '../tensor/tensor.ts'

/** What Vitest's and Jest's `expect` have in common. */
export interface Expect {
  addEqualityTesters(testers: ((a: unknown, b: unknown) => boolean | undefined)[]): void
  addSnapshotSerializer(serializer: { test(value: unknown): boolean; print(value: unknown): string }): void
}

/**
 * Makes `expect(x).toEqual(y)`, `toStrictEqual`, `toHaveBeenCalledWith` and the like of Vitest and Jest compare tensors by shape,
 * dtype and values, wherever in the compared values they stand, show what differs, and print snapshots of them as they print. NaN equals NaN, and 0 equals
 * -0; for results that need only be near each other there is `assert_close`. The line belongs into a set-up file.
 *
 * @param expect that of Vitest or Jest.
 * @throws TypeError where `expect` is neither.
 * @example
 * import { expect } from 'vitest'
 * torch.testing.extend(expect)
 */
export function extend(expect: Expect): void {
  if (typeof expect?.addEqualityTesters !== 'function' || typeof expect.addSnapshotSerializer !== 'function') {
    throw new TypeError('extend: give the expect of Vitest, or that of Jest 29.4 or later')
  }
  expect.addEqualityTesters([areEqual])
  expect.addSnapshotSerializer({ test: (value) => value instanceof Tensor, print: String })
  Object.defineProperties(Tensor.prototype, shownInDifferences)
}

/**
 * Both show what differs by copies of the fields and by `toJSON`. Vitest copies no object that has a tag; Jest copies what is named
 * by a symbol of its own, which then is a function that knows its tensor.
 */
const shownInDifferences: PropertyDescriptorMap & ThisType<Tensor> = {
  [Symbol.toStringTag]: { value: 'Tensor', configurable: true },
  [Symbol.for('@jest/serializableProperties')]: { value: ['toJSON'], configurable: true },
  toJSON: {
    get() {
      return () => toJSON(this)
    },
    configurable: true,
  },
}

/** Whether two tensors are the same in all that prints; undefined where none of both is a tensor. */
function areEqual(a: unknown, b: unknown): boolean | undefined {
  if (!(a instanceof Tensor) && !(b instanceof Tensor)) return undefined
  if (!(a instanceof Tensor && b instanceof Tensor)) return false
  if (a === b) return true
  if (a.dtype !== b.dtype || a.device !== b.device || !sameShape(a.shape, b.shape)) return false
  const packed = no_grad(() => [a.detach().contiguous(), b.detach().contiguous()] as const)
  const [x, y] = [peek(packed[0]), peek(packed[1])]
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i] && !(Number.isNaN(x[i]) && Number.isNaN(y[i]))) return false
  return true
}
