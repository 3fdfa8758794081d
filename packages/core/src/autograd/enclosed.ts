import { freeing, outsideScopes } from '../devices/scope.ts'
import type { Storage } from '../devices/storage.ts'
import type { Settled } from '../settled.ts'
import { overloaded } from '../signature/index.ts'
import { Tensor } from '../tensor/tensor.ts'
import { refusePromise } from './modes.ts'

/**
 * Runs work whose intermediate tensors nobody keeps: their memory is given back at once, or, where a graph has saved them, when
 * the graph lets go of them. What the callback returns lives on: a tensor, a module, or arrays and plain objects of those. Nothing has to be
 * enclosed: what is not is freed when the collector finds it.
 *
 * A tensor that was kept all the same cannot be read afterwards: that is an error. What is to be kept is made in `unenclosed`.
 *
 * @example
 * class Block extends nn.Module {
 *   fc = new nn.Linear(8, 32)
 *   out = new nn.Linear(32, 8)
 *   forward(x: Tensor) { return torch.enclosed(() => this.out(this.fc(x).relu())) }
 * }
 * @throws RuntimeError when the callback returns a Promise.
 */
export const enclosed = overloaded<SettledCallback>('enclosed', ['function callback'], (work: () => unknown) => {
  const result = freeing(work, storagesIn)
  refusePromise(
    'enclosed',
    result,
    'what the callback makes after its first await would not be enclosed, and what it has made is freed',
  )
  return result
})

/** Runs a callback that returns no promise, and gives what it returns. */
export type SettledCallback = <T>(callback: () => Settled<T>) => T
/** Runs a callback and gives what it returns. */
export type Callback = <T>(callback: () => T) => T

/**
 * Runs work whose tensors outlive every `enclosed` around it: what is kept in a state or a cache. Gradients and the state of
 * optimizers are kept so.
 *
 * @param callback makes what is kept, and may return it.
 * @example
 * this.average = torch.unenclosed(() => this.average.mul(0.9).add(x.detach().mul(0.1)))
 */
export const unenclosed = overloaded<Callback>('unenclosed', ['function callback'], (work: () => unknown) =>
  outsideScopes(work),
)

function storagesIn(value: unknown): readonly Storage[] {
  if (value instanceof Tensor) return [value.storage]
  const found: Storage[] = []
  collect(value, found, new Set())
  return found
}

/** Adds what a value holds to `found`; what refers to itself is looked at once. */
function collect(value: unknown, found: Storage[], seen: Set<unknown>): void {
  if (value instanceof Tensor) {
    found.push(value.storage)
    return
  }
  // A module is a function.
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return
  seen.add(value)
  for (const inner of Object.values(value)) collect(inner, found, seen)
}
