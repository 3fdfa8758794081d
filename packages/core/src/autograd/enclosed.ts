import { freeing } from '../devices/scope.ts'
import type { Storage } from '../devices/storage.ts'
import { Tensor } from '../tensor/tensor.ts'

/**
 * Runs work whose intermediate tensors nobody keeps: their memory is given back at once, or, where a graph has saved them, when
 * the graph lets go of them. What `work` returns lives on: a tensor, or arrays and plain objects of tensors. Nothing has to be
 * enclosed: what is not is freed when the collector finds it.
 *
 * A tensor that was kept all the same cannot be read afterwards: that is an error.
 *
 * @example
 * class Block extends nn.Module {
 *   fc = new nn.Linear(8, 32)
 *   out = new nn.Linear(32, 8)
 *   forward(x: Tensor) { return torch.enclosed(() => this.out.forward(this.fc.forward(x).relu())) }
 * }
 */
export function enclosed<T>(work: () => T): T {
  return freeing(work, storagesIn)
}

function storagesIn(value: unknown): readonly Storage[] {
  if (value instanceof Tensor) return [value.storage]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(storagesIn)
}
