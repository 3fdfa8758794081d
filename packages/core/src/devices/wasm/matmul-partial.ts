import { type Effect, type FunctionBuilder, type FunctionHandle, I32, type ModuleBuilder } from './assembler.ts'
import { type Element, type Lanes, range } from './matmul-element.ts'

/** A function that the kernels apply to each element of the product before they store it, such as an activation. */
export interface Epilogue<V> {
  call(sum: V): V
}

/** Loads and stores of the first `count` lanes of a vector, for where a row of a matrix ends inside it. */
export interface PartialVectors<V> {
  /** The other lanes are 0. A count of more than the lanes means all. */
  load(address: I32, count: I32, offset?: number): V
  store(f: FunctionBuilder, address: I32, value: V, count: I32, offset?: number): void
}

/** Whole vectors, whatever the count. */
export function wholeVectors<V extends Lanes<V>>(element: Element<V>): PartialVectors<V> {
  return {
    load: (address, _, offset) => element.load(address, offset),
    store: (f, address, value, _, offset) => f.store(address, value, offset),
  }
}

/** Adds the two functions. Whole vectors, the usual case, are stored where `store` is written, without a call. */
export function partialVectors<V extends Lanes<V>>(m: ModuleBuilder, element: Element<V>): PartialVectors<V> {
  const { bytes, lanes } = element
  const vector = element.zero().type
  const load = m.function<[I32, I32], V>([I32, I32], vector, (f, address, count) => {
    const value = f.let(element.zero())
    const lane = (i: number): void => {
      f.if(count.gt(i), () => f.set(value, element.loadLane(value, i, address, bytes * i)))
    }
    f.if(
      count.ge(lanes),
      () => f.set(value, element.load(address)),
      () => range(lanes - 1).forEach(lane),
    )
    return value
  })
  const store: FunctionHandle<[I32, V, I32], Effect> = m.function<[I32, V, I32]>(
    [I32, vector, I32],
    undefined,
    (f, address, value, count) => {
      for (const i of range(lanes - 1)) f.if(count.gt(i), () => f.storeLane(address, value, bytes, i, bytes * i))
    },
  )
  return {
    load: (address, count, offset = 0) => load.call(address.add(offset), count),
    store(f, address, value, count, offset = 0) {
      f.if(
        count.ge(lanes),
        () => f.store(address, value, offset),
        () => f.do(store.call(address.add(offset), value, count)),
      )
    },
  }
}
